/** Large extractions in parts: whether one is read so, where its parts meet, and the statements that read them. */
import type { Range, RowQuery, Slices } from '../core/product.ts';
import type { Format } from './application.ts';
import type { Guarded } from './sql/guard.ts';
import { placeholder } from './sql/lexer.ts';
import type { Dialect } from './sql/refusal.ts';
import type { Sliceable } from './sql/sliceable.ts';

/** Rows of the key's table in one part: a fifth of what makes an extraction large, a million at most. */
export function rowsPerPart(partRows: number): number {
  return Math.min(1_000_000, Math.max(1, Math.ceil(partRows / 5)));
}

/**
 * The key by which an extraction can be read in parts; undefined where it cannot: a form that is one package, a statement that only
 * gives the same as a whole, or output columns of one name, which a statement around it could not tell apart.
 */
export function sliceKey(
  { sliceable, dialect }: Pick<Guarded, 'sliceable' | 'dialect'>,
  columns: readonly { readonly name: string }[],
  format: Format,
): Sliceable | undefined {
  if (format === 'xlsx' || dialect === 'oracle' || sliceable === undefined) return undefined;
  const names = columns.map(({ name }) => name.toLowerCase());
  return new Set(names).size === names.length && !names.includes('') ? sliceable : undefined;
}

/** Read in parts: so many rows are expected, and there is a key. */
export function inParts(rows: number | undefined, partRows: number, key: Sliceable | undefined): boolean {
  return key !== undefined && rows !== undefined && rows >= partRows;
}

/** The judged read `whole` of `judged`, cut by `key`; the judged text itself is what every part executes, inside a SELECT of our own. */
export function slicesOf(
  whole: RowQuery,
  { dialect, binds, text }: Pick<Guarded, 'dialect' | 'binds' | 'text'>,
  key: Sliceable,
  columns: readonly { readonly name: string }[],
  rows: number,
): Slices {
  const names = columns.map(({ name }) => name);
  const output = `gxops.${quoted(names[key.column] ?? '')}`;
  return {
    rows,
    columns: names,
    plain: (value) => !(key.unclassified && /\d{11}/.test(value)),
    bound: (after) => boundQuery(whole, dialect, key, rows, after),
    part: (range) => partQuery(whole, { dialect, text, from: binds.length }, output, range),
  };
}

interface Judged {
  readonly dialect: Dialect;
  readonly text: string;
  /** Places that the statement itself uses. */
  readonly from: number;
}

function partQuery(whole: RowQuery, { dialect, text, from }: Judged, key: string, { after, until }: Range): RowQuery {
  const values = [after, until].filter((value) => value !== undefined);
  const binds = Object.fromEntries(values.map((value, i) => [placeholder(dialect, from + i + 1), value]));
  const last = bound(dialect, from + values.length);
  // NULL, which an outer join may make of a key, is in the first part.
  const upTo = after === undefined ? `(${key} <= ${last} OR ${key} IS NULL)` : `${key} <= ${last}`;
  const conditions = [
    ...(after === undefined ? [] : [`${key} > ${bound(dialect, from + 1)}`]),
    ...(until === undefined ? [] : [upTo]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { ...whole, sql: `SELECT * FROM (${text}\n) AS gxops${where}`, binds: { ...whole.binds, ...binds } };
}

function boundQuery(
  whole: RowQuery,
  dialect: Dialect,
  { table, name }: Sliceable,
  rows: number,
  after: string | undefined,
): RowQuery {
  const key = quoted(name);
  // In PostgreSQL it may stand in a schema of its own; a name with a dot in it is not in the catalogue.
  const from = dialect === 'sqlite' ? quoted(table) : table.split('.').map(quoted).join('.');
  const beyond = after === undefined ? '' : ` WHERE ${key} > ${bound(dialect, 1)}`;
  const { database, timeout, idle } = whole;
  return {
    ...{ database, timeout, ...(idle === undefined ? {} : { idle }), limit: 1, tables: [table.toLowerCase()] },
    sql: `SELECT ${key} FROM ${from}${beyond} ORDER BY ${key} LIMIT 1 OFFSET ${rows - 1}`,
    binds: after === undefined ? {} : { [placeholder(dialect, 1)]: after },
  };
}

/** A bound value as a whole number. SQLite would compare a text with a number by their kinds. */
function bound(dialect: Dialect, n: number): string {
  const place = placeholder(dialect, n);
  return dialect === 'sqlite' ? `CAST(${place} AS INTEGER)` : place;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
