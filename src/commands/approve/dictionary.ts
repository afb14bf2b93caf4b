/** A proposed dictionary: shown with all its differences, judged once more before it is signed, put in force once it is. */
import type { Report, Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import type { Dictionary, Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { openSeats, standingOf } from '../../records/approvals.ts';
import { DICTIONARY_SEATS, type DictionaryProposal } from '../../records/extract-rules.ts';
import { dictionaryPath, mergedKinds, ownKinds, readDictionary, withDictionary } from '../../rules/dictionary.ts';
import { compared } from '../../rules/dictionary-difference.ts';
import { remarksIn } from '../../rules/dictionary-text.ts';
import { ruleDigests } from '../../rules/extract-rules.ts';
import { dictionaryTable, looseWords } from '../extract/classify-table.ts';
import type { Request } from './request.ts';

/** What an owner reads before signing: what loosens in capitals, then every column with what it was and will be. */
export async function dictionarySections(proposal: DictionaryProposal, session: Session): Promise<readonly Section[]> {
  const { site } = session;
  const { database, version, holds } = proposal;
  const { dictionary, bytes } = await proposedDictionary(proposal, session);
  const kinds = mergedKinds(ownKinds(site, database), dictionary.columns);
  const differences = compared(site.classification[database] ?? {}, kinds, dictionary.columns);
  const facts: [Text, Text][] = [
    [t('database'), database],
    [t('version'), `${site.dictionaries?.[database]?.version ?? 0} → ${version}`],
    [t('file'), `${proposal.dictionary.path}, SHA-256 ${proposal.dictionary.sha256}`],
    [t('digest in force afterwards'), holds],
  ];
  return [
    { kind: 'facts', heading: t('What is to be approved'), facts },
    { kind: 'text', lines: looseWords(differences) },
    dictionaryTable(differences, remarksIn(Buffer.from(bytes).toString('utf8'))),
  ];
}

async function proposedDictionary({ database, dictionary: file }: DictionaryProposal, session: Session) {
  const bytes = await session.world.keep.fetch(file.path, file.sha256);
  const text = bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
  const { dictionary } = readDictionary(text, database);
  if (bytes !== undefined && dictionary !== undefined) return { bytes, dictionary };
  throw new Stop('refused', t('{path} is missing, or is no dictionary of {database}', { path: file.path, database }), {
    notDone: NOTHING,
    next: [`gxops extract classify --database ${database}`],
  });
}

const NOTHING = t('Nothing was signed; the dictionary in force is unchanged.');

/** Stop('refused') where the site has changed since it was proposed: then the owner would sign another dictionary than the one shown. */
export async function insistFits(id: string, proposal: DictionaryProposal, session: Session): Promise<void> {
  const { dictionary } = await proposedDictionary(proposal, session);
  const trouble = troubleWith(proposal, dictionary, session.site);
  if (trouble === undefined) return;
  throw new Stop('refused', t('{id} no longer holds: {trouble}', { id, trouble }), {
    notDone: NOTHING,
    next: [`gxops extract classify --database ${proposal.database}`, `gxops reject ${id} --reason '…'`],
  });
}

function troubleWith(proposal: DictionaryProposal, dictionary: Dictionary, site: Site): Text | undefined {
  const { database, version, holds, replaces } = proposal;
  if (!Object.hasOwn(site.databases, database)) return t('site.yml has no database {database}', { database });
  const now = site.dictionaries?.[database]?.version ?? 0;
  if (version !== now + 1 || dictionary.version !== version)
    return t('it is version {version}, and version {now} is in force', { version, now });
  const { dictionary: before } = ruleDigests(site, database);
  const { dictionary: after } = ruleDigests(withDictionary(site, database, dictionary), database);
  if (before === replaces && after === holds) return undefined;
  return t('the classification in site.yml or the dictionary in force was changed since it was proposed');
}

/** True where all have signed, and only the file is not yet in force or nobody has recorded that it is. */
export function isUnfinished({ approval, roster, dictionary }: Request, now: Date): boolean {
  return dictionary !== undefined && standingOf(approval, roster, now) === 'granted';
}

/**
 * Writes the confirmed file in its place, then records it. The signature, already durable, is the intent; killed anywhere between,
 * `approve` does the rest: a file that is there already is only recorded. Stop('refused') where the owner's signature does not stand.
 */
export async function putInForce(request: Request, proposal: DictionaryProposal, session: Session): Promise<void> {
  const { keep, now } = session.world;
  const { approval, roster } = request;
  const { subject, digest } = approval;
  const { database, version, dictionary: file, holds } = proposal;
  if (openSeats({ ...approval, seats: DICTIONARY_SEATS }, roster, now()).length > 0)
    throw new Stop('refused', t('{id} does not bear the signature of an owner of the purchaser', { id: subject }), {
      notDone: t('The dictionary in force is unchanged.'),
      next: [`gxops extract classify --database ${database}`],
    });
  const holder = { operator: session.operator, why: `approve ${subject}` };
  await keep.hold([`dictionary-${database}`], holder, async () => {
    const there = await keep.hash(dictionaryPath(database));
    if (there?.sha256 !== file.sha256.replace(/^sha256:/, '')) {
      await insistFits(subject, proposal, session);
      await keep.store(dictionaryPath(database), (await proposedDictionary(proposal, session)).bytes);
    }
    const grants = approval.grants.map(({ seq }) => seq);
    const detail = { database, version, file: { ...file }, holds };
    const entries = await keep.append([
      { type: 'site.noted', subject, data: { what: 'dictionary.in-force', detail } },
      { type: 'approval.used', subject, data: { digest, run: subject, step: 'dictionary', grants } },
    ]);
    for (const entry of entries) session.tell(entry);
  });
}

/** Ends what was cut off between signature and file: nothing is signed again. Data `{id, digest, code, finished}`. */
export async function finish(request: Request, proposal: DictionaryProposal, session: Session): Promise<Report> {
  await putInForce(request, proposal, session);
  const { database, version } = proposal;
  return {
    title: t('Data dictionary of {database}: version {version} is in force', { database, version }),
    verdict: 'done',
    sections: [
      { kind: 'text', lines: [t('It was signed before; the file was put in its place now.')] },
      ...request.sections.slice(0, 1),
    ],
    data: { id: request.approval.subject, digest: request.approval.digest, database, version, finished: true },
    next: ['gxops site check'],
  };
}
