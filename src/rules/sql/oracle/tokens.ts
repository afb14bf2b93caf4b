/** Oracle's words, names, literals, binds and signs, out of the text that the lexer left. What is none of these is refused. */
import { t } from '../../../core/text.ts';
import { quoteEnd } from '../lexer.ts';
import { refuse } from '../refusal.ts';
import { delimitedEnd } from './quote.ts';

/** `text` of a word is in small letters, of a name as `canonical` has it, of a literal what it holds. `at` counts UTF-16 units. */
export interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'bind' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

export interface Tokens {
  readonly list: readonly Token[];
  /** For the index of an opening bracket the index of the closing one. */
  readonly closing: ReadonlyMap<number, number>;
}

// Names in the letters of ASCII and Chinese: others have capitals that two programs may pair differently.
const WORD = /[A-Za-z\p{Script=Han}][A-Za-z0-9_$#\p{Script=Han}]*/uy;
const NUMBER = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const BIND = /:b([0-9]+)/y;
const SIGN = /<>|!=|\^=|<=|>=|\|\||[-+*/=<>(),.]/y;
const BLANK = /[ \t\r\n]+/y;

const DEEPEST = 200;

export function tokensOf(text: string): Tokens {
  const list: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const blank = match(BLANK, text, at);
    at += blank?.length ?? 0;
    if (at >= text.length) break;
    const [token, end] = next(text, at);
    list.push(token);
    at = end;
  }
  list.push({ kind: 'end', text: '', at: text.trimEnd().length });
  return { list, closing: closingOf(list) };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function next(text: string, at: number): [Token, number] {
  const char = text.charAt(at);
  if (char === "'") {
    const end = quoteEnd(text, at, char);
    return [{ kind: 'text', text: text.slice(at + 1, end - 1).replaceAll("''", "'"), at }, end];
  }
  if (char === '"') {
    const end = quoteEnd(text, at, char);
    return [{ kind: 'name', text: quotedName(text.slice(at + 1, end - 1), at), at }, end];
  }
  const word = match(WORD, text, at);
  if (word !== undefined) return wordOrLiteral(text, at, word);
  const number = match(NUMBER, text, at);
  if (number !== undefined) return [{ kind: 'number', text: number, at }, at + number.length];
  const bind = match(BIND, text, at);
  if (bind !== undefined) return [{ kind: 'bind', text: bind.slice(2), at }, at + bind.length];
  const sign = match(SIGN, text, at);
  if (sign !== undefined) return [{ kind: 'sign', text: sign, at }, at + sign.length];
  return refuse('character', at, t('{char} is not accepted outside quotes', { char }));
}

function wordOrLiteral(text: string, at: number, word: string): [Token, number] {
  if (word.toLowerCase() === 'q' && text[at + 1] === "'") {
    const end = delimitedEnd(text, at);
    const opening = String.fromCodePoint(text.codePointAt(at + 2) ?? 0).length;
    return [{ kind: 'text', text: text.slice(at + 2 + opening, end - 1 - opening), at }, end];
  }
  const end = at + word.length;
  // A letter of another alphabet glued to a word would be read as a second word.
  if (/[\u0080-\uffff]/.test(text.charAt(end)))
    refuse('character', end, t('{char} is not accepted outside quotes', { char: text.charAt(end) }));
  return [{ kind: 'word', text: word.toLowerCase(), at }, end];
}

function quotedName(written: string, at: number): string {
  if (written === '' || written.includes('"'))
    refuse('quoting', at, t('a quoted name may neither be empty nor hold a quote'));
  return canonical(written);
}

/**
 * One spelling for names that Oracle takes for the same: an unquoted name, or a quoted one in capitals, in small letters; a quoted one
 * that holds small letters is another name and keeps its quotes.
 */
export function canonical(written: string): string {
  return /^[^a-z\u0080-\u2e7f\ua640-\uabff\ud800-\uffff]*$/.test(written) ? written.toLowerCase() : `"${written}"`;
}

function closingOf(list: readonly Token[]): Map<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (const [index, { kind, text, at }] of list.entries()) {
    if (kind !== 'sign') continue;
    if (text === '(') open.push(index);
    if (open.length > DEEPEST) refuse('too-deep', at, t('the statement is nested too deeply to be judged'));
    if (text === ')') {
      const opened = open.pop();
      if (opened === undefined) refuse('syntax', at, t('this bracket was never opened'));
      closing.set(opened, index);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) refuse('syntax', list[unclosed]?.at ?? 0, t('this bracket is never closed'));
  return closing;
}
