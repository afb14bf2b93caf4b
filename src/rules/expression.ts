/** The tiny language of `when` and `expect`: comparison, and, or, not, in. Total: it always ends, and says when it cannot tell. */
import { nearest } from '../core/nearest.ts';
import { type Text, t } from '../core/text.ts';
import { words } from './shape.ts';

export type Kind = 'text' | 'number' | 'boolean' | 'list';
export type Value = string | number | boolean | readonly string[];

export type Expression =
  | { readonly op: 'value'; readonly value: Value }
  | { readonly op: 'name'; readonly name: string }
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly op: Comparison; readonly left: Expression; readonly right: Expression };
type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';

export interface Token {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'end';
  readonly at: number;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_][\w.-]*)|'([^']*)'|"([^"]*)"|(==|!=|<=|>=|[<>()[\],]))/y;
const MOST = 500;

/** What an expression means, or what is wrong with it. `kinds` are the names that may be used. */
export function parseExpression(
  source: string,
  kinds: ReadonlyMap<string, Kind>,
): { expression: Expression; trouble?: undefined } | { expression?: undefined; trouble: Trouble } {
  const trouble: Trouble[] = [];
  const tokens = tokensOf(source, trouble);
  const reader: Reader = { tokens, at: 0, kinds, trouble, depth: 0 };
  const expression = readOr(reader);
  if (reader.trouble.length === 0 && peek(reader).kind !== 'end') unexpected(reader);
  if (reader.trouble.length === 0 && kindOf(expression, kinds) !== 'boolean') {
    trouble.push({ message: t('It must be a comparison or something that is true or false.') });
  }
  const [first] = trouble;
  return first === undefined ? { expression } : { trouble: first };
}

/** What is wrong, and the nearest known name where a name was. */
export interface Trouble {
  readonly message: Text;
  readonly nearest?: string;
}

interface Reader {
  readonly tokens: readonly Token[];
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly trouble: Trouble[];
  at: number;
  depth: number;
}

function tokensOf(source: string, trouble: Trouble[]): Token[] {
  const tokens: Token[] = [];
  if (source.length > MOST) trouble.push({ message: t('Longer than {most} characters.', { most: MOST }) });
  let at = 0;
  const text = source.slice(0, MOST).trimEnd();
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      trouble.push({ message: t('Not understood from {rest} on.', { rest: JSON.stringify(text.slice(at, at + 20)) }) });
      break;
    }
    const [, number, name, single, double, sign] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, at });
    else tokens.push({ kind: 'string', text: single ?? double ?? '', at });
    at = TOKEN.lastIndex;
  }
  return tokens;
}

const END: Token = { kind: 'end', text: '', at: 0 };
const NEVER: Expression = { op: 'value', value: false };

function peek(reader: Reader): Token {
  return reader.tokens[reader.at] ?? END;
}

function taken(reader: Reader, text: string): boolean {
  const token = peek(reader);
  if (token.kind === 'string' || token.text !== text || token.kind === 'end') return false;
  reader.at++;
  return true;
}

function unexpected(reader: Reader): Expression {
  const { kind, text } = peek(reader);
  const message =
    kind === 'end' ? t('It ends too early.') : t('{word} is not expected here.', { word: JSON.stringify(text) });
  reader.trouble.push({ message });
  return NEVER;
}

function readOr(reader: Reader): Expression {
  let left = readAnd(reader);
  while (taken(reader, 'or')) left = { op: 'or', left: asked(reader, left), right: asked(reader, readAnd(reader)) };
  return left;
}

function readAnd(reader: Reader): Expression {
  let left = readNot(reader);
  while (taken(reader, 'and')) left = { op: 'and', left: asked(reader, left), right: asked(reader, readNot(reader)) };
  return left;
}

/** What stands beside and, or, not must be true or false by itself. */
function asked(reader: Reader, expression: Expression): Expression {
  if (reader.trouble.length > 0 || kindOf(expression, reader.kinds) === 'boolean') return expression;
  reader.trouble.push({
    message: t('Beside and, or, not there must be a comparison or something that is true or false.'),
  });
  return expression;
}

function readNot(reader: Reader): Expression {
  if (++reader.depth > 50) {
    reader.trouble.push({ message: t('Nested too deeply.') });
    return NEVER;
  }
  const expression: Expression = taken(reader, 'not')
    ? { op: 'not', of: asked(reader, readNot(reader)) }
    : readComparison(reader);
  reader.depth--;
  return expression;
}

const COMPARISONS: readonly Comparison[] = ['==', '!=', '<=', '>=', '<', '>', 'in'];

function readComparison(reader: Reader): Expression {
  const left = readValue(reader);
  const op = COMPARISONS.find((sign) => taken(reader, sign));
  if (op === undefined) return left;
  const compared: Expression = { op, left, right: readValue(reader) };
  checkKinds(reader, compared.op as Comparison, left, compared.right);
  return compared;
}

function readValue(reader: Reader): Expression {
  if (taken(reader, '(')) {
    const inner = readOr(reader);
    return taken(reader, ')') ? inner : unexpected(reader);
  }
  if (taken(reader, '[')) return readList(reader);
  const token = peek(reader);
  if (token.kind === 'end' || token.kind === 'sign') return unexpected(reader);
  reader.at++;
  if (token.kind === 'string') return { op: 'value', value: token.text };
  if (token.kind === 'number') return { op: 'value', value: Number(token.text) };
  if (token.text === 'true' || token.text === 'false') return { op: 'value', value: token.text === 'true' };
  if (!reader.kinds.has(token.text)) return unknownName(reader, token.text);
  return { op: 'name', name: token.text };
}

function readList(reader: Reader): Expression {
  const items: string[] = [];
  while (!taken(reader, ']')) {
    const token = peek(reader);
    if (token.kind !== 'string' && token.kind !== 'number') return unexpected(reader);
    items.push(token.text);
    reader.at++;
    if (!taken(reader, ',') && peek(reader).text !== ']') return unexpected(reader);
  }
  return { op: 'value', value: items };
}

function unknownName(reader: Reader, name: string): Expression {
  const names = [...reader.kinds.keys()];
  const near = nearest(name, names);
  const known = words(names) || '-';
  const message = t('{name} is not known; there are {words}. A text needs quotes.', { name, words: known });
  reader.trouble.push({ message, ...(near === undefined ? {} : { nearest: near }) });
  return NEVER;
}

/** The kind of an expression's value. */
export function kindOf(expression: Expression, kinds: ReadonlyMap<string, Kind>): Kind {
  if (expression.op === 'name') return kinds.get(expression.name) ?? 'text';
  if (expression.op !== 'value') return 'boolean';
  const { value } = expression;
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'list';
}

function checkKinds(reader: Reader, op: Comparison, left: Expression, right: Expression): void {
  if (reader.trouble.length > 0) return;
  const [a, b] = [kindOf(left, reader.kinds), kindOf(right, reader.kinds)];
  const plain = (kind: Kind) => kind === 'text' || kind === 'number';
  const fine =
    op === 'in'
      ? plain(a) && b === 'list'
      : op === '==' || op === '!='
        ? a === b || (plain(a) && plain(b))
        : plain(a) && plain(b);
  if (!fine) reader.trouble.push({ message: t('{op} cannot compare {a} with {b}.', { op, a, b }) });
}

/** The names an expression uses, each once. */
export function namesIn(expression: Expression | undefined): string[] {
  if (expression === undefined || expression.op === 'value') return [];
  if (expression.op === 'name') return [expression.name];
  if (expression.op === 'not') return namesIn(expression.of);
  return [...new Set([...namesIn(expression.left), ...namesIn(expression.right)])];
}
