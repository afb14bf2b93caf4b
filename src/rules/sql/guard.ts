/** The guard: one SELECT, made only of what is allowed, whose every column can be traced; anything else is refused with its place. */
import { t } from '../../core/text.ts';
import type { ColumnSeen } from '../../core/world.ts';
import { isClearKind, kindName } from '../kinds.ts';
import { type Lexed, lex } from './lexer.ts';
import { columnsOf } from './lineage.ts';
import { type Dialect, placeOf, type Refusal, refusalOf, refuse } from './refusal.ts';
import type { Column, Context } from './scope.ts';
import { checkShape } from './shape.ts';
import { type Body, nodeOf } from './tree.ts';

export interface GuardRules {
  readonly dialect: Dialect;
  readonly catalogue: readonly ColumnSeen[];
  /** `table.column` -> kind, as the site's dictionary has it. */
  readonly classification: Readonly<Record<string, string>>;
  /** Output columns, or `table.column`, that the application asks to release in clear. */
  readonly clear: readonly string[];
}

/** One column of the result. `mask` is a kind, `whole`, `clear` (nothing personal in it), `unclassified` (numbers
 * without an entry in the dictionary: long ones are masked) or `released` (personal, asked for in clear). */
export interface GuardedColumn {
  readonly name: string;
  readonly mask: string;
  readonly origins: readonly string[];
  readonly pure: boolean;
}

/** `text` is the statement to execute, the very one that was judged; `binds` are the names of `$1`, `$2`, … */
export interface Guarded {
  readonly ok: true;
  readonly text: string;
  readonly binds: readonly string[];
  readonly columns: readonly GuardedColumn[];
  readonly tables: readonly string[];
  readonly reads: readonly string[];
}
export type Judgement = Guarded | { readonly ok: false; readonly refusals: readonly Refusal[] };

const LONGEST = 100_000;

/** Judges a statement. Never throws for what a statement holds; loads the PostgreSQL grammar on first use. */
export async function guard(sql: string, rules: GuardRules): Promise<Judgement> {
  let lexed: Lexed | undefined;
  try {
    if (rules.dialect === 'oracle')
      refuse('dialect', 0, t('statements for Oracle are not judged in this version, and so not run'));
    if (sql.length > LONGEST)
      refuse('too-long', LONGEST, t('the statement is longer than {most} characters', { most: LONGEST }));
    lexed = lex(sql, rules.dialect);
    return await judged(lexed, rules, rules.dialect);
  } catch (error) {
    const original = lexed?.original ?? ((offset: number) => offset);
    if (error instanceof RangeError) return refused({ code: 'too-deep', at: placeOf(sql, 0), why: TOO_DEEP });
    const parsed = lexed?.text;
    return refused(refusalOf(error, sql, (at) => (parsed === undefined ? at : original(at))));
  }
}
const TOO_DEEP = t('the statement is nested too deeply to be judged');

function refused(refusal: Refusal): Judgement {
  return { ok: false, refusals: [refusal] };
}

async function judged(lexed: Lexed, rules: GuardRules, dialect: 'sqlite' | 'postgres'): Promise<Guarded> {
  const select = await parsed(lexed.text);
  checkShape(select, dialect);
  const catalogue = tablesOf(rules.catalogue);
  const released = releasedOrigins(select, catalogue, rules);
  const personal = (origin: string) => isPersonal(origin, rules, catalogue);
  const context = contextOf(catalogue, (origin) => personal(origin) && !released.has(origin), personal);
  const columns = columnsOf(select, context).map((column) => guarded(column, context, rules, released));
  return {
    ok: true,
    text: lexed.text,
    binds: lexed.binds,
    columns,
    tables: [...context.tables],
    reads: [...context.reads],
  };
}

async function parsed(text: string): Promise<Body> {
  const { loadModule, parseSync } = (await import('libpg-query')).default;
  await loadModule();
  const tree = parseTree(parseSync, text);
  const stmts = (tree as { stmts?: unknown }).stmts;
  const [only, ...more] = Array.isArray(stmts) ? stmts : [];
  if (more.length > 0) refuse('second-statement', 0, t('only one statement is allowed; a second one begins here'));
  const node = nodeOf((only as { stmt?: unknown } | undefined)?.stmt);
  if (node === undefined) refuse('empty', 0, t('there is no statement'));
  if (node.type !== 'SelectStmt')
    refuse('not-a-select', 0, t('only SELECT is accepted; this is {type}', { type: node.type }));
  return inUnits(node.body, text) as Body;
}

function parseTree(parse: (sql: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const details = (error as { sqlDetails?: { message?: string; cursorPosition?: number } }).sqlDetails;
    const at = unitsOf(text)(details?.cursorPosition ?? 0);
    return refuse(
      'syntax',
      at,
      t('the statement was not understood: {why}', { why: details?.message ?? 'the parser gave up' }),
    );
  }
}

