/** The dictionaries of a site for `site check` and `site show`: faults at their line, what overrules what, what waits to be finished. */
import type { Finding } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Section } from '../../core/report.ts';
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Keep } from '../../core/world.ts';
import { foldApprovals, standingOf } from '../../records/approvals.ts';
import { approvedRules } from '../../records/extract-rules.ts';
import { rosterOf } from '../../records/roster.ts';
import { dictionaryPath, ownKinds, readDictionary, withDictionary } from '../../rules/dictionary.ts';
import { overruled } from '../../rules/dictionary-difference.ts';
import { ruleDigests } from '../../rules/extract-rules.ts';
import { isClearKind } from '../../rules/kinds.ts';
import type { Problem } from '../../rules/problem.ts';
import { levelWords } from '../extract/tables.ts';

export interface DictionariesRead {
  /** The site with every dictionary that holds. */
  readonly site: Site;
  readonly faults: readonly { readonly file: string; readonly problems: readonly Problem[] }[];
}

const FILE = /^(.+)\.yml$/;
const PROPOSED = /\.proposed\.yml$/;

/** Reads `dictionary/*.yml` of every database; a file that fits none is left to `dictionaryFindings`. */
export async function readDictionaries(site: Site, keep: Pick<Keep, 'fetch'>): Promise<DictionariesRead> {
  let merged = site;
  const faults: { file: string; problems: readonly Problem[] }[] = [];
  for (const database of Object.keys(site.databases)) {
    const file = dictionaryPath(database);
    const bytes = await keep.fetch(file);
    if (bytes === undefined) continue;
    const { dictionary, problems } = readDictionary(Buffer.from(bytes).toString('utf8'), database);
    if (dictionary === undefined) faults.push({ file, problems });
    else merged = withDictionary(merged, database, dictionary);
  }
  return { site: merged, faults };
}

/** What is odd about dictionaries that can be read; `next` are commands that mend it. */
export async function dictionaryFindings(
  site: Site,
  keep: Pick<Keep, 'files' | 'entries'>,
  now: Date,
): Promise<{ readonly findings: readonly Finding[]; readonly next: readonly string[] }> {
  const files = (await keep.files('dictionary')).filter((name) => FILE.test(name));
  if (files.length === 0) return { findings: [], next: [] };
  const strays = files.filter(
    (name) => !PROPOSED.test(name) && !Object.hasOwn(site.databases, FILE.exec(name)?.[1] ?? ''),
  );
  const open = await unfinished(keep, now);
  const findings: Finding[] = [
    ...Object.keys(site.dictionaries ?? {}).flatMap((database) => overruledFindings(site, database)),
    ...strays.map(
      (name): Finding => ({
        ...{ rule: 'dictionary:stray', subject: `dictionary/${name}`, outcome: 'warn' },
        found: t('no database of site.yml is called so; nobody reads it'),
      }),
    ),
    ...(await confirmedFindings(site, keep)),
    ...open.map(
      ({ database, id }): Finding => ({
        ...{ rule: 'dictionary:unfinished', subject: dictionaryPath(database), outcome: 'warn' },
        found: t('{id} was approved, but the file is not yet in force', { id }),
        advice: t('gxops approve {id} finishes it; nothing is signed again.', { id }),
      }),
    ),
  ];
  return { findings, next: open.map(({ id }) => `gxops approve ${id}`) };
}

const MOST = 50;

/** Columns that site.yml and the dictionary call differently: the dictionary's word holds, and site.yml is to be put right. */
function overruledFindings(site: Site, database: string): Finding[] {
  const columns = site.dictionaries?.[database]?.columns ?? {};
  return overruled(ownKinds(site, database), columns)
    .slice(0, MOST)
    .map(({ name, own, kind }) => ({
      ...{ rule: 'dictionary:overruled', subject: `${database} ${name}`, outcome: 'warn' },
      found: t('site.yml says {own}', { own }),
      wanted: t('{kind}, as {file} says, which holds', { kind, file: dictionaryPath(database) }),
      advice: t('Take the entry out of site.yml, or change the dictionary.'),
    }));
}

async function confirmedFindings(site: Site, keep: Pick<Keep, 'entries'>): Promise<Finding[]> {
  const names = Object.keys(site.dictionaries ?? {});
  const approved = await unlessMissing(() => approvedRules(keep));
  return names.flatMap((database): Finding[] => {
    const about = { rule: 'dictionary:confirmed', subject: dictionaryPath(database) };
    if (approved === undefined)
      return [{ ...about, outcome: 'unknown', found: t('not looked at'), reason: NO_JOURNAL }];
    if (approved.has(ruleDigests(site, database).dictionary))
      return [{ ...about, outcome: 'pass', found: t('confirmed') }];
    const found = t('not the one that was confirmed last');
    const advice = t('Until the owner has confirmed it, every extraction needs the owner’s signature too.');
    return [{ ...about, outcome: 'warn', found, advice }];
  });
}

const NO_JOURNAL = t('the journal cannot be read: who confirmed it is not known');

/** Dictionaries that are signed but were never put in force, because the program was killed between. */
async function unfinished(keep: Pick<Keep, 'entries'>, now: Date): Promise<{ database: string; id: string }[]> {
  const found = await unlessMissing(async () => {
    const types = ['approval.requested', 'approval.granted', 'approval.rejected', 'approval.used'] as const;
    const asked = foldApprovals(await keep.entries({ types })).filter(({ kind }) => kind === 'dictionary');
    const roster = await rosterOf(keep);
    const granted = asked.filter((one) => standingOf(one, roster, now) === 'granted').map(({ subject }) => subject);
    const proposed = await keep.entries({ types: ['extract.classified'] });
    return proposed.flatMap(({ body }) =>
      body.type === 'extract.classified' && granted.includes(body.subject ?? '')
        ? [{ database: body.data.database, id: body.subject ?? '' }]
        : [],
    );
  });
  return found ?? [];
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

/** Columns that a table on a screen can hold. */
const SHOWN = 200;

/** Each classified column with its kind and where that comes from; the largest dictionaries are cut, and say so. */
export function dictionarySections(site: Site): Section[] {
  return Object.keys(site.databases).flatMap((database) => {
    const kinds = Object.entries(site.classification[database] ?? {});
    const dictionary = site.dictionaries?.[database];
    if (kinds.length === 0) return [];
    const rows = kinds.slice(0, SHOWN).map(([name, kind]): Text[] => {
      const entry = dictionary?.columns[name];
      const from = entry === undefined ? 'site.yml' : dictionaryPath(database);
      return [name, kind, entry === undefined ? '–' : levelWords(entry.level), entry?.source ?? '–', from];
    });
    const clear = kinds.filter(([, kind]) => isClearKind(kind)).length;
    const values = { database, version: dictionary?.version ?? 0, count: kinds.length, clear, shown: rows.length };
    const heading =
      rows.length < kinds.length
        ? t(
            'Data dictionary of {database}, version {version}: {count} columns, {clear} of them in clear; the first {shown}',
            values,
          )
        : t('Data dictionary of {database}, version {version}: {count} columns, {clear} of them in clear', values);
    const columns = [t('column'), t('kind'), t('level'), t('source'), t('comes from')];
    return [{ kind: 'table', heading, columns, rows }];
  });
}

/** Facts of the dictionaries in force for machines. */
export function dictionaryFacts(site: Site): Json {
  return Object.entries(site.dictionaries ?? {}).map(([database, { version, columns }]) => ({
    ...{ database, file: dictionaryPath(database), version },
    columns: Object.keys(columns).length,
  }));
}
