/** Whether the rows of a statement can be read in parts by ranges of a key, each part by itself, and together be what the whole gives. */
import type { Listed } from './catalogue.ts';
import type { GuardedColumn } from './guard.ts';

/** Output column `column` (from 0) is the key `name` of `table`, both spelled as the database has them. */
export interface Sliceable {
  readonly column: number;
  readonly table: string;
  readonly name: string;
  /** Nobody classified it: what looks like a telephone number is masked there. */
  readonly unclassified: boolean;
}

/**
 * What may give another row each time it is run (a limit, the place in a window, one row of a group), and what orders rows beyond the
 * parts. Anywhere in the statement, also where it would do no harm: then it is read as one.
 */
const WHOLE = new Set([
  ...['limitCount', 'limitOffset', 'sortClause', 'agg_order', 'distinctClause', 'recursive', 'moment'],
  ...['groupClause', 'havingClause', 'windowClause', 'over'],
]);

/**
 * The first output column that is nothing but a whole-number primary key and leaves in clear; `tree` is the statement as it was
 * parsed. Undefined where there is none. Where rows would come in the order of what a mask hides, each part is shuffled like the whole;
 * in which part a row is its key alone tells. A key may be NULL (outer join) or occur more than once: the parts still hold each row once.
 */
export function sliceableBy(
  tree: unknown,
  columns: readonly GuardedColumn[],
  catalogue: readonly Listed[],
): Sliceable | undefined {
  const candidates = columns.flatMap(({ pure, mask, origins }, column) =>
    pure && origins.length === 1 && ['clear', 'unclassified'].includes(mask)
      ? [{ column, origin: origins[0], unclassified: mask === 'unclassified' }]
      : [],
  );
  if (candidates.length === 0 || !isAlike(tree)) return undefined;
  const keys = new Map(
    catalogue.flatMap((one) =>
      one.key === true && one.view !== true ? [[`${one.table}.${one.name}`.toLowerCase(), one]] : [],
    ),
  );
  for (const { column, origin = '', unclassified } of candidates) {
    const key = keys.get(origin);
    if (key?.table !== undefined) return { column, table: key.table, name: key.name, unclassified };
  }
  return undefined;
}

function isAlike(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([field, inner]) => !(WHOLE.has(field) && isThere(inner)) && isAlike(inner));
}

function isThere(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== false;
}
