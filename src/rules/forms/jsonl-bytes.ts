/** Values of JSON lines from bytes to bytes. */
import { bitAt, markSlot } from './mark.ts';
import { type Out, room } from './out.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK = 0x20;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Digits that a double always gives back. */
const EXACT_DIGITS = 15;
const EXACT_PLACES = 6;

/** What JSON.stringify makes of a byte that it escapes, by the byte; undefined for the others. */
const ESCAPED: readonly (Uint8Array | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) return undefined;
  return new TextEncoder().encode(JSON.stringify(String.fromCharCode(byte)).slice(1, -1));
});
const IS_ESCAPED = Uint8Array.from(ESCAPED, (escaped) => (escaped === undefined ? 0 : 1));
const LONGEST = 6;

/** Writes a string with the blank of its mark in front. The cell is UTF-8. */
export function writeJsonText(out: Out, bytes: Uint8Array, start: number, end: number, table: Uint8Array): void {
  room(out, LONGEST * (end - start) + 3);
  const to = out.bytes;
  let at = out.at;
  const slot = markSlot(bytes, start, end);
  if (slot >= 0 && bitAt(table, slot) === 1) to[at++] = BLANK;
  to[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (IS_ESCAPED[byte] === 0) to[at++] = byte;
    else for (const part of ESCAPED[byte] ?? []) to[at++] = part;
  }
  to[at++] = QUOTE;
  out.at = at;
}

/** Writes a number, as a string where a double does not hold it. */
export function writeJsonNumber(out: Out, bytes: Uint8Array, start: number, end: number, table: Uint8Array): void {
  if (!isExact(bytes, start, end)) {
    writeJsonText(out, bytes, start, end, table);
    return;
  }
  room(out, end - start);
  const to = out.bytes;
  let at = out.at;
  for (let i = start; i < end; i++) to[at++] = bytes[i] as number;
  out.at = at;
}

/** `-?(0|[1-9]\d{0,14})(\.\d{1,6})?` and fifteen digits in all: what JSON can write and a double gives back. */
function isExact(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  while (at < end && isDigit(bytes[at] as number)) at++;
  const whole = at - first;
  if (whole === 0 || (whole > 1 && bytes[first] === ZERO) || whole > EXACT_DIGITS) return false;
  if (at === end) return true;
  if (bytes[at] !== POINT) return false;
  const point = at++;
  while (at < end && isDigit(bytes[at] as number)) at++;
  const places = at - point - 1;
  return at === end && places >= 1 && places <= EXACT_PLACES && whole + places <= EXACT_DIGITS;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}
