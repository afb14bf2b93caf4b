/** Oracle's SELECT, with WITH, set operations, CONNECT BY and FETCH, as the SelectStmt of the PostgreSQL grammar. */
import { t } from '../../../core/text.ts';
import { INLINE } from '../lexer.ts';
import { refuse } from '../refusal.ts';
import { type Body, mentions } from '../tree.ts';
import { fromList } from './from.ts';
import {
  expectWords,
  holdsQuery,
  inBrackets,
  isAlias,
  isSign,
  isWord,
  LONGEST_CHAIN,
  listOf,
  made,
  named,
  nested,
  newName,
  peek,
  type Reading,
  type Tree,
  take,
  takeOneOf,
  takeSign,
  takeWords,
  tooDeep,
  unexpected,
} from './reading.ts';
import { sorts } from './window.ts';

/** A query with what goes before and behind it. */
export function query(reading: Reading): Body {
  return nested(reading, () => {
    const { at } = peek(reading);
    const withClause = takeWords(reading, 'with') ? withOf(reading) : undefined;
    const select = setOperations(reading);
    const end = { ...sortOf(reading), ...limits(reading) };
    const added = { ...(withClause && { withClause }), ...end };
    if (Object.keys(added).some((field) => field in select))
      refuse('syntax', at, t('WITH, ORDER BY and FETCH stand once, outside or inside the brackets'));
    return { ...select, ...added };
  });
}

function withOf(reading: Reading): Body {
  const { at } = peek(reading);
  const ctes = listOf(reading, commonTable);
  return { ctes: ctes.map(({ node }) => node), recursive: ctes.some(({ recursive }) => recursive), location: at };
}

function commonTable(reading: Reading): { node: Tree; recursive: boolean } {
  const { at } = peek(reading);
  if (isWord(reading, 'function') || isWord(reading, 'procedure')) refuse('inline-plsql', at, INLINE);
  const ctename = newName(reading);
  const aliascolnames = isSign(reading, '(')
    ? named(...inBrackets(reading, () => listOf(reading, newName)))
    : undefined;
  expectWords(reading, 'as');
  const inner = inBrackets(reading, query);
  const body = { ctename, ...(aliascolnames && { aliascolnames }), ctequery: { SelectStmt: inner } };
  return { node: made('CommonTableExpr', body, at), recursive: mentions(inner, ctename, (name) => name) };
}

const SETS: Readonly<Record<string, string>> = {
  union: 'SETOP_UNION',
  intersect: 'SETOP_INTERSECT',
  minus: 'SETOP_EXCEPT',
};

/** Oracle takes set operations from left to right, the standard takes INTERSECT first: where that differs, brackets must say it. */
function setOperations(reading: Reading): Body {
  let left = arm(reading);
  const seen = new Set<string>();
  for (let length = 0; ; length++) {
    const { at } = peek(reading);
    const word = takeOneOf(reading, 'union', 'intersect', 'minus');
    if (word === undefined) return left;
    if (length > LONGEST_CHAIN) tooDeep(reading);
    seen.add(word);
    if (seen.has('intersect') && seen.size > 1)
      refuse('set-operation', at, t('put brackets round INTERSECT where other set operations stand beside it'));
    const all = takeWords(reading, 'all');
    left = { op: SETS[word], ...(all && { all }), larg: left, rarg: arm(reading) };
  }
}

function arm(reading: Reading): Body {
  if (isSign(reading, '(')) {
    if (!holdsQuery(reading)) unexpected(reading);
    return inBrackets(reading, query);
  }
  return plainSelect(reading);
}

function plainSelect(reading: Reading): Body {
  expectWords(reading, 'select');
  const distinct = takeOneOf(reading, 'distinct', 'unique') !== undefined;
  if (!distinct) takeWords(reading, 'all');
  const targetList = listOf(reading, target);
  const fromClause = takeWords(reading, 'from') ? fromList(reading) : undefined;
  const where = takeWords(reading, 'where') ? [reading.expression(reading)] : [];
  const conditions = [...where, ...hierarchy(reading)];
  return {
    ...(distinct && { distinctClause: [{}] }),
    targetList,
    ...(fromClause && { fromClause }),
    ...(conditions.length > 0 && { whereClause: together(conditions) }),
    ...grouping(reading),
  };
}

