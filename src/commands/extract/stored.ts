/** A recorded application, read back by its hash and judged to be still the one that was approved. */
import { digestOf } from '../../core/json.ts';
import { nearest } from '../../core/nearest.ts';
import type { Runbook } from '../../core/runbook.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { EXTRACT_TYPES, type Extraction, foldExtractions } from '../../records/extract.ts';
import { approvedRules } from '../../records/extract-rules.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Application } from '../../rules/application.ts';
import { extractBook } from '../../runbooks/extract.ts';
import { insistActive, insistUndertaking } from '../operator/active.ts';
import { isShipped } from './application.ts';

const NOTHING = t('Nothing was read out.');

/** Stop('usage') for an id of another form or one that nobody applied for, with the nearest. */
export async function findExtraction(id: string, session: Session): Promise<Extraction> {
  const all = foldExtractions(await session.world.keep.entries({ types: EXTRACT_TYPES }));
  const found = all.findLast((one) => one.id === id);
  if (found !== undefined) return found;
  const values = {
    id,
    near:
      nearest(
        id,
        all.map((one) => one.id),
      ) ?? '',
  };
  const text = values.near
    ? t('ID: there is no extraction {id}. Did you mean {near}?', values)
    : t('ID: there is no extraction {id}.', values);
  throw new Stop('usage', text, { notDone: NOTHING, next: ['gxops extract list'] });
}

/** The application's whole content. Stop('refused') where the stored file is missing or another. */
export async function applicationOf({ id, application }: Extraction, session: Session): Promise<Application> {
  const bytes = await session.world.keep.fetch(application.path, application.sha256);
  if (bytes === undefined)
    throw new Stop('refused', t('{path} is missing', { path: application.path }), {
      notDone: NOTHING,
      next: [`gxops audit log --subject ${id}`],
    });
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Application;
}

/** The runbook of an application, for running it: its recipients must still be active and have the keys that were approved. */
export async function bookOfExtraction(id: string, session: Session): Promise<Runbook> {
  const extraction = await findExtraction(id, session);
  insistOnLife(extraction);
  const application = await applicationOf(extraction, session);
  const roster = await rosterOf(session.world.keep);
  const now = session.world.now();
  insistUndertaking('--as', insistActive('--as', session.operator, roster), session.site, now);
  for (const { operator, age } of application.recipients) {
    const recipient = insistActive('recipient', operator, roster);
    insistUndertaking('recipient', recipient, session.site, now);
    if (recipient.age === age) continue;
    throw new Stop('refused', t('the age key of {operator} is not the one that was approved', { operator }), {
      notDone: NOTHING,
      next: ['gxops extract apply', 'gxops operator list'],
    });
  }
  await insistOnRules(extraction, application, session);
  return extractBook(application, extraction.tool);
}

/** What was destroyed is not made again. */
function insistOnLife({ id, destroyed }: Extraction): void {
  if (destroyed === undefined) return;
  throw new Stop('refused', t('{id} was destroyed ({at})', { id, at: destroyed.at ?? destroyed.begun }), {
    notDone: NOTHING,
    next: ['gxops extract apply --help'],
  });
}

/** That the rules were approved when it was applied for is the journal's word, not the application's. */
async function insistOnRules({ id, seq }: Extraction, application: Application, { world }: Session): Promise<void> {
  const { rules, saved } = application;
  const then = await approvedRules(world.keep, seq);
  const template = !saved || then.has(rules.template) || (await isShipped(application, world.keep));
  const holds = { rules: then.has(rules.rules), dictionary: then.has(rules.dictionary), template };
  if (digestOf(holds) === digestOf(rules.approved)) return;
  throw new Stop('refused', t('{id} was applied for under rules that the journal does not know as approved', { id }), {
    notDone: NOTHING,
    next: ['gxops extract apply', `gxops audit log --subject ${id}`],
  });
}
