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
export type Catalogue = ReadonlyMap<string, Table>;

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

/** Two tables, or two columns of one, whose names differ only in case share their entries in the dictionary: neither is readable. */
export function catalogueOf(seen: readonly Listed[], dialect: Dialect): Catalogue {
  const byTable = new Map<string, Listed[]>();
  for (const column of seen) {
    const table = column.table ?? '';
    const columns = byTable.get(table);
    if (columns !== undefined) columns.push(column);
    else if (table !== '') byTable.set(table, [column]);
  }
  const written = [...byTable.keys()];
  const spellings = counted(written.map((name) => name.toLowerCase()));
  const tables = written
    .filter((name) => spellings.get(name.toLowerCase()) === 1)
    .map((name) => tableOf(name, byTable.get(name) ?? [], dialect))
    .filter(({ columns }) => isReadable(columns, dialect));
  return new Map(tables.map((table) => [spelled(table.name, dialect), { ...table, name: table.name.toLowerCase() }]));
}

function tableOf(name: string, columns: readonly Listed[], dialect: Dialect): Table {
  const origin = (column: string) => `${name}.${column}`.toLowerCase();
  return {
    name,
    columns: columns.map((column) => ({
      name: dialect === 'sqlite' ? column.name : spelled(column.name, dialect),
      origin: origin(column.name),
    })),
  };
}

/** In Oracle a column may also have the name of a pseudo column that we would take for one. */
function isReadable(columns: readonly TableColumn[], dialect: Dialect): boolean {
  if (dialect === 'oracle' && columns.some(({ name }) => PROTECTED.has(name))) return false;
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

// Whole names of types: `interval`, `point` and a site's own types hold INT too, and are not numbers.
const NUMERIC =
  /^(unsigned )?((big|small|tiny|medium)? ?int(eger|[248])?|real|float[48]?|double|numeric|decimal|dec|number|money|bool(ean)?|binary_(float|double)|(big|small)?serial)\b(?!.*\[)/i;

/**
 * Deny by default: personal unless the dictionary says clear. Without an entry only a table's column of numbers is not (its values
 * are watched); a number in a view may be anything that the view makes of a personal column.
 */
export function kindsOf(seen: readonly Listed[], classification: Readonly<Record<string, string>>): Kinds {
  const entries = new Map(Object.entries(classification).map(([key, kind]) => [key.toLowerCase(), kind]));
  const numbers = new Set(
    seen
      .filter(({ type = '', view }) => view !== true && NUMERIC.test(type.trim()))
      .map(({ table, name }) => `${table}.${name}`.toLowerCase()),
  );
  const kind = (origin: string): string | undefined => {
    const found = entries.get(origin);
    return found === undefined ? undefined : kindName(found);
  };
  const personal = (origin: string): boolean => {
    const known = kind(origin);
    return known === undefined ? !numbers.has(origin) : !isClearKind(known);
  };
  return { kind, personal };
}
