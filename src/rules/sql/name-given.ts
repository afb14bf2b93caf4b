/** The name a database gives to an output column that the statement does not name. A subquery's column is found by it. */
import type { Dialect } from './refusal.ts';
import { type Body, bodyOf, type Node, namesOf, nodeOf, nodesOf } from './tree.ts';

/**
 * The name, or an empty one where it is made up of the expression's text (SQLite, Oracle) or not known here. PostgreSQL's rules are
 * those of FigureColname in its parser (parse_target.c).
 */
export function nameGiven(node: Node | undefined, dialect: Dialect): string {
  if (node?.type === 'ColumnRef') return columnName(node.body);
  if (dialect !== 'postgres' || node === undefined) return '';
  return figured(node)?.name ?? '?column?';
}

/** A weak name gives way to that of the part the expression is made of. */
interface Figured {
  readonly name: string;
  readonly weak?: boolean;
}

const FIXED: Readonly<Record<string, string>> = { CoalesceExpr: 'coalesce', RowExpr: 'row' };

function figured({ type, body }: Node): Figured | undefined {
  if (type === 'ColumnRef') return { name: columnName(body) };
  if (type === 'FuncCall') return { name: namesOf(body.funcname).at(-1) ?? '' };
  if (type === 'A_Expr') return body.kind === 'AEXPR_NULLIF' ? { name: 'nullif' } : undefined;
  if (type === 'MinMaxExpr') return { name: body.op === 'IS_LEAST' ? 'least' : 'greatest' };
  if (type === 'SQLValueFunction')
    return { name: String(body.op).replace('SVFOP_', '').replace(/_N$/, '').toLowerCase() };
  if (type === 'CollateClause') return inner(body.arg);
  if (type === 'TypeCast') return over(body.arg, namesOf(bodyOf(body.typeName)?.names).at(-1) ?? '');
  if (type === 'CaseExpr') return over(body.defresult, 'case');
  if (type === 'SubLink') return linked(body);
  const name = FIXED[type];
  return name === undefined ? undefined : { name };
}

function columnName({ fields }: Body): string {
  return nodesOf(fields).at(-1)?.type === 'String' ? (namesOf(fields).at(-1) ?? '') : '';
}

function inner(part: unknown): Figured | undefined {
  const node = nodeOf(part);
  return node === undefined ? undefined : figured(node);
}

function over(part: unknown, name: string): Figured {
  const strong = inner(part);
  return strong === undefined || strong.weak === true ? { name, weak: true } : strong;
}

/** A scalar subquery has the name of its column; that of a star is not known here. */
function linked(body: Body): Figured | undefined {
  if (body.subLinkType === 'EXISTS_SUBLINK') return { name: 'exists' };
  if (body.subLinkType !== 'EXPR_SUBLINK') return undefined;
  let select = nodeOf(body.subselect)?.body;
  while (select?.larg !== undefined) select = bodyOf(select.larg);
  const [target] = nodesOf(select?.targetList);
  if (target === undefined) return { name: '' };
  return typeof target.body.name === 'string'
    ? { name: target.body.name }
    : (inner(target.body.val) ?? { name: '?column?' });
}
