/** What each character means to the search for identifiers, as one table: made once from the functions that the search by text uses. */
import { costOf, LABEL_ENDS, PROVINCES, plain } from './masking-scan.ts';

/** Low eight bits: the letter or digit that a character stands for, 0 for none; the next four how far it parts two of them. */
export const PLAIN = 0xff;
export const COST_SHIFT = 8;
export const COST = 0xf;
/** May end a label or title, begin a plate, or be the sign of a mail address. */
export const LABEL = 0x1000;
export const PLATE = 0x2000;
export const MAIL = 0x4000;
export const DIGIT = 0x8000;

const pairs = new Set(LABEL_ENDS.map((pair) => pairOf(pair.charCodeAt(0), pair.charCodeAt(1))));

/** True for two characters of the basic plane that could end a label or be a title. */
export function isLabel(first: number, second: number): boolean {
  return pairs.has(pairOf(first, second));
}

function pairOf(first: number, second: number): number {
  return first * 0x10000 + second;
}

let made: Uint16Array | undefined;

/** By code unit of the basic plane; made on first use, in some 30 ms. */
export function signs(): Uint16Array {
  made ??= Uint16Array.from({ length: 0x10000 }, (_, code) => meaning(code));
  return made;
}

const beyond = new Map<number, number>();
const MOST_BEYOND = 4_096;

/** The same for a character beyond the basic plane. */
export function signBeyond(code: number): number {
  const known = beyond.get(code) ?? meaning(code);
  if (beyond.size >= MOST_BEYOND) beyond.clear();
  beyond.set(code, known);
  return known;
}

const ENDS = new Set(LABEL_ENDS.map((pair) => pair.charAt(1)));

function meaning(code: number): number {
  const char = String.fromCodePoint(code);
  const known = plain(char);
  const worth = known === undefined ? costOf(char) << COST_SHIFT : known.charCodeAt(0);
  return (
    worth |
    (known !== undefined && /\d/.test(known) ? DIGIT : 0) |
    (ENDS.has(char) ? LABEL : 0) |
    (PROVINCES.includes(char) ? PLATE : 0) |
    (char === '@' || char === '＠' ? MAIL : 0)
  );
}
