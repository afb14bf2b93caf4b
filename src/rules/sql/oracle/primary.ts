/** What an Oracle expression is made of: literals, columns, pseudo columns, CASE, subqueries, calls. */
import { t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';
import { call } from './call.ts';
import { numberOf, timeLiteral } from './literal.ts';
import {
  expectWords,
  holdsQuery,
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
  takeName,
  takeSign,
  takeWords,
  unexpected,
} from './reading.ts';
import { HIDDEN, SEQUENCES, VALUES } from './words.ts';

export function primary(reading: Reading): Tree {
  const { kind, text, at } = peek(reading);
  if (kind === 'sign') return text === '(' ? bracket(reading, at) : unexpected(reading);
  if (kind === 'name') return columnOrCall(reading, at);
  if (kind === 'word') return word(reading, text, at);
  if (kind === 'end') return unexpected(reading);
  take(reading);
  if (kind === 'number') return numberOf(text, at);
  if (kind === 'bind') return made('ParamRef', { number: Number(text) }, at);
  return made('A_Const', { sval: { sval: text } }, at);
}

function bracket(reading: Reading, at: number): Tree {
  if (holdsQuery(reading))
    return made('SubLink', { subLinkType: 'EXPR_SUBLINK', subselect: queryInBrackets(reading) }, at);
  const args = inBrackets(reading, () => listOf(reading, reading.expression));
  const [only] = args;
  return args.length === 1 && only !== undefined ? only : made('RowExpr', { args }, at);
}

/** The SELECT in the bracket that stands next. */
export function queryInBrackets(reading: Reading): Tree {
  return { SelectStmt: inBrackets(reading, reading.query) };
}

const WORDS: Readonly<Record<string, (reading: Reading, at: number) => Tree>> = {
  null: (_reading, at) => made('A_Const', { isnull: true }, at),
  case: caseOf,
  exists: (reading, at) => {
    if (!holdsQuery(reading)) unexpected(reading);
    return made('SubLink', { subLinkType: 'EXISTS_SUBLINK', subselect: queryInBrackets(reading) }, at);
  },
};

function word(reading: Reading, text: string, at: number): Tree {
  const known = WORDS[text];
  if (known !== undefined) {
    take(reading);
    return known(reading, at);
  }
  const literal = peek(reading, 1).kind === 'text' && ['date', 'timestamp', 'interval'].includes(text);
  if (literal) return timeLiteral(reading);
  if (VALUES.has(text) && !isSign(reading, '.', 1) && !isSign(reading, '(', 1)) {
    take(reading);
    return made('SQLValueFunction', { op: `SVFOP_${text.toUpperCase()}` }, at);
  }
  return columnOrCall(reading, at);
}

function caseOf(reading: Reading, at: number): Tree {
  const arg = isWord(reading, 'when') ? undefined : reading.expression(reading);
  const args: Tree[] = [];
  for (let place = peek(reading).at; takeWords(reading, 'when'); place = peek(reading).at) {
    const expr = reading.expression(reading);
    expectWords(reading, 'then');
    args.push(made('CaseWhen', { expr, result: reading.expression(reading) }, place));
  }
  if (args.length === 0) unexpected(reading);
  const defresult = takeWords(reading, 'else') ? reading.expression(reading) : undefined;
  expectWords(reading, 'end');
  return made('CaseExpr', { ...(arg && { arg }), args, ...(defresult && { defresult }) }, at);
}

/** A column or a call. `(+)` behind a column marks an outer join, which changes no origin. */
function columnOrCall(reading: Reading, at: number): Tree {
  const plain = peek(reading).kind === 'word';
  const parts = nameParts(reading);
  const last = parts.at(-1) ?? '';
  if (SEQUENCES.has(last)) refuse('sequence', at, t('{name} moves a sequence on', { name: last.toUpperCase() }));
  if (HIDDEN.has(last))
    refuse('hidden-column', at, t('{name} is no column of the catalogue; it is not accepted', { name: last }));
  if (isSign(reading, '(') && !isOuterMark(reading)) return call(reading, parts, plain, at);
  if (isOuterMark(reading)) reading.at += 3;
  return made('ColumnRef', { fields: named(...parts) }, at);
}

function isOuterMark(reading: Reading): boolean {
  return isSign(reading, '(') && isSign(reading, '+', 1) && isSign(reading, ')', 2);
}

function nameParts(reading: Reading): string[] {
  const part = (): string => {
    const { text } = peek(reading);
    return HIDDEN.has(text) || SEQUENCES.has(text) ? take(reading).text : takeName(reading);
  };
  const parts = [part()];
  while (takeSign(reading, '.')) parts.push(part());
  return parts;
}
