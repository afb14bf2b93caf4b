/** `extract handover`: an engineer registers a copy that leaves; its receiver signs for it. Each is a record of its own. */
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { insistMayAct } from '../../engine/gate.ts';
import type { Copy, Extraction } from '../../records/extract.ts';
import { type Roster, rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { insistActive, insistUndertaking } from '../operator/active.ts';
import { copyFor, insistOnFile, refused } from './copying.ts';
import { declared } from './declaration.ts';
import { handoverForm } from './forms.ts';
import { applicationOf, findExtraction } from './stored.ts';

/** Data `{id, copy, medium, destination, receiver, sha256, received}`. Who is at the keyboard decides: a receiver signs, an engineer registers. */
export async function run(call: Call): Promise<Report> {
  const { session, args, options } = call;
  const id = args[0] ?? '';
  await findExtraction(id, session);
  const holder = { operator: session.operator, why: `extract handover ${id}` };
  return session.world.keep.hold([`extract-${id}`], holder, async () => {
    const extraction = await findExtraction(id, session);
    const roster = await rosterOf(session.world.keep);
    const line = insistActive('--as', session.operator, roster);
    insistUndertaking('--as', line, session.site, session.world.now());
    const receives = extraction.recipients.includes(session.operator) || typeof options.paper === 'string';
    return receives ? receive(call, extraction, roster) : register(call, extraction, roster);
  });
}

async function register(call: Call, extraction: Extraction, roster: Roster): Promise<Report> {
  const { session, options } = call;
  await insistMayAct(session);
  const artefact = await insistOnFile(extraction, session);
  const receiver = receiverOf(options.to, extraction);
  const own = extraction.copies.find((copy) => copy.receiver === receiver);
  if (own !== undefined)
    throw refused(
      t('{receiver} was handed copy {copy} on {at} already; another copy needs an application of its own', {
        ...{ receiver, copy: own.copy, at: own.at },
      }),
      ['gxops extract apply --help'],
    );
  const copy = {
    copy: extraction.copies.length + 1,
    sha256: artefact.sha256,
    manifest: artefact.manifest?.sha256 ?? '',
    medium: given('--medium', options.medium, 64),
    destination: given('--destination', options.destination, 200),
    receiver,
  };
  const draft = { type: 'extract.handed-over', subject: extraction.id, data: copy } as const;
  for (const entry of await session.world.keep.append([draft])) session.tell(entry);
  const at = session.world.now().toISOString();
  return report(extraction, { ...copy, at, by: session.operator }, roster, session);
}

async function receive(call: Call, extraction: Extraction, roster: Roster): Promise<Report> {
  const { session, options } = call;
  const receiver = extraction.recipients.includes(session.operator)
    ? session.operator
    : receiverOf(options.to, extraction);
  const copy = copyFor(extraction, receiver, 'received');
  const statement = await declared('receipt', call, extraction, copy, roster);
  const data = { copy: copy.copy, ...statement };
  const draft = { type: 'extract.received', subject: extraction.id, data } as const;
  for (const entry of await session.world.keep.append([draft])) session.tell(entry);
  const received = { ...statement, at: session.world.now().toISOString() };
  return report(extraction, { ...copy, received }, roster, session);
}

/** `--to`, else the only recipient; never anybody the approval does not name. */
function receiverOf(value: Call['options'][string], { id, recipients }: Extraction): string {
  const names = recipients.join(', ');
  const name = typeof value === 'string' ? value : recipients.length === 1 ? recipients[0] : undefined;
  if (name !== undefined && recipients.includes(name)) return name;
  if (name !== undefined)
    throw refused(t('--to: {name} is not among the approved recipients of {id}: {names}', { name, id, names }), [
      'gxops extract apply --help',
    ]);
  throw new Stop('usage', t('--to is missing. Allowed: {names}.', { names }), {
    notDone: t('Nothing was handed over, destroyed or recorded.'),
    next: ['gxops extract handover --help'],
  });
}

function given(flag: string, value: Call['options'][string], most: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text !== '' && text.length <= most) return text;
  throw new Stop('usage', t('{flag}: a text of 1 to {most} characters is needed', { flag, most }), {
    notDone: t('Nothing was handed over, destroyed or recorded.'),
    next: ['gxops extract handover --help'],
  });
}

async function report(extraction: Extraction, copy: Copy, roster: Roster, session: Session): Promise<Report> {
  const { id } = extraction;
  const application = await applicationOf(extraction, session);
  const { receiver, medium, destination, sha256, received } = copy;
  return {
    title:
      received === undefined
        ? t('Copy {copy} of {id} was registered as handed over', { id, copy: copy.copy })
        : t('{receiver} has signed for copy {copy} of {id}', { id, receiver, copy: copy.copy }),
    verdict: 'done',
    sections: [
      {
        kind: 'facts',
        facts: [
          [t('storage medium'), medium],
          [t('destination'), destination],
          [t('receiver'), receiver],
          [t('SHA-256'), sha256],
          [t('receipt'), received === undefined ? t('not signed yet') : t('signed')],
        ],
      },
    ],
    document: await handoverForm({ extraction, application, roster, session }, copy),
    data: { id, copy: copy.copy, medium, destination, receiver, sha256, received: received !== undefined },
    next:
      received === undefined
        ? [`gxops --site ${session.site.dir} --as ${receiver} extract handover ${id}`]
        : [`gxops extract show ${id}`],
  };
}
