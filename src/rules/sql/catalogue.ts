/** The tables a statement may read, and which of their columns are personal by the site's dictionary. */
import type { ColumnSeen } from '../../core/world.ts';
import { isClearKind, kindName } from '../kinds.ts';
import { PROTECTED } from './oracle/words.ts';
import type { Dialect } from './refusal.ts';

/** A column of the catalogue; `view` where its table is a view, whose own columns nobody can trace. */
export type Listed = ColumnSeen & { readonly view?: boolean };

/** `name` as names are compared in this dialect; `origin` is `table.column` in small letters. */
export interface TableColumn {
  readonly name: string;
  readonly origin: string;
}
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
}
/** Asked by the name as the tree of a statement spells it. */
export interface Catalogue {
  get(spelled: string): Table | undefined;
  /** True for a table's column of numbers that `get` has given; a view's may be anything that it makes of a personal column. */
  isNumber(origin: string): boolean;
}

/**
 * How names are made alike before they are compared. SQLite pays no heed to capitals; PostgreSQL's grammar and our reader of Oracle
 * have already folded what was not quoted, so theirs are compared to the letter: a quoted name may differ from another by capitals alone.
 */
export function foldOf(dialect: Dialect): (name: string) => string {
  return dialect === 'sqlite' ? (name) => name.toLowerCase() : (name) => name;
}

/** A name of the catalogue as the tree of a statement would spell it. Oracle's may come in capitals (as stored) or in small letters. */
function spelled(name: string, dialect: Dialect): string {
  if (dialect === 'sqlite') return name.toLowerCase();
  if (dialect === 'postgres') return name;
  const parts = name.split('.');
  return parts.map((part) => (/[A-Z]/.test(part) && /[a-z]/.test(part) ? `"${part}"` : part.toLowerCase())).join('.');
}

/**
 * Two tables, or two columns of one, whose names differ only in case share their entries in the dictionary: neither is readable.
 * A table is made when it is asked for: a statement reads few of many.
 */
export function catalogueOf(seen: readonly Listed[], dialect: Dialect): Catalogue {
  const byTable = new Map<string, Listed[]>();
  for (const column of seen) {
    const table = column.table ?? '';
    const columns = byTable.get(table);
    if (columns !== undefined) columns.push(column);
    else if (table !== '') byTable.set(table, [column]);
  }
  const spellings = counted([...byTable.keys()].map((name) => name.toLowerCase()));
  const alone = [...byTable.keys()].filter((name) => spellings.get(name.toLowerCase()) === 1);
  const written = new Map(alone.map((name) => [spelled(name, dialect), name]));
  const numbers = new Set<string>();
  const get = (asked: string): Table | undefined => {
    const name = written.get(asked);
    if (name === undefined) return undefined;
    const listed = byTable.get(name) ?? [];
    for (const { name: column, type = '', view } of listed)
      if (view !== true && NUMERIC.test(type.trim())) numbers.add(`${name}.${column}`.toLowerCase());
    const columns = listed.map((column) => columnOf(name, column.name, dialect));
    return isReadable(columns, dialect) ? { name: name.toLowerCase(), columns } : undefined;
  };
  return { get, isNumber: (origin) => numbers.has(origin) };
}

function columnOf(table: string, column: string, dialect: Dialect): TableColumn {
  const name = dialect === 'sqlite' ? column : spelled(column, dialect);
  return { name, origin: `${table}.${column}`.toLowerCase() };
}

// Whole names of types: `interval`, `point` and a site's own types hold INT too, and are not numbers.
const NUMERIC =
  /^(unsigned )?((big|small|tiny|medium)? ?int(eger|[248])?|real|float[48]?|double|numeric|decimal|dec|number|money|bool(ean)?|binary_(float|double)|(big|small)?serial)\b(?!.*\[)/i;

/** A dot in a column's name would make its origin another's. In Oracle a column may also have the name of a pseudo column that we would take for one. */
function isReadable(columns: readonly TableColumn[], dialect: Dialect): boolean {
  if (dialect === 'oracle' && columns.some(({ name }) => PROTECTED.has(name))) return false;
  if (columns.some(({ name }) => name.includes('.'))) return false;
  return [...counted(columns.map(({ origin }) => origin)).values()].every((count) => count === 1);
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** What the dictionary says of columns. */
export interface Kinds {
  /** The kind of `table.column`; undefined without an entry. */
  readonly kind: (origin: string) => string | undefined;
  readonly personal: (origin: string) => boolean;
}

/** Deny by default: personal unless the dictionary says clear. Without an entry only a table's column of numbers is not: its values are watched. */
export function kindsOf(catalogue: Catalogue, classification: Readonly<Record<string, string>>): Kinds {
  const entries = entriesOf(classification);
  const kind = (origin: string): string | undefined => {
    const found = entries.get(origin);
    return found === undefined ? undefined : kindName(found);
  };
  const personal = (origin: string): boolean => {
    const known = kind(origin);
    return known === undefined ? !catalogue.isNumber(origin) : !isClearKind(known);
  };
  return { kind, personal };
}

const remembered = new WeakMap<object, ReadonlyMap<string, string>>();

/** The dictionary by names in small letters; a site's is made once. */
function entriesOf(classification: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const known = remembered.get(classification);
  if (known !== undefined) return known;
  const entries = new Map(Object.entries(classification).map(([key, kind]) => [key.toLowerCase(), kind]));
  remembered.set(classification, entries);
  return entries;
}
