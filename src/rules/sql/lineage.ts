/** The columns a SELECT gives, each with where its values come from: through alias, subquery, WITH, UNION, join and star. */
import { t } from '../../core/text.ts';
import { nameGiven } from './name-given.ts';
import { checkAliases, groupBy, sortBy } from './order.ts';
import { refuse } from './refusal.ts';
import {
  type Column,
  type Context,
  type Ctes,
  isMasked,
  lookUp,
  mixed,
  NOTHING,
  type Scope,
  spend,
  starOver,
  starred,
  tellsTwin,
  type Value,
} from './scope.ts';
import { tableOf } from './table.ts';
import { type Body, bodyOf, locationOf, mentions, type Node, namesOf, nodeOf, nodesOf } from './tree.ts';
import { checkCondition, checkGroup, checkWindow, type Here, TWIN, valueIn } from './value.ts';

/** Refuses what it cannot trace; nothing is guessed. */
export function columnsOf(select: Body, context: Context, ctes: Ctes = new Map(), outer?: Scope): readonly Column[] {
  spend(context, 1);
  const known = withCtes(bodyOf(select.withClause), context, ctes, outer);
  return select.larg === undefined
    ? plainColumns(select, context, known, outer)
    : unionColumns(select, context, known, outer);
}

function withCtes(clause: Body | undefined, context: Context, ctes: Ctes, outer: Scope | undefined): Ctes {
  const { fold } = context;
  const known = new Map(ctes);
  const parts = nodesOf(clause?.ctes).map(({ body }) => ({ body, name: fold(String(body.ctename ?? '')) }));
  for (const [i, { body, name }] of parts.entries()) {
    const query = nodeOf(body.ctequery)?.body ?? {};
    // SQLite always, PostgreSQL with RECURSIVE, finds a later WITH query before a table of that name.
    if (parts.slice(i + 1).some((later) => mentions(query, later.name, fold)))
      refuse('recursive', locationOf(body), t('a WITH query may read only those before it; put them in order'));
    const renamed = (columns: readonly Column[]): Column[] =>
      rename(columns, namesOf(body.aliascolnames), locationOf(body));
    const recursive = (clause?.recursive === true || context.dialect === 'sqlite') && mentions(query, name, fold);
    if (recursive) known.set(name, renamed(recursiveColumns(name, query, context, known, outer, renamed)));
    else known.set(name, renamed(columnsOf(query, context, known, outer)));
  }
  return known;
}

/** A recursive arm may read what an earlier round gave: repeated until no round adds an origin. */
function recursiveColumns(
  name: string,
  query: Body,
  context: Context,
  ctes: Ctes,
  outer: Scope | undefined,
  renamed: (columns: readonly Column[]) => Column[],
): readonly Column[] {
  const first = bodyOf(query.larg);
  if (first === undefined || mentions(first, name, context.fold)) return untraced();
  let columns = columnsOf(first, context, withCtes(bodyOf(query.withClause), context, ctes, outer), outer);
  for (let round = 0; round < 20; round++) {
    const next = columnsOf(query, context, new Map(ctes).set(name, renamed(columns)), outer);
    if (signature(next) === signature(columns)) return next;
    columns = next;
  }
  return untraced();
}

function untraced(): never {
  return refuse('recursive', 0, t('what this recursive WITH gives could not be traced to columns'));
}

function signature(columns: readonly Column[]): string {
  return JSON.stringify(columns.map(({ value }) => [[...value.origins].sort(), value.pure]));
}

function unionColumns(select: Body, context: Context, ctes: Ctes, outer: Scope | undefined): readonly Column[] {
  const left = columnsOf(bodyOf(select.larg) ?? {}, context, ctes, outer);
  const right = columnsOf(bodyOf(select.rarg) ?? {}, context, ctes, outer);
  if (left.length !== right.length)
    refuse('set-operation', 0, t('both arms of a set operation must have as many columns'));
  const columns = left.map((column, i) => ({
    name: column.name,
    value: together(column.value, right[i]?.value ?? NOTHING, context),
  }));
  // Any set operation but UNION ALL compares rows: with a constant in one arm it would answer questions about the other.
  const compares = select.all !== true || select.op !== 'SETOP_UNION';
  if (compares) for (const column of columns) checkGroup(column.value, 0, context);
  const here = hereOf(NO_SCOPE, context, ctes);
  for (const sort of nodesOf(select.sortClause)) sortBy(sort, columns, here);
  checkLimits(select, here);
  return columns;
}

/** Where a masked column and one that anybody may read come together, equality would tell the one by the other: no longer pure. */
function together(left: Value, right: Value, context: Context): Value {
  return { ...mixed([left, right]), pure: left.pure && right.pure && !tellsTwin(context, left, right) };
}

