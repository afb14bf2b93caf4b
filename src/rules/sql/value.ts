/** What an expression reads, and the rule that a masked column may be shown masked but never probed. */
import { type Phrase, t } from '../../core/text.ts';
import { COMPARISONS } from './allowed.ts';
import { refuse } from './refusal.ts';
import {
  type Column,
  type Context,
  isMasked,
  mixed,
  NOTHING,
  resolve,
  type Scope,
  tellsTwin,
  type Value,
} from './scope.ts';
import { type Body, bodyOf, locationOf, type Node, namesOf, nodeOf, nodesOf } from './tree.ts';

/** Where an expression stands: `query` gives the columns of a subquery seen from here. */
export interface Here {
  readonly scope: Scope;
  readonly context: Context;
  query(select: Body, outer: Scope): readonly Column[];
}

/** Why a masked column is not compared. */
export const PROBED: Phrase = t(
  'a masked column may not be compared with anything but another column by =: the answer would tell what the mask hides',
);

/** Why a masked column may not equal an open one. */
export const TWIN: Phrase = t(
  'a masked column may not be compared with one that is shown in clear: where they are equal, that one tells what the mask hides',
);

/** The value of an expression; undefined stands for an absent one. */
export function valueIn(node: Node | undefined, here: Here): Value {
  if (node === undefined) return NOTHING;
  const reader = READERS[node.type];
  if (reader === undefined)
    refuse('not-understood', locationOf(node.body), t('this part of the statement was not understood'));
  return reader(node.body, here);
}

/** A WHERE, HAVING, ON, WHEN or FILTER: reads it and refuses what would tell a masked value by which rows come back. */
export function checkCondition(node: Node | undefined, here: Here): Value {
  if (node === undefined) return NOTHING;
  const { type, body } = node;
  if (type === 'BoolExpr') return mixed(nodesOf(body.args).map((arg) => checkCondition(arg, here)));
  const value = valueIn(node, here);
  const judged =
    type === 'NullTest' || isComparison(node) || (type === 'SubLink' && body.subLinkType !== 'EXPR_SUBLINK');
  if (!judged && isMasked(here.context, value)) refuse('masked-compared', locationOf(body), PROBED);
  return value;
}

/** Refuses ordering by, or grouping a mixture with, a masked value: both tell about it. */
export function checkOrder(value: Value, at: number, context: Context): void {
  if (isMasked(context, value) && !context.saved)
    refuse('masked-ordered', at, t('a masked column may not be ordered by: order tells what the mask hides'));
}
export function checkGroup(value: Value, at: number, context: Context): void {
  if (!isMasked(context, value)) return;
  if (!value.pure) refuse('masked-compared', at, PROBED);
  // Databases group, join and remove doubles by sorting: the rows may come in the order of what the mask hides.
  context.noted.leaksOrder = true;
}

/** PARTITION BY, ORDER BY and frame of a window. */
export function checkWindow(body: Body | undefined, here: Here): void {
  if (body === undefined) return;
  for (const node of nodesOf(body.partitionClause))
    checkGroup(valueIn(node, here), locationOf(node.body), here.context);
  for (const node of nodesOf(body.orderClause)) checkSort(node, here);
  for (const edge of [body.startOffset, body.endOffset]) checkCondition(nodeOf(edge), here);
}

function checkSort(sort: Node, here: Here): void {
  const node = nodeOf(sort.body.node);
  checkOrder(valueIn(node, here), node === undefined ? 0 : locationOf(node.body), here.context);
}

function isComparison({ type, body }: Node): boolean {
  if (type !== 'A_Expr') return false;
  return (
    body.kind !== 'AEXPR_NULLIF' && (body.kind !== 'AEXPR_OP' || COMPARISONS.includes(namesOf(body.name)[0] ?? ''))
  );
}

type Reader = (body: Body, here: Here) => Value;

const READERS: Readonly<Record<string, Reader>> = {
  A_Const: () => NOTHING,
  ParamRef: () => NOTHING,
  SQLValueFunction: () => NOTHING,
  ColumnRef: (body, { scope, context }) => resolve(body, scope, context),
  A_Expr: readExpression,
  BoolExpr: (body, here) => mixed(nodesOf(body.args).map((arg) => checkCondition(arg, here))),
  NullTest: (body, here) => mixed([valueIn(nodeOf(body.arg), here)]),
  BooleanTest: (body, here) => mixed([checkCondition(nodeOf(body.arg), here)]),
  CaseExpr: readCase,
  CoalesceExpr: (body, here) => mixed(nodesOf(body.args).map((arg) => valueIn(arg, here))),
  MinMaxExpr: (body, here) => readCall(body, here),
  FuncCall: readFunction,
  TypeCast: (body, here) => mixed([valueIn(nodeOf(body.arg), here)]),
  CollateClause: (body, here) => mixed([valueIn(nodeOf(body.arg), here)]),
  RowExpr: (body, here) => mixed(nodesOf(body.args).map((arg) => valueIn(arg, here))),
  List: (body, here) => mixed(nodesOf(body.items).map((item) => valueIn(item, here))),
  SubLink: readSubquery,
};

