/** The walk over the whole tree of a statement: only what allowed.ts lists may occur in it. */
import { type Phrase, t } from '../../core/text.ts';
import {
  COLLATIONS,
  CONSTANTS,
  EXPRESSION_KINDS,
  FUNCTIONS,
  NODES,
  OPERATORS,
  SUBLINKS,
  SYNTAX_FUNCTIONS,
  TYPES,
  UNWRAPPED,
  VALUE_FUNCTIONS,
} from './allowed.ts';
import { type Dialect, refuse } from './refusal.ts';
import { type Body, bodyOf, locationOf, namesOf, nodeOf } from './tree.ts';

/** Refuses the first thing in the statement that the allow-lists do not name. */
export function checkShape(select: Body, dialect: Dialect): void {
  walk('SelectStmt', select, dialect, 0);
}

function walk(type: string, body: Body, dialect: Dialect, near: number): void {
  const at = locationOf(body) || near;
  const fields = NODES[type];
  if (fields === undefined) refuse('not-a-select', at, reasonFor(type));
  for (const [field, value] of Object.entries(body)) {
    if (!fields.includes(field)) refuse(codeFor(field), at, reasonForField(field));
    inside(type, field, value, dialect, at);
  }
  CHECKS[type]?.(body, at, dialect);
}

function inside(type: string, field: string, value: unknown, dialect: Dialect, at: number): void {
  if (typeof value !== 'object' || value === null || CONSTANTS.includes(field)) return;
  if (Array.isArray(value)) {
    for (const item of value) inside(type, '', item, dialect, at);
    return;
  }
  const unwrapped = type === 'JoinExpr' && field !== 'alias' ? undefined : UNWRAPPED[field];
  const node = unwrapped === undefined ? nodeOf(value) : { type: unwrapped, body: value as Body };
  if (node !== undefined) walk(node.type, node.body, dialect, at);
  // The grammar marks an absent member of a list (SELECT DISTINCT without ON) with an empty object.
  else if (Object.keys(value).length > 0)
    refuse('not-understood', at, t('this part of the statement was not understood'));
}

const CHECKS: Readonly<Record<string, (body: Body, at: number, dialect: Dialect) => void>> = {
  SelectStmt(body, at) {
    if (body.targetList === undefined && body.larg === undefined)
      refuse('no-columns', at, t('a SELECT must name its columns'));
  },
  A_Expr(body, at) {
    if (!EXPRESSION_KINDS.includes(String(body.kind)))
      refuse('operator', at, t('this form of comparison is not accepted'));
    const names = namesOf(body.name);
    if (names.length !== 1 || !OPERATORS.includes(names[0] ?? ''))
      refuse('operator', at, t('the operator {name} is not on the list of accepted ones', { name: names.join('.') }));
  },
  SubLink(body, at) {
    if (!SUBLINKS.includes(String(body.subLinkType)))
      refuse('subquery', at, t('this form of subquery is not accepted'));
    const operator = namesOf(body.operName);
    if (operator.length > 0 && operator.join('.') !== '=')
      refuse('operator', at, t('compare with a subquery by IN or = ANY'));
  },
  SQLValueFunction(body, at, dialect) {
    if (!VALUE_FUNCTIONS[dialect].includes(String(body.op)))
      refuse(
        'function',
        at,
        t('the function {name} is not on the list of accepted ones', { name: valueFunction(body.op) }),
      );
  },
  TypeCast(body, at, dialect) {
    const names = namesOf(bodyOf(body.typeName)?.names);
    const known = names.length === 1 || (names.length === 2 && names[0] === 'pg_catalog');
    if (!known || !TYPES[dialect].includes(names.at(-1) ?? ''))
      refuse('type', at, t('the type {name} is not on the list of accepted ones', { name: names.join('.') }));
  },
  CollateClause(body, at) {
    const names = namesOf(body.collname);
    if (names.length !== 1 || !COLLATIONS.some((known) => known.toLowerCase() === names[0]?.toLowerCase()))
      refuse('collation', at, t('the collation {name} is not on the list of accepted ones', { name: names.join('.') }));
  },
  FuncCall: checkFunction,
};

function checkFunction(body: Body, at: number, dialect: Dialect): void {
  const names = namesOf(body.funcname);
  const name = names.at(-1) ?? '';
  if (names.length > 1) {
    const format = name === 'like_escape' ? 'COERCE_EXPLICIT_CALL' : 'COERCE_SQL_SYNTAX';
    const syntax = body.funcformat === format && names[0] === 'pg_catalog' && names.length === 2;
    if (syntax && SYNTAX_FUNCTIONS.includes(name)) return;
    refuse(
      'function',
      at,
      t('the function {name} is not accepted: no schema may stand before it', { name: names.join('.') }),
    );
  }
  if (!FUNCTIONS[dialect].includes(name))
    refuse('function', at, t('the function {name} is not on the list of accepted ones', { name }));
}

function valueFunction(op: unknown): string {
  return String(op).replace('SVFOP_', '').toLowerCase();
}

const WRITES =
  /^(Insert|Update|Delete|Merge|Truncate|Copy|Create|Drop|Alter|Grant|Lock|Do|Call|Vacuum|Transaction|Variable|Explain|Prepare|Execute|Notify|Listen)/;

function reasonFor(type: string): Phrase {
  if (WRITES.test(type)) return t('only SELECT is accepted; this is {type}', { type });
  if (type === 'RangeFunction') return t('a function may not stand in FROM');
  return t('this part of the language is not accepted: {type}', { type });
}

function codeFor(field: string): string {
  if (field === 'intoClause') return 'select-into';
  if (field === 'lockingClause') return 'locking';
  return 'not-accepted';
}

function reasonForField(field: string): Phrase {
  if (field === 'intoClause') return t('SELECT INTO makes a table');
  if (field === 'lockingClause') return t('FOR UPDATE and FOR SHARE lock rows');
  return t('this part of the language is not accepted: {type}', { type: field });
}