/** The grammar counts places in bytes of UTF-8; ours are UTF-16 units. Text of ASCII alone needs no second tree. */
function inUnits(tree: unknown, text: string): unknown {
  if (!/[\u0080-\uffff]/.test(text)) return tree;
  const units = unitsOf(text);
  return JSON.parse(JSON.stringify(tree), (key, value: unknown) =>
    key === 'location' && typeof value === 'number' && value > 0 ? units(value) : value,
  );
}

function unitsOf(text: string): (byte: number) => number {
  const bytes = new TextEncoder().encode(text);
  return (byte) => new TextDecoder().decode(bytes.subarray(0, byte)).length;
}

function tablesOf(seen: readonly ColumnSeen[]): Map<string, readonly ColumnSeen[]> {
  const tables = new Map<string, ColumnSeen[]>();
  for (const column of seen) {
    const table = (column.table ?? '').toLowerCase();
    if (table !== '') tables.set(table, [...(tables.get(table) ?? []), column]);
  }
  // Two tables whose names differ only in case could not be told apart: neither is readable.
  const names = new Map<string, string>();
  for (const { table = '' } of seen) {
    const first = names.get(table.toLowerCase()) ?? table;
    names.set(table.toLowerCase(), first);
    if (first !== table) tables.delete(table.toLowerCase());
  }
  return tables;
}

function contextOf(
  catalogue: Map<string, readonly ColumnSeen[]>,
  masked: Context['masked'],
  personal: Context['personal'],
): Context {
  return { catalogue, masked, personal, tables: new Set(), reads: new Set() };
}

const NUMERIC = /INT|REAL|FLOA|DOUB|NUMERIC|DECIMAL|NUMBER|MONEY|BOOL/i;

/** Deny by default: personal unless the dictionary says clear; without an entry only a column of numbers is not (its values are watched). */
function isPersonal(origin: string, rules: GuardRules, catalogue: Map<string, readonly ColumnSeen[]>): boolean {
  const kind = kindOf(origin, rules);
  if (kind !== undefined) return !isClearKind(kind);
  const dot = origin.lastIndexOf('.');
  const column = catalogue.get(origin.slice(0, dot))?.find(({ name }) => name.toLowerCase() === origin.slice(dot + 1));
  return !NUMERIC.test(column?.type ?? '');
}

function kindOf(origin: string, rules: GuardRules): string | undefined {
  const found = rules.classification[origin] ?? lowerCased(rules.classification)[origin];
  return found === undefined ? undefined : kindName(found);
}

function lowerCased(classification: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(classification).map(([key, kind]) => [key.toLowerCase(), kind]));
}

/** What --clear names: output columns by their name, or `table.column`. A name that fits nothing is a mistake, never ignored. */
function releasedOrigins(
  select: Body,
  catalogue: Map<string, readonly ColumnSeen[]>,
  rules: GuardRules,
): ReadonlySet<string> {
  if (rules.clear.length === 0) return new Set();
  const context = contextOf(
    catalogue,
    () => false,
    () => false,
  );
  const columns = columnsOf(select, context);
  return new Set(
    rules.clear.flatMap((asked) => {
      const name = asked.toLowerCase();
      if (context.reads.has(name)) return [name];
      const origins = columns
        .filter((column) => column.name.toLowerCase() === name)
        .flatMap(({ value }) => [...value.origins]);
      if (origins.length === 0) {
        const allowed = [...columns.map((column) => column.name), ...context.reads];
        const why = t('--clear names {name}, which is no column of the result', { name: asked });
        refuse('clear-unknown', 0, why, { given: asked, allowed });
      }
      return origins;
    }),
  );
}

function guarded(column: Column, context: Context, rules: GuardRules, released: ReadonlySet<string>): GuardedColumn {
  const origins = [...column.value.origins];
  return { name: column.name, mask: maskFor(column, context, rules, released), origins, pure: column.value.pure };
}

function maskFor({ value }: Column, context: Context, rules: GuardRules, released: ReadonlySet<string>): string {
  const origins = [...value.origins];
  if (!origins.some(context.masked)) {
    if (origins.some((origin) => released.has(origin))) return 'released';
    return origins.every((origin) => kindOf(origin, rules) !== undefined) ? 'clear' : 'unclassified';
  }
  const kinds = new Set(origins.map((origin) => (context.masked(origin) ? kindOf(origin, rules) : 'clear')));
  const [kind] = kinds;
  return value.pure && kinds.size === 1 && kind !== undefined ? kind : 'whole';
}

/**
 * The second judge's view held against ours: what the database says a column comes from must be among the origins we traced.
 * Returns the refusals; empty where both agree.
 */
export function agree(guarded: Guarded, seen: readonly ColumnSeen[]): readonly Refusal[] {
  const at = placeOf('', 0);
  if (seen.length !== guarded.columns.length)
    return [{ code: 'judges-differ', at, why: t('the database sees another number of columns than the guard') }];
  return seen.flatMap((column, i) => {
    if (column.table === undefined || column.column === undefined) return [];
    const origin = `${column.table}.${column.column}`.toLowerCase();
    if (guarded.columns[i]?.origins.includes(origin)) return [];
    const why = t('the database reads column {number} from {origin}, the guard does not', { number: i + 1, origin });
    return [{ code: 'judges-differ', at, why }];
  });
}