function readExpression(body: Body, here: Here): Value {
  const node: Node = { type: 'A_Expr', body };
  const left = valueIn(nodeOf(body.lexpr), here);
  const right = valueIn(nodeOf(body.rexpr), here);
  const compares = isComparison(node) || body.kind === 'AEXPR_NULLIF';
  const equals =
    ['AEXPR_OP', 'AEXPR_DISTINCT', 'AEXPR_NOT_DISTINCT'].includes(String(body.kind)) && namesOf(body.name)[0] === '=';
  const given = [body.lexpr, body.rexpr].some(isGiven);
  if (compares && !(given && here.context.saved)) checkPair(left, right, equals, locationOf(body), here.context);
  return mixed([left, right]);
}

/** Made only of constants and binds: what a reviewed template says, and who runs it. */
function isGiven(part: unknown): boolean {
  const node = nodeOf(part);
  if (node === undefined) return false;
  const { type, body } = node;
  if (type === 'A_Const' || type === 'ParamRef') return true;
  if (type === 'TypeCast') return isGiven(body.arg);
  const escaped = type === 'FuncCall' && namesOf(body.funcname).at(-1) === 'like_escape';
  const parts = type === 'List' ? nodesOf(body.items) : type === 'RowExpr' || escaped ? nodesOf(body.args) : [];
  return parts.length > 0 && parts.every((one) => isGiven({ [one.type]: one.body }));
}

function checkPair(left: Value, right: Value, equals: boolean, at: number, context: Context): void {
  if (!isMasked(context, left) && !isMasked(context, right)) return;
  if (!equals || !left.pure || !right.pure) refuse('masked-compared', at, PROBED);
  if (tellsTwin(context, left, right)) refuse('masked-compared', at, TWIN);
  context.noted.leaksOrder = true;
}

function readCase(body: Body, here: Here): Value {
  const subject = valueIn(nodeOf(body.arg), here);
  const branches = nodesOf(body.args).flatMap((when) => {
    const test = nodeOf(when.body.expr);
    if (body.arg === undefined) return [checkCondition(test, here), valueIn(nodeOf(when.body.result), here)];
    const compared = valueIn(test, here);
    if (!(here.context.saved && isGiven(when.body.expr)))
      checkPair(subject, compared, false, locationOf(when.body), here.context);
    return [compared, valueIn(nodeOf(when.body.result), here)];
  });
  return mixed([subject, ...branches, valueIn(nodeOf(body.defresult), here)]);
}

function readFunction(body: Body, here: Here): Value {
  checkCondition(nodeOf(body.agg_filter), here);
  for (const sort of nodesOf(body.agg_order)) checkSort(sort, here);
  checkWindow(bodyOf(body.over), here);
  return readCall(body, here);
}

/** count tells how many, not what; every other function of a masked column could carry it past the mask. */
function readCall(body: Body, here: Here): Value {
  const name = namesOf(body.funcname).at(-1) ?? String(body.op ?? '');
  const args = nodesOf(body.args).map((arg) => valueIn(arg, here));
  const at = locationOf(body);
  if (name === 'count') {
    for (const arg of args) if (isMasked(here.context, arg) && !arg.pure) refuse('masked-compared', at, PROBED);
    return NOTHING;
  }
  if (args.some((arg) => isMasked(here.context, arg)))
    refuse(
      'masked-in-function',
      at,
      t('a masked column may not be passed through {name}: the result could carry it past the mask', { name }),
    );
  return mixed(args);
}

function readSubquery(body: Body, here: Here): Value {
  const select = nodeOf(body.subselect)?.body ?? {};
  const columns = here.query(select, here.scope).map((column) => column.value);
  if (body.subLinkType === 'EXISTS_SUBLINK') return NOTHING;
  const inner = columns.length === 1 ? (columns[0] ?? NOTHING) : mixed(columns);
  if (body.subLinkType === 'EXPR_SUBLINK') return inner;
  const tested = valueIn(nodeOf(body.testexpr), here);
  checkPair(tested, inner, true, locationOf(body), here.context);
  return mixed([tested, inner]);
}