/** START WITH and CONNECT BY choose rows, as WHERE does: what holds for its conditions holds for theirs. */
function hierarchy(reading: Reading): Tree[] {
  const conditions: Tree[] = [];
  for (let part = 0; part < 2; part++) {
    if (takeWords(reading, 'connect', 'by')) takeWords(reading, 'nocycle');
    else if (!takeWords(reading, 'start', 'with')) break;
    conditions.push(reading.expression(reading));
  }
  return conditions;
}

function together(args: readonly Tree[]): Tree {
  const [only] = args;
  return args.length === 1 && only !== undefined ? only : { BoolExpr: { boolop: 'AND_EXPR', args } };
}

function target(reading: Reading): Tree {
  const { at } = peek(reading);
  const star = starOf(reading, at);
  if (star !== undefined) return made('ResTarget', { val: star }, at);
  const val = reading.expression(reading);
  const name = takeWords(reading, 'as') || isAlias(reading) ? newName(reading) : undefined;
  return made('ResTarget', { ...(name !== undefined && { name }), val }, at);
}

/** `*`, `t.*`, `owner.t.*`. */
function starOf(reading: Reading, at: number): Tree | undefined {
  let parts = 0;
  while (['word', 'name'].includes(peek(reading, parts * 2).kind) && isSign(reading, '.', parts * 2 + 1)) parts++;
  if (!isSign(reading, '*', parts * 2)) return undefined;
  const names = Array.from({ length: parts }, (_, i) => peek(reading, i * 2).text);
  reading.at += parts * 2 + 1;
  return made('ColumnRef', { fields: [...named(...names), { A_Star: {} }] }, at);
}

/** GROUP BY and HAVING, in either order. */
function grouping(reading: Reading): Body {
  const clauses: Record<string, unknown> = {};
  for (let part = 0; part < 2; part++) {
    if (clauses.groupClause === undefined && takeWords(reading, 'group', 'by'))
      clauses.groupClause = listOf(reading, groupItem);
    else if (clauses.havingClause === undefined && takeWords(reading, 'having'))
      clauses.havingClause = reading.expression(reading);
  }
  return clauses;
}

function groupItem(reading: Reading): Tree {
  const { at } = peek(reading);
  if (takeWords(reading, 'grouping', 'sets'))
    return made('GroupingSet', { content: inBrackets(reading, () => listOf(reading, groupItem)) }, at);
  if (isSign(reading, '(') && isSign(reading, ')', 1)) {
    reading.at += 2;
    return made('GroupingSet', {}, at);
  }
  const set = (isWord(reading, 'rollup') || isWord(reading, 'cube')) && isSign(reading, '(', 1);
  if (!set) return reading.expression(reading);
  take(reading);
  return made('GroupingSet', { content: inBrackets(reading, () => listOf(reading, groupItem)) }, at);
}

function sortOf(reading: Reading): Body {
  if (!takeWords(reading, 'order', 'siblings', 'by') && !takeWords(reading, 'order', 'by')) return {};
  return { sortClause: sorts(reading) };
}

/** `OFFSET n ROWS FETCH FIRST n [PERCENT] ROWS ONLY | WITH TIES`. */
function limits(reading: Reading): Body {
  const clauses: Record<string, unknown> = {};
  if (takeWords(reading, 'offset')) {
    clauses.limitOffset = reading.value(reading);
    rows(reading);
  }
  if (!takeWords(reading, 'fetch')) return clauses;
  if (takeOneOf(reading, 'first', 'next') === undefined) unexpected(reading);
  const one = isWord(reading, 'row') || isWord(reading, 'rows');
  clauses.limitCount = one ? made('A_Const', { ival: { ival: 1 } }, peek(reading).at) : reading.value(reading);
  takeWords(reading, 'percent');
  rows(reading);
  if (!takeWords(reading, 'only')) expectWords(reading, 'with', 'ties');
  return clauses;
}

function rows(reading: Reading): void {
  if (takeOneOf(reading, 'row', 'rows') === undefined) unexpected(reading);
}

/** Refuses whatever stands behind the statement. */
export function ended(reading: Reading): void {
  if (takeSign(reading, ';') || peek(reading).kind !== 'end') unexpected(reading);
}
