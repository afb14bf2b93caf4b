/** Oracle's calls. NVL, DECODE and the like become the CASE and COALESCE that they are, so that the rules for those hold for them. */
import { t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';
import {
  expectSign,
  expectWords,
  inBrackets,
  isSign,
  isWord,
  listOf,
  made,
  named,
  peek,
  type Reading,
  type Tree,
  take,
  takeOneOf,
  takeSign,
  takeWords,
  unexpected,
} from './reading.ts';
import { typeName } from './type-name.ts';
import { overClause, sorts } from './window.ts';

/** The call whose name was taken and whose bracket stands next. `plain`: the name was not quoted. */
export function call(reading: Reading, parts: readonly string[], plain: boolean, at: number): Tree {
  const [name = ''] = parts;
  if (!plain) refuse('function', at, t('a quoted name calls a function of somebody; it is not accepted'));
  if (parts.length === 1 && REFUSED.includes(name))
    refuse('not-accepted', at, t('this part of the language is not accepted: {type}', { type: name.toUpperCase() }));
  const special = parts.length === 1 ? SPECIAL[name] : undefined;
  if (special !== undefined) return special(reading, at);
  return ordinary(reading, parts, at);
}
const REFUSED = ['cursor', 'multiset', 'table', 'the', 'xmltable', 'json_table', 'treat', 'deref', 'value', 'ref'];

const SPECIAL: Readonly<Record<string, (reading: Reading, at: number) => Tree>> = {
  cast: (reading, at) => {
    const body = inBrackets(reading, () => {
      if (isWord(reading, 'multiset')) unexpected(reading);
      const arg = reading.expression(reading);
      expectWords(reading, 'as');
      return { arg, typeName: typeName(reading) };
    });
    return made('TypeCast', body, at);
  },
  extract: (reading, at) => {
    const args = inBrackets(reading, () => {
      const { text } = take(reading);
      if (!/^(year|month|day|hour|minute|second)$/.test(text)) unexpected(reading);
      expectWords(reading, 'from');
      return [reading.expression(reading)];
    });
    return made('FuncCall', { funcname: named('extract'), args }, at);
  },
  trim: (reading, at) =>
    made('FuncCall', { funcname: named('trim'), args: inBrackets(reading, () => trimmed(reading)) }, at),
  nvl: (reading, at) => made('CoalesceExpr', { args: arguments_(reading, at, 2, 2) }, at),
  coalesce: (reading, at) => made('CoalesceExpr', { args: arguments_(reading, at, 2) }, at),
  greatest: (reading, at) => made('MinMaxExpr', { op: 'IS_GREATEST', args: arguments_(reading, at, 1) }, at),
  least: (reading, at) => made('MinMaxExpr', { op: 'IS_LEAST', args: arguments_(reading, at, 1) }, at),
  nullif: (reading, at) => {
    const [lexpr, rexpr] = arguments_(reading, at, 2, 2);
    return made('A_Expr', { kind: 'AEXPR_NULLIF', name: named('='), lexpr, rexpr }, at);
  },
  nvl2: (reading, at) => {
    const [arg, result, defresult] = arguments_(reading, at, 3, 3);
    const expr = made('NullTest', { arg, nulltesttype: 'IS_NOT_NULL' }, at);
    return made('CaseExpr', { args: [made('CaseWhen', { expr, result }, at)], defresult }, at);
  },
  decode: (reading, at) => decoded(arguments_(reading, at, 3), at),
};

/** DECODE(x, a, r, …, rest) is CASE x WHEN a THEN r … ELSE rest END. */
function decoded([arg, ...rest]: readonly Tree[], at: number): Tree {
  const args: Tree[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) args.push(made('CaseWhen', { expr: rest[i], result: rest[i + 1] }, at));
  const defresult = rest.length % 2 === 1 ? rest.at(-1) : undefined;
  return made('CaseExpr', { arg, args, ...(defresult && { defresult }) }, at);
}

function arguments_(reading: Reading, at: number, least: number, most = Number.POSITIVE_INFINITY): Tree[] {
  const args = inBrackets(reading, () => listOf(reading, reading.expression));
  if (args.length < least || args.length > most)
    refuse('syntax', at, t('this function is called with {count} arguments', { count: args.length }));
  return args;
}

/** `TRIM(BOTH 'x' FROM y)`, `TRIM('x' FROM y)`, `TRIM(y)`. */
function trimmed(reading: Reading): Tree[] {
  const sided = takeOneOf(reading, 'leading', 'trailing', 'both') !== undefined;
  const first = sided && isWord(reading, 'from') ? [] : [reading.expression(reading)];
  return takeWords(reading, 'from') ? [...first, reading.expression(reading)] : first;
}

function ordinary(reading: Reading, funcname: readonly string[], at: number): Tree {
  expectSign(reading, '(');
  const star = takeSign(reading, '*');
  const distinct = takeOneOf(reading, 'distinct', 'unique') !== undefined;
  if (!distinct) takeWords(reading, 'all');
  const args = star || isSign(reading, ')') ? [] : listOf(reading, reading.expression);
  nulls(reading);
  if (takeWords(reading, 'on', 'overflow')) overflow(reading);
  expectSign(reading, ')');
  const within = takeWords(reading, 'within', 'group');
  const order = within || takeWords(reading, 'keep') ? ordered(reading, within) : undefined;
  nulls(reading);
  const over = takeWords(reading, 'over') ? overClause(reading) : undefined;
  const body = {
    funcname: named(...funcname),
    ...(args.length > 0 && { args }),
    ...(star && { agg_star: true }),
    ...(distinct && { agg_distinct: true }),
    ...(order && { agg_order: order }),
    ...(over && { over }),
  };
  return made('FuncCall', body, at);
}

function nulls(reading: Reading): void {
  if (!takeWords(reading, 'ignore', 'nulls')) takeWords(reading, 'respect', 'nulls');
}

/** `LISTAGG(x, ',' ON OVERFLOW TRUNCATE '…' WITH COUNT)`. */
function overflow(reading: Reading): void {
  if (takeWords(reading, 'error')) return;
  expectWords(reading, 'truncate');
  if (peek(reading).kind === 'text') take(reading);
  if (!takeWords(reading, 'with', 'count')) takeWords(reading, 'without', 'count');
}

/** The order in `WITHIN GROUP (ORDER BY …)` and `KEEP (DENSE_RANK FIRST ORDER BY …)`. */
function ordered(reading: Reading, within: boolean): readonly Tree[] {
  return inBrackets(reading, () => {
    if (!within) {
      expectWords(reading, 'dense_rank');
      if (takeOneOf(reading, 'first', 'last') === undefined) unexpected(reading);
    }
    expectWords(reading, 'order', 'by');
    return sorts(reading);
  });
}