function plainColumns(select: Body, context: Context, ctes: Ctes, outer: Scope | undefined): readonly Column[] {
  const inner = nodesOf(select.fromClause).reduce<Scope>(
    (scope, node) => joined(scope, fromScope(node, context, ctes, outer)),
    NO_SCOPE,
  );
  const aliases = nodesOf(select.targetList).flatMap(({ body }) => (typeof body.name === 'string' ? [body.name] : []));
  const here = hereOf(outer === undefined ? inner : { ...inner, outer, aliases }, context, ctes);
  checkCondition(nodeOf(select.whereClause), here);
  const columns = nodesOf(select.targetList).flatMap((target) => targetColumns(target, here));
  groupBy(select, columns, here);
  checkCondition(nodeOf(select.havingClause), here);
  checkAliases(nodeOf(select.havingClause), columns, here);
  for (const window of nodesOf(select.windowClause)) checkWindow(window.body, here);
  if (Array.isArray(select.distinctClause)) for (const column of columns) checkGroup(column.value, 0, context);
  for (const node of nodesOf(select.distinctClause)) checkGroup(valueIn(node, here), locationOf(node.body), context);
  for (const sort of nodesOf(select.sortClause)) sortBy(sort, columns, here);
  checkLimits(select, here);
  return columns;
}

function hereOf(scope: Scope, context: Context, ctes: Ctes): Here {
  return { scope, context, query: (select, outer) => columnsOf(select, context, ctes, outer) };
}

const NO_SCOPE: Scope = { relations: [], merged: [], star: [] };

function joined(left: Scope, right: Scope): Scope {
  return {
    relations: [...left.relations, ...right.relations],
    merged: [...left.merged, ...right.merged],
    star: [...left.star, ...right.star],
  };
}

function fromScope(node: Node, context: Context, ctes: Ctes, outer: Scope | undefined): Scope {
  const { type, body } = node;
  if (type === 'JoinExpr') return joinScope(body, context, ctes, outer);
  const alias = bodyOf(body.alias);
  const names = namesOf(alias?.colnames);
  const relation =
    type === 'RangeVar'
      ? tableOf(body, context, ctes)
      : { name: '', columns: columnsOf(subquery(node), context, ctes, outer) };
  // The moment of AS OF: nothing of this statement is visible to it.
  const moment = nodeOf(body.moment);
  if (moment !== undefined) valueIn(moment, momentHere(context));
  const columns = rename(relation.columns, names, locationOf(body));
  return { relations: [{ name: String(alias?.aliasname ?? relation.name), columns }], merged: [], star: columns };
}

function subquery({ type, body }: Node): Body {
  const select = type === 'RangeSubselect' ? nodeOf(body.subquery) : undefined;
  if (select?.type !== 'SelectStmt') refuse('not-understood', 0, t('this part of the statement was not understood'));
  return select.body;
}

function joinScope(body: Body, context: Context, ctes: Ctes, outer: Scope | undefined): Scope {
  const arms = [body.larg, body.rarg].map((arm) => {
    const node = nodeOf(arm);
    if (node === undefined) refuse('not-understood', 0, t('this part of the statement was not understood'));
    return fromScope(node, context, ctes, outer);
  });
  const [left, right] = [arms[0] ?? NO_SCOPE, arms[1] ?? NO_SCOPE];
  const both = joined(left, right);
  // Elsewhere a name that neither arm has may be that of a table further right, before it is one of the query around.
  const around = context.dialect === 'postgres' && outer !== undefined ? { outer } : {};
  checkCondition(nodeOf(body.quals), hereOf({ ...both, ...around }, context, ctes));
  const names = namesOf(body.usingClause);
  const merged = names.map((name) => usingColumn(name, left, right, context));
  const kept = both.merged.filter((column) => !names.some((name) => context.fold(name) === context.fold(column.name)));
  return { relations: both.relations, merged: [...kept, ...merged], star: starOver(left, right, merged, context) };
}

function usingColumn(name: string, left: Scope, right: Scope, context: Context): Column {
  const values = [lookUp([name], left, 0, context), lookUp([name], right, 0, context)];
  const [one, other] = values;
  if (one === undefined || other === undefined)
    refuse('unknown-column', 0, t('there is no column {name} here', { name }));
  for (const origin of [...one.origins, ...other.origins]) context.reads.add(origin);
  if (tellsTwin(context, one, other)) refuse('masked-compared', 0, TWIN);
  const value = together(one, other, context);
  checkGroup(value, 0, context);
  return { name, value };
}

function momentHere(context: Context): Here {
  return {
    scope: NO_SCOPE,
    context,
    query: () => refuse('not-accepted', 0, t('AS OF names its moment without a subquery')),
  };
}

function rename(columns: readonly Column[], names: readonly string[], at: number): Column[] {
  if (names.length > columns.length) refuse('alias', at, t('more column names are given than there are columns'));
  return columns.map((column, i) => ({ ...column, name: names[i] ?? column.name }));
}

function targetColumns({ body }: Node, here: Here): readonly Column[] {
  const node = nodeOf(body.val);
  const fields = node?.type === 'ColumnRef' ? nodesOf(node.body.fields) : [];
  if (fields.at(-1)?.type === 'A_Star') {
    if (fields.length > 2) refuse('unknown-table', locationOf(body), t('there is nothing here that * could stand for'));
    const relation = fields.length === 2 ? String(fields[0]?.body.sval) : undefined;
    return starred(relation, here.scope, locationOf(body), here.context);
  }
  return [{ name: String(body.name ?? nameGiven(node, here.context.dialect)), value: valueIn(node, here) }];
}

function checkLimits(select: Body, here: Here): void {
  for (const limit of [select.limitCount, select.limitOffset]) {
    const value = valueIn(nodeOf(limit), here);
    if (isMasked(here.context, value))
      refuse('masked-compared', 0, t('a limit may not be computed from a masked column'));
  }
}
