/** GROUP BY and ORDER BY: which values a name or number in them may mean, each judged. */
import { refuse } from './refusal.ts';
import { type Column, type Context, isMasked, mixed, NOTHING, type Scope, type Value } from './scope.ts';
import { type Body, bodyOf, columnNames, locationOf, type Node, namesOf, nodeOf, nodesOf } from './tree.ts';
import { checkGroup, checkOrder, type Here, PROBED, valueIn } from './value.ts';

export function groupBy(select: Body, columns: readonly Column[], here: Here): void {
  for (const node of nodesOf(select.groupClause).flatMap(grouped))
    for (const value of namedValues(node, columns, here)) checkGroup(value, locationOf(node.body), here.context);
}

/** The expressions in ROLLUP, CUBE, GROUPING SETS and in brackets, each grouped by on its own. */
function grouped(node: Node): Node[] {
  if (node.type === 'GroupingSet') return nodesOf(node.body.content).flatMap(grouped);
  return node.type === 'RowExpr' ? nodesOf(node.body.args).flatMap(grouped) : [node];
}

export function sortBy(sort: Node, columns: readonly Column[], here: Here): void {
  const node = nodeOf(sort.body.node);
  if (node === undefined) return;
  for (const value of namedValues(node, columns, here)) checkOrder(value, locationOf(node.body), here.context);
}

/** GROUP BY and ORDER BY may mean an output column by number or name, or an input column: whatever it may be is judged. */
function namedValues(node: Node, columns: readonly Column[], here: Here): Value[] {
  const place = bodyOf(node.body.ival)?.ival;
  if (node.type === 'A_Const' && typeof place === 'number') return [columns[place - 1]?.value ?? NOTHING];
  const names = node.type === 'ColumnRef' ? namesOf(node.body.fields) : [];
  const { fold } = here.context;
  const outputs = names.length === 1 ? columns.filter((column) => fold(column.name) === fold(names[0] ?? '')) : [];
  if (outputs.length === 0) return [valueIn(node, seeing(columns, here)), ...outputsIn(node, columns, here.context)];
  const input = here.scope.relations.length > 0 ? visible(names, here) : undefined;
  return [...outputs.map((column) => column.value), ...(input === undefined ? [] : [input])];
}

/** Oracle may read an output by its name in HAVING: refused where that is another, masked value than the input's of this name. */
export function checkAliases(having: Node | undefined, columns: readonly Column[], here: Here): void {
  if (having === undefined) return;
  for (const value of outputsIn(having, columns, here.context))
    if (isMasked(here.context, value) && !columnsMean(having, value, here))
      refuse('masked-compared', locationOf(having.body), PROBED);
}

/** True where some input column that is named there is this very value: it was judged as such. */
function columnsMean(having: Node, value: Value, here: Here): boolean {
  const inputs = columnNames({ [having.type]: having.body }).flatMap((name) => visible([name], here) ?? []);
  return inputs.some(
    ({ origins }) => origins.size === value.origins.size && [...value.origins].every((one) => origins.has(one)),
  );
}

/** In Oracle an expression in ORDER BY may read an output column by its name: it is seen behind the input's. */
function seeing(columns: readonly Column[], here: Here): Here {
  if (here.context.dialect !== 'oracle') return here;
  const outputs: Scope = {
    relations: [{ name: '', columns: columns.filter(({ name }) => name !== '') }],
    merged: [],
    star: [],
  };
  const outer = here.scope.outer === undefined ? outputs : { ...outputs, outer: here.scope.outer };
  return { ...here, scope: { ...here.scope, outer } };
}

/** The output columns that an expression in ORDER BY could mean, wherever in it they are named. */
function outputsIn(node: Node, columns: readonly Column[], { dialect, fold }: Context): Value[] {
  if (dialect !== 'oracle') return [];
  const named = new Set(columnNames({ [node.type]: node.body }).map(fold));
  const found = columns.filter((column) => named.has(fold(column.name))).map((column) => column.value);
  return found.map((value) => ({ ...value, pure: false }));
}

function visible(names: readonly string[], here: Here): Value | undefined {
  const local: Scope = { relations: here.scope.relations, merged: here.scope.merged, star: [] };
  const { fold } = here.context;
  const name = fold(names[0] ?? '');
  const found = local.relations.flatMap((one) => one.columns.filter((column) => fold(column.name) === name));
  return found.length === 0 ? undefined : mixedPure(found.map((column) => column.value));
}

function mixedPure(values: readonly Value[]): Value {
  return { ...mixed(values), pure: values.every((value) => value.pure) };
}
