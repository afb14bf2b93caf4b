/** `dictionary/<database>.yml`: read with file:line, written, and merged into the site, where it overrules site.yml's own entries. */
import type { Classified, Dictionary, Site } from '../core/site.ts';
import { LEVELS } from '../core/site.ts';
import { t } from '../core/text.ts';
import { COLUMN_NAME, readLines } from './dictionary-lines.ts';
import { KINDS } from './kinds.ts';
import { inOrder, type Problem, refusal } from './problem.ts';
import { NAME, type Shape, TEXT } from './shape.ts';
import { checkShape, membersOf, problemAt, problemAtKey } from './shape-check.ts';
import { readYaml, type Source } from './yaml.ts';

/** Bytes: some 60,000 columns. Files that are not written a column a line are read up to 1 MiB. */
export const MOST_DICTIONARY = 8 * 1024 * 1024;
const MOST_YAML = 1024 * 1024;

/** The file of a database below the site folder. */
export function dictionaryPath(database: string): string {
  return `dictionary/${database}.yml`;
}

const SHAPE: Shape = {
  kind: 'keyed',
  keys: {
    version: { kind: 'number', whole: true, min: 1, max: 999_999_999 },
    database: { kind: 'text', pattern: NAME },
    columns: {
      kind: 'named',
      name: COLUMN_NAME,
      says: t('a column as table.column, or schema.table.column'),
      of: {
        kind: 'keyed',
        keys: {
          kind: { kind: 'text', choices: KINDS },
          level: { kind: 'text', choices: LEVELS },
          source: TEXT,
          note: TEXT,
        },
        required: ['kind', 'level', 'source'],
      },
    },
  },
  required: ['version', 'database', 'columns'],
};

export type DictionaryRead =
  | { readonly dictionary: Dictionary; readonly problems: readonly [] }
  | { readonly dictionary?: undefined; readonly problems: readonly Problem[] };

/** The dictionary, or all that is wrong with the file, each at its line. Never throws for a text. */
export function readDictionary(text: string, database: string): DictionaryRead {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > MOST_DICTIONARY)
    return { problems: [atLine(1, t('The file is larger than {most} MiB.', { most: MOST_DICTIONARY / 1024 / 1024 }))] };
  const fast = readLines(text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'), database);
  if (!('oddLine' in fast)) return { dictionary: fast, problems: [] };
  if (bytes > MOST_YAML)
    return {
      problems: [
        atLine(
          fast.oddLine,
          t('In a dictionary of more than 1 MiB every column stands on one line as: table.column: {form}', {
            form: '{ kind: …, level: …, source: "…" }',
          }),
        ),
      ],
    };
  return fromYaml(readYaml(text), database);
}

function atLine(line: number, message: Problem['message']): Problem {
  return { line, column: 1, key: '', message };
}

function fromYaml(source: Source, database: string): DictionaryRead {
  if (source.problems.length > 0) return { problems: inOrder(source.problems) };
  const problems = checkShape(source, SHAPE);
  const members = membersOf(source.value) ?? {};
  const columns = (membersOf(members.columns) ?? {}) as unknown as Readonly<Record<string, Classified>>;
  const found = [...problems, ...(problems.length > 0 ? [] : ownProblems(source, database, columns))];
  if (found.length > 0) return { problems: inOrder(found) };
  const lower = Object.entries(columns).map(([name, entry]) => [name.toLowerCase(), entry]);
  return { dictionary: { version: Number(members.version), columns: Object.fromEntries(lower) }, problems: [] };
}

/** Names that differ by capitals alone are one name to a database's dictionary. */
function ownProblems(source: Source, database: string, columns: Readonly<Record<string, Classified>>): Problem[] {
  const { database: named } = membersOf(source.value) ?? {};
  const first = new Map<string, string>();
  const twice = Object.keys(columns).flatMap((name) => {
    const before = first.get(name.toLowerCase());
    first.set(name.toLowerCase(), before ?? name);
    if (before === undefined) return [];
    return [problemAtKey(source, ['columns', name], t('{name} stands here already as {before}', { name, before }))];
  });
  const other = t('this is the dictionary of {named}; the file is that of {database}', {
    named: String(named),
    database,
  });
  const empty = t('a dictionary names one column at least');
  return [
    ...twice,
    ...(named === database ? [] : [problemAt(source, ['database'], other)]),
    ...(first.size > 0 ? [] : [problemAtKey(source, ['columns'], empty)]),
  ];
}

/** The kinds in force: the dictionary's, and site.yml's for columns that it does not name. */
export function mergedKinds(
  own: Readonly<Record<string, string>>,
  columns: Readonly<Record<string, Classified>>,
): Record<string, string> {
  const rest = Object.entries(own).filter(([name]) => !Object.hasOwn(columns, name.toLowerCase()));
  const ours = Object.entries(columns).map(([name, { kind }]) => [name, kind] as const);
  return Object.fromEntries([...rest, ...ours]);
}

/** site.yml's own entries of a database, whatever a dictionary says. */
export function ownKinds(site: Site, database: string): Readonly<Record<string, string>> {
  const known = site.dictionaries?.[database];
  return known === undefined ? (site.classification[database] ?? {}) : known.own;
}

/** The site with a dictionary in force. */
export function withDictionary(site: Site, database: string, dictionary: Dictionary): Site {
  const own = ownKinds(site, database);
  return {
    ...site,
    classification: { ...site.classification, [database]: mergedKinds(own, dictionary.columns) },
    dictionaries: { ...site.dictionaries, [database]: { ...dictionary, own } },
  };
}

/** The site with all its dictionaries; `text` gives a file below the site folder. Stop('usage') at file:line where one does not hold. */
export function withDictionaries(site: Site, text: (path: string) => string | undefined): Site {
  return Object.keys(site.databases).reduce((before, database) => {
    const path = dictionaryPath(database);
    const content = text(path);
    if (content === undefined) return before;
    const { dictionary, problems } = readDictionary(content, database);
    if (dictionary !== undefined) return withDictionary(before, database, dictionary);
    throw refusal(`${site.dir}/${path}`, problems, [`gxops --site ${site.dir} site check`]);
  }, site);
}
