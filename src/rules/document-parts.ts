/** What a template of a form consists of, and the words in it: plain text with `{field}` places. */
import type { Align } from '../core/document.ts';
import type { Text } from '../core/text.ts';

/** A place to be filled: `{field}`, or a choice `{field:one/other}` of which one box is ticked. */
export interface Place {
  readonly field: string;
  readonly options: readonly string[];
}

export type Words = readonly (string | Place)[];

export interface LinePart {
  readonly words: Words;
  readonly align?: Align;
}

export interface CellPart {
  readonly label: boolean;
  readonly lines: readonly LinePart[];
  readonly span: number;
}

export type RowPart = readonly CellPart[];

/** Rows drawn once for each row of a list, at least `least` times: what is missing stays empty for the pen. */
export interface Repeat {
  readonly list: string;
  readonly least: number;
  readonly rows: readonly RowPart[];
}

/** A table is a list where it has a header row, else a form. */
export interface TablePart {
  readonly kind: 'table';
  readonly head?: readonly string[];
  readonly widths: readonly number[];
  readonly aligns: readonly Align[];
  readonly rows: readonly (RowPart | Repeat)[];
}

export type Part =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly words: Words }
  | { readonly kind: 'paragraph' | 'note'; readonly words: Words; readonly align?: Align }
  | { readonly kind: 'verbatim'; readonly words: Words }
  | { readonly kind: 'signatures'; readonly labels: readonly Words[] }
  | { readonly kind: 'break' }
  | TablePart;

export interface Template {
  readonly title: Words;
  readonly number?: Words;
  readonly watermark?: Words;
  readonly landscape: boolean;
  readonly parts: readonly Part[];
}

/** A line of the file; numbers count from 1. */
export interface Row {
  readonly line: number;
  readonly text: string;
}

/** Says what is wrong with a line (from 1); `nearest` is the name that was probably meant. */
export type Complain = (line: number, message: Text, nearest?: string) => void;

/** Words of a text; complains of every place that is no field of the form, or of the list where one is named. */
export type Read = (line: number, text: string, list?: string) => Words;

/** A backslash takes its meaning from the sign after it; a place is `{name}` or `{name:one/other}`; any other brace is a fault. */
const TOKEN = /\\(?<plain>[\p{P}\p{S}])|\{(?<field>[a-z][a-zA-Z0-9]*)(?::(?<options>[^{}\n]*))?\}|(?<brace>[{}])/gu;

/** Words of a text, and the column (from 0) of each brace that is no place. */
export function wordsOf(text: string): { readonly words: Words; readonly strays: readonly number[] } {
  const words: (string | Place)[] = [];
  const strays: number[] = [];
  let from = 0;
  const say = (more: string) => {
    const last = words.at(-1);
    if (typeof last === 'string') words[words.length - 1] = last + more;
    else if (more !== '') words.push(more);
  };
  for (const found of text.matchAll(TOKEN)) {
    say(text.slice(from, found.index));
    from = found.index + found[0].length;
    const { plain, field, options } = found.groups ?? {};
    if (plain !== undefined) say(plain);
    else if (field !== undefined) words.push({ field, options: options?.split('/').map((one) => one.trim()) ?? [] });
    else strays.push(found.index);
  }
  say(text.slice(from));
  return { words, strays };
}

/** The places among the words. */
export function placesIn(words: Words): Place[] {
  return words.filter((one) => typeof one !== 'string');
}

/** Pieces between separators; one behind a backslash or inside a place does not separate. */
export function splitOutside(text: string, separator: '|' | '<br>'): string[] {
  const pieces = [''];
  for (const [token] of text.matchAll(/\\.|\{[^{}]*\}|<br>|[\s\S]/gu)) {
    if (token === separator) pieces.push('');
    else pieces[pieces.length - 1] += token;
  }
  return pieces;
}
