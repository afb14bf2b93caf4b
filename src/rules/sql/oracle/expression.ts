/** Oracle's expressions and conditions as the nodes of the PostgreSQL grammar, so that one judge reads both. */
import { t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';
import { primary, queryInBrackets } from './primary.ts';
import {
  holdsQuery,
  inBrackets,
  isSign,
  isWord,
  LONGEST_CHAIN,
  listOf,
  made,
  named,
  nested,
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

/** OR binds least, then AND, NOT, comparisons, + - ||, * /, signs and PRIOR. */
export function expression(reading: Reading): Tree {
  return nested(reading, () => chain(reading, 'or', 'OR_EXPR', conjunction));
}

function conjunction(reading: Reading): Tree {
  return chain(reading, 'and', 'AND_EXPR', negation);
}

function chain(reading: Reading, word: string, boolop: string, part: (reading: Reading) => Tree): Tree {
  const { at } = peek(reading);
  const first = part(reading);
  const args = [first];
  while (takeWords(reading, word)) args.push(part(reading));
  return args.length === 1 ? first : made('BoolExpr', { boolop, args }, at);
}

function negation(reading: Reading): Tree {
  const { at } = peek(reading);
  if (!takeWords(reading, 'not')) return condition(reading);
  return negated(
    nested(reading, () => negation(reading)),
    at,
  );
}

function negated(arg: Tree, at: number): Tree {
  return made('BoolExpr', { boolop: 'NOT_EXPR', args: [arg] }, at);
}

const COMPARED: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '^=': '<>',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
};

function condition(reading: Reading): Tree {
  const left = sum(reading);
  const { kind, text, at } = peek(reading);
  const sign = kind === 'sign' ? COMPARED[text] : undefined;
  if (sign !== undefined) {
    take(reading);
    return comparison(reading, left, sign, at);
  }
  if (takeWords(reading, 'is')) return nullTest(reading, left, at);
  const not = takeWords(reading, 'not');
  if (takeWords(reading, 'in')) return membership(reading, left, not, at);
  if (takeWords(reading, 'between')) return range(reading, left, not, at);
  if (takeWords(reading, 'like')) return likeness(reading, left, not, at);
  return not ? unexpected(reading) : left;
}

function comparison(reading: Reading, left: Tree, sign: string, at: number): Tree {
  const quantity = takeOneOf(reading, 'any', 'some', 'all');
  if (quantity === undefined) return operation('AEXPR_OP', sign, left, sum(reading), at);
  if (quantity === 'all' || sign !== '=') refuse('operator', at, t('compare with a subquery by IN or = ANY'));
  return membership(reading, left, false, at);
}

function nullTest(reading: Reading, arg: Tree, at: number): Tree {
  const nulltesttype = takeWords(reading, 'not') ? 'IS_NOT_NULL' : 'IS_NULL';
  if (!takeWords(reading, 'null')) unexpected(reading);
  return made('NullTest', { arg, nulltesttype }, at);
}

function membership(reading: Reading, testexpr: Tree, not: boolean, at: number): Tree {
  if (!isSign(reading, '(')) unexpected(reading);
  if (holdsQuery(reading)) {
    const link = made('SubLink', { subLinkType: 'ANY_SUBLINK', testexpr, subselect: queryInBrackets(reading) }, at);
    return not ? negated(link, at) : link;
  }
  const items = inBrackets(reading, () => listOf(reading, expression));
  return operation('AEXPR_IN', not ? '<>' : '=', testexpr, { List: { items } }, at);
}

function range(reading: Reading, left: Tree, not: boolean, at: number): Tree {
  const low = sum(reading);
  if (!takeWords(reading, 'and')) unexpected(reading);
  const bounds: Tree = { List: { items: [low, sum(reading)] } };
  return operation(not ? 'AEXPR_NOT_BETWEEN' : 'AEXPR_BETWEEN', not ? 'NOT BETWEEN' : 'BETWEEN', left, bounds, at);
}

function likeness(reading: Reading, left: Tree, not: boolean, at: number): Tree {
  const pattern = sum(reading);
  const right = takeWords(reading, 'escape') ? { List: { items: [pattern, sum(reading)] } } : pattern;
  return operation('AEXPR_LIKE', not ? '!~~' : '~~', left, right, at);
}

function operation(kind: string, sign: string, lexpr: Tree | undefined, rexpr: Tree, at: number): Tree {
  return made('A_Expr', { kind, name: named(sign), ...(lexpr && { lexpr }), rexpr }, at);
}

/** A value: no condition stands in it outside brackets. */
export function sum(reading: Reading): Tree {
  return leftward(reading, ['+', '-', '||'], (inner) => leftward(inner, ['*', '/'], signed));
}

function leftward(reading: Reading, signs: readonly string[], part: (reading: Reading) => Tree): Tree {
  let left = part(reading);
  for (let length = 0; ; length++) {
    const { at } = peek(reading);
    const sign = signs.find((one) => takeSign(reading, one));
    if (sign === undefined) return left;
    if (length > LONGEST_CHAIN) tooDeep(reading);
    left = operation('AEXPR_OP', sign, left, part(reading), at);
  }
}

/** PRIOR x and CONNECT_BY_ROOT x are the cell of another row of the same column: judged as that column. */
function signed(reading: Reading): Tree {
  const { at } = peek(reading);
  const inner = () => nested(reading, () => signed(reading));
  if (takeWords(reading, 'prior')) return inner();
  if (isWord(reading, 'connect_by_root') && !isSign(reading, '.', 1)) {
    take(reading);
    return inner();
  }
  const sign = ['+', '-'].find((one) => takeSign(reading, one));
  return sign === undefined ? primary(reading) : operation('AEXPR_OP', sign, undefined, inner(), at);
}
