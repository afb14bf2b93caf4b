/** Going through the words of an Oracle statement: looking, taking, and saying what was not understood. */
import { type Phrase, t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';
import type { Body } from '../tree.ts';
import type { Token, Tokens } from './tokens.ts';
import { FOLLOWS, PROTECTED, RESERVED, UNSUPPORTED } from './words.ts';

/** A node as the tree holds it: one member, named like its type. */
export type Tree = Readonly<Record<string, Body>>;

/** `query`, `expression` and `value` (no condition outside brackets) are what the parts of the grammar call of each other. */
export interface Reading {
  readonly tokens: Tokens;
  at: number;
  depth: number;
  readonly query: (reading: Reading) => Body;
  readonly expression: (reading: Reading) => Tree;
  readonly value: (reading: Reading) => Tree;
}

const END: Token = { kind: 'end', text: '', at: 0 };
const DEEPEST = 200;
export const LONGEST_CHAIN = 2_000;

export function peek(reading: Reading, ahead = 0): Token {
  return reading.tokens.list[reading.at + ahead] ?? reading.tokens.list.at(-1) ?? END;
}

export function take(reading: Reading): Token {
  const token = peek(reading);
  if (token.kind !== 'end') reading.at++;
  return token;
}

export function isWord(reading: Reading, word: string, ahead = 0): boolean {
  const { kind, text } = peek(reading, ahead);
  return kind === 'word' && text === word;
}

export function isSign(reading: Reading, sign: string, ahead = 0): boolean {
  const { kind, text } = peek(reading, ahead);
  return kind === 'sign' && text === sign;
}

/** Takes all of these words where they stand next; nothing where not. */
export function takeWords(reading: Reading, ...words: readonly string[]): boolean {
  if (!words.every((word, ahead) => isWord(reading, word, ahead))) return false;
  reading.at += words.length;
  return true;
}

/** Takes the one of these words that stands next. */
export function takeOneOf(reading: Reading, ...words: readonly string[]): string | undefined {
  return words.find((word) => takeWords(reading, word));
}

export function takeSign(reading: Reading, sign: string): boolean {
  if (!isSign(reading, sign)) return false;
  reading.at++;
  return true;
}

export function expectWords(reading: Reading, ...words: readonly string[]): void {
  for (const word of words) if (!takeWords(reading, word)) unexpected(reading);
}

export function expectSign(reading: Reading, sign: string): void {
  if (!takeSign(reading, sign)) unexpected(reading);
}

/** Parts between commas. */
export function listOf<T>(reading: Reading, part: (reading: Reading) => T): T[] {
  const parts = [part(reading)];
  while (takeSign(reading, ',')) parts.push(part(reading));
  return parts;
}

export function inBrackets<T>(reading: Reading, part: (reading: Reading) => T): T {
  expectSign(reading, '(');
  const inner = part(reading);
  expectSign(reading, ')');
  return inner;
}

/** True where the bracket that stands so far ahead holds a query, and not an expression or a join that begins with one. */
export function holdsQuery(reading: Reading, ahead = 0): boolean {
  if (!isSign(reading, '(', ahead)) return false;
  if (isWord(reading, 'select', ahead + 1) || isWord(reading, 'with', ahead + 1)) return true;
  if (!holdsQuery(reading, ahead + 1)) return false;
  const behind = reading.tokens.list[(reading.tokens.closing.get(reading.at + ahead + 1) ?? 0) + 1] ?? END;
  if (behind.kind === 'sign') return behind.text === ')';
  return behind.kind === 'word' && CONTINUES.includes(behind.text);
}
const CONTINUES = ['union', 'intersect', 'minus', 'order', 'offset', 'fetch'];

export function made(type: string, body: Body, at: number): Tree {
  return { [type]: { ...body, location: at } };
}

export function named(...parts: readonly string[]): readonly Tree[] {
  return parts.map((sval) => ({ String: { sval } }));
}

/** Refuses what is nested deeper than anybody writes by hand. */
export function nested<T>(reading: Reading, part: () => T): T {
  if (++reading.depth > DEEPEST) tooDeep(reading);
  const result = part();
  reading.depth--;
  return result;
}

export function tooDeep(reading: Reading): never {
  return refuse('too-deep', peek(reading).at, t('the statement is nested too deeply to be judged'));
}

/** The name that stands next; refuses words that are none. */
export function takeName(reading: Reading): string {
  const { kind, text } = peek(reading);
  if (kind === 'name' || (kind === 'word' && !RESERVED.has(text))) return take(reading).text;
  return unexpected(reading);
}

/** A name that the statement gives: one that Oracle could read as something else is refused. */
export function newName(reading: Reading): string {
  const { at, text } = peek(reading);
  if (PROTECTED.has(text))
    refuse('alias', at, t('{name} means something of its own in Oracle; choose another name', { name: text }));
  return takeName(reading);
}

/** True where an alias stands next, and not the next part of the statement. */
export function isAlias(reading: Reading): boolean {
  const { kind, text } = peek(reading);
  return kind === 'name' || (kind === 'word' && !RESERVED.has(text) && !FOLLOWS.has(text));
}

/** Ends the reading at the next word with what can be said about it. */
export function unexpected(reading: Reading): never {
  const { kind, text, at } = peek(reading);
  if (kind === 'end') return refuse('syntax', at, t('the statement ends before it is complete'));
  const [code, why] = (kind === 'word' ? reasonFor(reading, text) : undefined) ?? ['syntax', NOT_HERE(text)];
  return refuse(code, at, why);
}
const NOT_HERE = (word: string): Phrase => t('{word} was not understood at this place', { word });

function reasonFor(reading: Reading, word: string): [string, Phrase] | undefined {
  if (word === 'for' && isWord(reading, 'update', 1)) return ['locking', t('FOR UPDATE and FOR SHARE lock rows')];
  if (word === 'into' || word === 'bulk') return ['select-into', t('SELECT INTO stores what it reads')];
  if (UNSUPPORTED.has(word))
    return ['not-accepted', t('this part of the language is not accepted: {type}', { type: word.toUpperCase() })];
  return undefined;
}
