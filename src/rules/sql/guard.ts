/** The guard: one SELECT, made only of what is allowed, whose every column can be traced; anything else is refused with its place. */
import { t } from '../../core/text.ts';
import type { ColumnSeen } from '../../core/world.ts';
import { type Catalogue, catalogueOf, foldOf, type Kinds, kindsOf, type Listed } from './catalogue.ts';
import { type Lexed, lex } from './lexer.ts';
import { columnsOf } from './lineage.ts';
import { parseOracle } from './oracle/parse.ts';
import { type Dialect, placeOf, type Refusal, refusalOf, refuse } from './refusal.ts';
import type { Column, Context } from './scope.ts';
import { checkShape } from './shape.ts';
import { type Sliceable, sliceableBy } from './sliceable.ts';
import { type Body, nodeOf, nodesOf } from './tree.ts';

export interface GuardRules {
  readonly dialect: Dialect;
  readonly catalogue: readonly Listed[];
  /** `table.column` -> kind, as the site's dictionary has it. */
  readonly classification: Readonly<Record<string, string>>;
  /** Output columns, or `table.column`, that the application asks to release in clear. */
  readonly clear: readonly string[];
  /** True for a saved extract that was reviewed: what its template compares a masked column with is no probing. */
  readonly saved?: boolean;
}

/** One column of the result. `mask` is a kind, `whole`, `clear` (nothing personal in it), `unclassified` (numbers
 * without an entry in the dictionary: long ones are masked) or `released` (personal, asked for in clear). */
export interface GuardedColumn {
  readonly name: string;
  readonly mask: string;
  readonly origins: readonly string[];
  readonly pure: boolean;
}

/**
 * `text` is the statement to execute, the very one that was judged; `binds` are the names of its places (`placeholder` writes one).
 * `leaksOrder`: it groups, joins or removes doubles by a masked column, which databases do by sorting, so that rows may come in the
 * order of what the mask hides; no rewriting of the text cures that.
 */
export interface Guarded {
  readonly ok: true;
  readonly dialect: Dialect;
  readonly leaksOrder: boolean;
  /** It has an ORDER BY of its own, by columns that hide nothing. */
  readonly sorted: boolean;
  readonly text: string;
  readonly binds: readonly string[];
  readonly columns: readonly GuardedColumn[];
  readonly tables: readonly string[];
  readonly reads: readonly string[];
  /** By which key its rows can be read in parts. */
  readonly sliceable?: Sliceable;
}
export type Judgement = Guarded | { readonly ok: false; readonly refusals: readonly Refusal[] };

const LONGEST = 100_000;

/** Judges a statement. Never throws for what a statement holds; loads the PostgreSQL grammar on first use. */
export async function guard(sql: string, rules: GuardRules): Promise<Judgement> {
  let lexed: Lexed | undefined;
  try {
    if (sql.length > LONGEST)
      refuse('too-long', LONGEST, t('the statement is longer than {most} characters', { most: LONGEST }));
    lexed = lex(sql, rules.dialect);
    return await judged(lexed, rules);
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

async function judged(lexed: Lexed, rules: GuardRules): Promise<Guarded> {
  const { dialect } = rules;
  const select = dialect === 'oracle' ? parseOracle(lexed.text) : await parsed(lexed.text);
  checkShape(select, dialect);
  const catalogue = catalogueOf(rules.catalogue, dialect);
  const kinds = kindsOf(catalogue, rules.classification);
  const released = releasedOrigins(select, catalogue, rules);
  const masked = (origin: string) => kinds.personal(origin) && !released.has(origin);
  const context = contextOf(catalogue, masked, kinds.personal, rules);
  const columns = columnsOf(select, context).map((column) => guarded(column, context, kinds, released));
  const { leaksOrder } = context.noted;
  const sliceable = sliceableBy(select, columns, rules.catalogue);
  return {
    ok: true,
    dialect,
    leaksOrder,
    sorted: nodesOf(select.sortClause).length > 0,
    text: lexed.text,
    binds: lexed.binds,
    columns,
    tables: [...context.tables],
    reads: [...context.reads],
    ...(sliceable === undefined ? {} : { sliceable }),
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

const PATIENCE = 100_000;

function contextOf(
  catalogue: Catalogue,
  masked: Context['masked'],
  personal: Context['personal'],
  { dialect, saved = false }: GuardRules,
): Context {
  const noted = { leaksOrder: false, work: PATIENCE };
  return {
    dialect,
    saved,
    catalogue,
    masked,
    personal,
    fold: foldOf(dialect),
    tables: new Set(),
    reads: new Set(),
    noted,
  };
}

/** What --clear names: output columns by their name, or `table.column`. A name that fits nothing is a mistake, never ignored. */
function releasedOrigins(select: Body, catalogue: Catalogue, rules: GuardRules): ReadonlySet<string> {
  if (rules.clear.length === 0) return new Set();
  const context = contextOf(
    catalogue,
    () => false,
    () => false,
    rules,
  );
  const columns = columnsOf(select, context);
  return new Set(
    rules.clear.flatMap((asked) => {
      const name = asked.toLowerCase();
      if (context.reads.has(name)) return [name];
      const origins = columns
        .filter((column) => shown(column.name).toLowerCase() === name)
        .flatMap(({ value }) => [...value.origins]);
      if (origins.length === 0) {
        const allowed = [...columns.map((column) => shown(column.name)), ...context.reads];
        const why = t('--clear names {name}, which is no column of the result', { name: asked });
        refuse('clear-unknown', 0, why, { given: asked, allowed });
      }
      // An alias shows nothing of what it opens, nor does the first arm of a UNION of the others: such columns are named themselves.
      if (new Set(origins).size > 1 || origins.some((origin) => columnIn(origin) !== name)) {
        const why = t('--clear {name} is another column, or several: {origins}', {
          name: asked,
          origins: origins.join(', '),
        });
        refuse('clear-unknown', 0, why, { given: asked, allowed: origins });
      }
      return origins;
    }),
  );
}

function columnIn(origin: string): string {
  return origin.slice(origin.lastIndexOf('.') + 1).toLowerCase();
}

function guarded(column: Column, context: Context, kinds: Kinds, released: ReadonlySet<string>): GuardedColumn {
  const origins = [...column.value.origins];
  return {
    name: shown(column.name),
    mask: maskFor(column, context, kinds, released),
    origins,
    pure: column.value.pure,
  };
}

/** A name for people: without the quotes that keep apart what Oracle tells apart by capitals. */
function shown(name: string): string {
  if (name === '') return '?column?';
  return name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name;
}

function maskFor({ value }: Column, context: Context, { kind }: Kinds, released: ReadonlySet<string>): string {
  const origins = [...value.origins];
  if (!origins.some(context.masked)) {
    if (origins.some((origin) => released.has(origin))) return 'released';
    return origins.every((origin) => kind(origin) !== undefined) ? 'clear' : 'unclassified';
  }
  const masks = new Set(origins.map((origin) => (context.masked(origin) ? kind(origin) : 'clear')));
  const [only] = masks;
  return value.pure && masks.size === 1 && only !== undefined ? only : 'whole';
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
