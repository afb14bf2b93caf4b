/** Which column a name in a statement means, and where its values come from. */
import { t } from '../../core/text.ts';
import type { Catalogue } from './catalogue.ts';
import { type Dialect, refuse } from './refusal.ts';
import { type Body, locationOf, nodesOf } from './tree.ts';

/** `origins` are `table.column`. `pure`: the value is one of those cells as it stands, not computed, and nothing else is mixed in. */
export interface Value {
  readonly origins: ReadonlySet<string>;
  readonly pure: boolean;
}
/** `name` is empty where the database would give one of its own making, which nobody can foretell. */
export interface Column {
  readonly name: string;
  readonly value: Value;
}
export interface Relation {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** What FROM makes visible. `merged` holds the columns that USING made one of two; `aliases` are the names that SELECT itself gives. */
export interface Scope {
  readonly aliases?: readonly string[];
  readonly relations: readonly Relation[];
  readonly merged: readonly Column[];
  /** What `*` stands for, in its order. */
  readonly star: readonly Column[];
  readonly outer?: Scope;
}

export interface Context {
  readonly dialect: Dialect;
  /** Makes names of this dialect alike before they are compared. */
  readonly fold: (name: string) => string;
  readonly catalogue: Catalogue;
  /** True where this `table.column` is masked in this extraction. */
  readonly masked: (origin: string) => boolean;
  /** True where it is personal, masked or released in clear. */
  readonly personal: (origin: string) => boolean;
  /** A reviewed extract may compare a masked column with what its template or a bind says, and order by it. */
  readonly saved: boolean;
  readonly tables: Set<string>;
  readonly reads: Set<string>;
  readonly noted: Noted;
}

/** What the walk adds up. `work` is what is left of the patience for one statement. */
export interface Noted {
  leaksOrder: boolean;
  work: number;
}

/** Spends some of the patience: WITH in WITH and star in star grow without bound out of a short text. */
export function spend(context: Context, amount: number): void {
  context.noted.work -= amount;
  if (context.noted.work < 0) refuse('too-deep', 0, t('the statement is nested too deeply to be judged'));
}

export type Ctes = ReadonlyMap<string, readonly Column[]>;

export const NOTHING: Value = { origins: new Set(), pure: false };

/** A computed value: it reads all of these. */
export function mixed(values: readonly Value[]): Value {
  return { origins: new Set(values.flatMap((value) => [...value.origins])), pure: false };
}

export function isMasked(context: Context, value: Value): boolean {
  return [...value.origins].some(context.masked);
}

/** Does equality of the two show a masked value in a column that anybody may read? Joined to one, even a masked number is told by its twin. */
export function tellsTwin(context: Context, left: Value, right: Value): boolean {
  const bare = (value: Value) => ![...value.origins].some(context.personal);
  return (isMasked(context, left) && bare(right)) || (isMasked(context, right) && bare(left));
}

/** The value of a ColumnRef; refuses what is unknown or ambiguous. */
export function resolve(body: Body, scope: Scope, context: Context): Value {
  const parts = nodesOf(body.fields).map(({ body: field }) => String(field.sval ?? ''));
  const found = lookUp(parts, scope, locationOf(body), context);
  if (found === undefined)
    refuse('unknown-column', locationOf(body), t('there is no column {name} here', { name: parts.join('.') }));
  for (const origin of found.origins) context.reads.add(origin);
  return found;
}

/** The same without refusing: undefined where no such column is visible. */
export function lookUp(parts: readonly string[], scope: Scope, at: number, context: Context): Value | undefined {
  const name = context.fold(parts.at(-1) ?? '');
  const relation = parts.length === 2 ? context.fold(parts[0] ?? '') : undefined;
  if (parts.length > 2) refuse('unknown-column', at, t('name a column by its table and itself, nothing before them'));
  spend(context, 1);
  for (let level: Scope | undefined = scope; level !== undefined; level = level.outer) {
    if (relation !== undefined && !level.relations.some((one) => context.fold(one.name) === relation)) continue;
    const found = hits(level, relation, name, context);
    if (found.length > 1)
      refuse('ambiguous-column', at, t('the column {name} is in more than one table here', { name }));
    if (found.length === 1 || relation !== undefined) return found[0];
    if (level.outer !== undefined) refuseDisguise(level, name, at, context);
  }
  return undefined;
}

/** SQLite's names for the number of a row, which may be an integer key. */
const ROW_NUMBERS = ['rowid', 'oid', '_rowid_'];

/** Before a name is looked for in the query around: could the database find it here, where we see none? */
function refuseDisguise(
  { relations, aliases = [] }: Scope,
  name: string,
  at: number,
  { dialect, fold }: Context,
): void {
  if (relations.some(({ columns }) => columns.some((column) => column.name === '')))
    refuse(
      'unnamed-column',
      at,
      t('a subquery beside {name} gives a column without a name; give it one by AS', { name }),
    );
  if (dialect === 'sqlite' && ROW_NUMBERS.includes(name) && relations.length > 0)
    refuse('unknown-column', at, t('there is no column {name} here', { name }));
  if (dialect !== 'postgres' && aliases.some((alias) => fold(alias) === name))
    refuse('ambiguous-column', at, t('{name} is a name that this SELECT gives and a column outside it', { name }));
}

function hits(level: Scope, relation: string | undefined, name: string, { fold }: Context): Value[] {
  const merged = relation === undefined ? level.merged.filter((column) => fold(column.name) === name) : [];
  if (merged.length > 0) return merged.map((column) => column.value);
  return level.relations
    .filter((one) => relation === undefined || fold(one.name) === relation)
    .flatMap((one) => one.columns.filter((column) => fold(column.name) === name))
    .map((column) => column.value);
}

/** The columns that `*`, or `name.*`, stands for, in the order of the dialect. */
export function starred(relation: string | undefined, scope: Scope, at: number, context: Context): Column[] {
  const { fold, dialect } = context;
  if (dialect === 'oracle' && scope.merged.length > 0)
    refuse('not-accepted', at, t('with USING name the columns; * does not tell their order'));
  const wanted = relation === undefined ? undefined : fold(relation);
  const relations = scope.relations.filter((one) => wanted === undefined || fold(one.name) === wanted);
  if (relations.length === 0) refuse('unknown-table', at, t('there is nothing here that * could stand for'));
  const columns = wanted === undefined ? scope.star : relations.flatMap((one) => one.columns);
  spend(context, columns.length);
  for (const column of columns) for (const origin of column.value.origins) context.reads.add(origin);
  return [...columns];
}

/** `*` over a join with USING: SQLite leaves each column of it where the left side has it, the standard puts them first. */
export function starOver(left: Scope, right: Scope, using: readonly Column[], { fold, dialect }: Context): Column[] {
  const merged = new Map(using.map((column) => [fold(column.name), column]));
  const without = ({ star }: Scope) => star.filter((column) => !merged.has(fold(column.name)));
  if (dialect !== 'sqlite') return [...using, ...without(left), ...without(right)];
  return [...left.star.map((column) => merged.get(fold(column.name)) ?? column), ...without(right)];
}
