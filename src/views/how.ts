/** How to draw: language, width, colour; and the two ways a Text becomes characters. */
import { safe, safeLine } from '../core/escape.ts';
import { type Dictionary, speak, type Text } from '../core/text.ts';

export interface How {
  readonly dictionary: Dictionary;
  /** Columns of the terminal; 0 where the output is not a terminal: then nothing is wrapped, boxed or cut. */
  readonly columns: number;
  readonly colour: boolean;
  /** Only ASCII in what we draw ourselves (boxes); the words stay in their language. */
  readonly ascii?: boolean;
}

/** Tongue alone: what documents without columns need. */
export type Tongue = Pick<How, 'dictionary'>;

/** The sentence, safe to print; newlines stay, a tab is two blanks. */
export function say(text: Text, how: Tongue): string {
  return safe(speak(text, how.dictionary)).replaceAll('\t', '  ');
}

/** The sentence on one line, safe to print. */
export function sayLine(text: Text, how: Tongue): string {
  return safeLine(speak(text, how.dictionary));
}

/** Columns there are to fill; endless off a terminal. */
export function roomOf(how: How): number {
  return how.columns > 0 ? how.columns : Number.POSITIVE_INFINITY;
}
