/** A proposed dictionary: written for people to edit, kept as it is for the approver, recorded, and waiting for the owner. */
import { canonical, digestOf, type Json } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import { shortCode } from '../../core/plan.ts';
import type { Report } from '../../core/report.ts';
import { shellLine } from '../../core/shell.ts';
import type { Classified } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';
import { DICTIONARY_SEATS, dictionaryProposal } from '../../records/extract-rules.ts';
import { rosterOf } from '../../records/roster.ts';
import { firstApproveCommand } from '../../records/signers.ts';
import type { Judged } from '../../rules/classify.ts';
import { dictionaryPath, mergedKinds, ownKinds } from '../../rules/dictionary.ts';
import { type Compared, compared } from '../../rules/dictionary-difference.ts';
import { remarksIn, writeDictionary } from '../../rules/dictionary-text.ts';
import { ruleDigests } from '../../rules/extract-rules.ts';
import { expiryOf } from '../approve/until.ts';
import type { Call } from '../command.ts';
import { dictionaryTable, looseWords, remarksOf } from './classify-table.ts';

export interface Proposed {
  readonly database: string;
  readonly version: number;
  readonly columns: Readonly<Record<string, Classified>>;
  /** By `table.column`, where it was judged now. */
  readonly judged: Readonly<Record<string, Judged>>;
  readonly notes: readonly Text[];
  /** The file as a person wrote it; made anew where there is none. */
  readonly text?: string;
}

const LONGEST_LIFE = 90 * 86_400_000;

/** Records `extract.classified` and `approval.requested` as one group, once both files are durable. */
export async function proposeDictionary(call: Call, proposed: Proposed): Promise<Report> {
  const { site } = call.session;
  const { database, columns } = proposed;
  const kinds = mergedKinds(ownKinds(site, database), columns);
  const differences = compared(site.classification[database] ?? {}, kinds, columns);
  const inForce = site.dictionaries?.[database];
  if (inForce !== undefined && canonical(inForce.columns) === canonical(columns))
    return sameReport(proposed, differences);
  const expires = endOf(call);
  const recorded = await record(call, proposed, kinds, expires);
  return report(call, proposed, differences, { ...recorded, expires });
}

function endOf({ options, session }: Call): string {
  const now = session.world.now();
  const end = options.expires === undefined ? session.site.limits.approvalExpires : LONGEST_LIFE;
  return expiryOf(options.expires, new Date(now.getTime() + end).toISOString(), now);
}

async function record(call: Call, proposed: Proposed, kinds: Readonly<Record<string, string>>, expires: string) {
  const { session } = call;
  const { keep } = session.world;
  const { database, version, columns } = proposed;
  const replaces = ruleDigests(session.site, database).dictionary;
  const classification = { ...session.site.classification, [database]: kinds };
  const holds = ruleDigests({ ...session.site, classification }, database).dictionary;
  const bytes = Buffer.from(
    proposed.text ?? writeDictionary(database, { version, columns }, remarksOf(proposed.judged)),
    'utf8',
  );
  const id = keep.newId('O');
  await keep.store(dictionaryPath(`${database}.proposed`), bytes);
  const dictionary = await keep.store(`runs/${id}/dictionary.yml`, bytes);
  const facts = { database, version, dictionary, holds, replaces, columns: Object.keys(columns).length };
  const plan = dictionaryProposal({ ...facts, digest: '' });
  const digest = digestOf(plan);
  const file = await keep.store(`runs/${id}/proposal.json`, Buffer.from(canonical(plan), 'utf8'));
  const title = t('Data dictionary of {database}, version {version}', { database, version });
  const asked = { digest, plan: file, seats: DICTIONARY_SEATS, requester: session.operator, title, expires };
  const entries = await keep.append([
    { type: 'extract.classified', subject: id, data: { ...facts, digest } },
    { type: 'approval.requested', subject: id, data: { ...asked, kind: 'dictionary' } },
  ]);
  for (const entry of entries) session.tell(entry);
  return { id, digest };
}

interface Recorded {
  readonly id: string;
  readonly digest: string;
  readonly expires: string;
}

async function report(
  call: Call,
  proposed: Proposed,
  differences: readonly Compared[],
  recorded: Recorded,
): Promise<Report> {
  const { session } = call;
  const { database, version, notes } = proposed;
  const { id, digest, expires } = recorded;
  const at = shellLine(['gxops', '--site', session.site.dir]);
  const roster = await rosterOf(session.world.keep);
  const sign = firstApproveCommand({ subject: id, seats: DICTIONARY_SEATS, requester: session.operator }, roster);
  const file = dictionaryPath(`${database}.proposed`);
  const until = localTime(expires, session.site.timeZone);
  return {
    title: t('Data dictionary of {database}: version {version} is proposed as {id}', { database, version, id }),
    verdict: 'done',
    sections: [
      {
        kind: 'text',
        lines: [
          t('It takes effect when the purchaser’s owner approves {id}, code {code}, before {until}.', {
            id,
            code: shortCode(digest),
            until,
          }),
          t('To change it first: edit {file}, then propose that file with --file.', { file }),
          t('Only counts of the sampled values were kept; core data are never proposed by the tool.'),
          ...looseWords(differences),
          ...notes,
        ],
      },
      dictionaryTable(differences, proposed.text === undefined ? remarksOf(proposed.judged) : remarksIn(proposed.text)),
    ],
    data: { ...dataOf(proposed, differences), id, digest, file, expires, command: `${at} approve ${id}` },
    next: [
      sign.replace(/^gxops/, () => at),
      `${at} extract classify --database ${database} --file ${shellLine([`${session.site.dir}/${file}`])}`,
    ],
  };
}

function dataOf(
  { database, version, judged, notes }: Proposed,
  differences: readonly Compared[],
): Record<string, Json> {
  const columns = differences.map(({ name, was, entry, difference }) => {
    const dot = name.lastIndexOf('.');
    const found = judged[name];
    const { kind = null, level = null, source = null } = entry ?? {};
    return {
      ...{ table: name.slice(0, dot), column: name.slice(dot + 1), kind, level, source },
      ...{ confidence: found?.confidence ?? null, evidence: (found?.evidence ?? null) as unknown as Json },
      ...{ was: was ?? null, difference },
    };
  });
  return { database, version, columns, notes: notes as unknown as Json };
}

function sameReport(proposed: Proposed, differences: readonly Compared[]): Report {
  const { database, version, notes } = proposed;
  return {
    title: t('Data dictionary of {database}: nothing differs from version {version}', {
      database,
      version: version - 1,
    }),
    verdict: 'done',
    sections: [
      {
        kind: 'text',
        lines: [t('Nothing was proposed: the dictionary in force says the same of every column.'), ...notes],
      },
      dictionaryTable(differences, remarksOf(proposed.judged)),
    ],
    data: { ...dataOf(proposed, differences), version: version - 1, id: null, digest: null },
    next: ['gxops site show'],
  };
}
