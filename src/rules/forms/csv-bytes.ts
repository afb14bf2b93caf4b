/** Fields of a CSV from bytes to bytes. What one loop over a cell cannot judge is left to the text form, which it equals on every cell. */
import { numberField, textField } from './csv-field.ts';
import { bitAt, markSlotIn } from './mark.ts';
import { type Out, putText, room } from './out.ts';

const QUOTE = 0x22;
const TAB = 0x09;
const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
/** The most digits that a spreadsheet holds, and up to which it shows them all. */
const EXACT_DIGITS = 15;
const SHOWN_DIGITS = 11;

/** What a byte tells about its cell, one bit each. */
const IS = { quoted: 1, control: 2, word: 4, notDigit: 8, notExponent: 16, notNumber: 32 } as const;
const CLASS = new Uint8Array(256);
/** 1: a cell that begins (or ends) with this byte needs a closer look. */
const LOOK_FIRST = new Uint8Array(256);

for (let byte = 0; byte < 256; byte++) {
  const char = byte < 0x80 ? String.fromCharCode(byte) : '';
  CLASS[byte] =
    (/[",\r\n\t']/.test(char) ? IS.quoted : 0) |
    (byte < 0x20 && !/[\r\n\t]/.test(char) ? IS.control : 0) |
    (/[\d.+\-EeNaInfity]/.test(char) ? 0 : IS.word) |
    (/\d/.test(char) ? 0 : IS.notDigit) |
    (/[\dEe]/.test(char) ? 0 : IS.notExponent) |
    (/[\d.-]/.test(char) ? 0 : IS.notNumber);
  LOOK_FIRST[byte] = byte <= 0x20 || byte >= 0x80 || /[=+\-@]/.test(char) ? 1 : 0;
}

/** What two bytes tell, whichever comes first. */
const PAIRS = Uint8Array.from({ length: 0x10000 }, (_, two) => (CLASS[two & 0xff] ?? 0) | (CLASS[two >>> 8] ?? 0));

/** Where cells lie: the same memory twice. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Writes a text cell. The cell is UTF-8. */
export function writeText(out: Out, { bytes, view }: Source, start: number, end: number, table: Uint8Array): void {
  const length = end - start;
  room(out, 2 * length + 4);
  const to = out.bytes;
  const slot = markSlotIn(view, start, end);
  const mark = slot < 0 ? 0 : bitAt(table, slot);
  to[out.at] = QUOTE;
  const from = out.at + mark;
  const into = out.view;
  let at = from;
  let flags = 0;
  let i = start;
  // Four bytes at once, and what they tell two by two: this loop is where most of a file's time goes.
  for (; i + 4 <= end; i += 4, at += 4) {
    const four = view.getInt32(i, true);
    flags |= (PAIRS[four & 0xffff] as number) | (PAIRS[four >>> 16] as number);
    into.setInt32(at, four, true);
  }
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    flags |= CLASS[byte] as number;
    to[at++] = byte;
  }
  if (length === 0 || needsLook(bytes, start, end, flags)) writeRare(out, bytes, start, end, flags, table);
  else if (mark === 0) out.at = at;
  else if ((flags & IS.word) === 0) writeBare(out, bytes, start, end);
  else {
    to[at] = QUOTE;
    out.at = at + 1;
  }
}

/** True unless the cell is seen to need neither quotes nor a sign in front. */
function needsLook(bytes: Uint8Array, start: number, end: number, flags: number): boolean {
  if ((flags & (IS.quoted | IS.control)) !== 0) return true;
  if ((flags & IS.notExponent) === 0) {
    const digits = (flags & IS.notDigit) === 0;
    return !digits || end - start > SHOWN_DIGITS || (bytes[start] === ZERO && end - start > 1);
  }
  if (LOOK_FIRST[bytes[start] as number] === 1 && !isPlainWide(bytes, start, end)) return true;
  // A cell of less than three bytes with a wide one among them begins with it, and was seen above.
  const last = bytes[end - 1] as number;
  return last <= 0x20 || (last >= 0x80 && !isPlainWide(bytes, end - 3, end));
}

/** A character of three bytes that is neither blank nor invisible nor a full-width sign: Chinese, its punctuation, full-width forms. */
function isPlainWide(bytes: Uint8Array, at: number, end: number): boolean {
  const lead = bytes[at] as number;
  if (at + 3 > end || lead < 0xe3 || lead > 0xef) return false;
  if (lead >= 0xe4 && lead <= 0xe9) return true;
  const second = bytes[at + 1] as number;
  const third = bytes[at + 2] as number;
  if (lead === 0xe3) return second !== 0x80 || third !== 0x80;
  // Full-width forms but ＋ － ＝ ＠.
  return lead === 0xef && second === 0xbc && third !== 0x8b && third !== 0x8d && third !== 0x9d && third !== 0xa0;
}

/** A cell as it is. */
function writeBare(out: Out, bytes: Uint8Array, start: number, end: number): void {
  const to = out.bytes;
  let at = out.at;
  for (let i = start; i < end; i++) to[at++] = bytes[i] as number;
  out.at = at;
}

/** Long numbers and what is quoted only for a separator in it still need no text. */
function writeRare(out: Out, bytes: Uint8Array, start: number, end: number, flags: number, table: Uint8Array): void {
  if (start < end && (flags & IS.notDigit) === 0) writeTabbed(out, bytes, start, end);
  else if ((flags & IS.quoted) !== 0 && isPlainStart(bytes, start, end)) writeQuoted(out, bytes, start, end);
  else putText(out, textField(decoded(bytes, start, end), table));
}

function isPlainStart(bytes: Uint8Array, start: number, end: number): boolean {
  return LOOK_FIRST[bytes[start] as number] === 0 || isPlainWide(bytes, start, end);
}

function writeTabbed(out: Out, bytes: Uint8Array, start: number, end: number): void {
  out.bytes[out.at++] = QUOTE;
  out.bytes[out.at++] = TAB;
  writeBare(out, bytes, start, end);
  out.bytes[out.at++] = QUOTE;
}

function writeQuoted(out: Out, bytes: Uint8Array, start: number, end: number): void {
  const to = out.bytes;
  let at = out.at;
  to[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) to[at++] = QUOTE;
    to[at++] = byte;
  }
  to[at++] = QUOTE;
  out.at = at;
}

/** Writes a number: exact decimal text, kept whole where a spreadsheet would round it. */
export function writeNumber(out: Out, bytes: Uint8Array, start: number, end: number, table: Uint8Array): void {
  room(out, 2 * (end - start) + 4);
  const to = out.bytes;
  let at = out.at;
  let flags = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    flags |= CLASS[byte] as number;
    to[at++] = byte;
  }
  const short = (flags & IS.notNumber) === 0 && end - start <= EXACT_DIGITS && end > start;
  if (short && (bytes[start] !== MINUS || isNegative(bytes, start, end))) out.at = at;
  else putText(out, numberField(decoded(bytes, start, end), table));
}

/** A minus, digits, and at most one point among them. */
function isNegative(bytes: Uint8Array, start: number, end: number): boolean {
  let points = 0;
  for (let i = start + 1; i < end; i++) {
    if (bytes[i] === MINUS) return false;
    if (bytes[i] === POINT) points++;
  }
  return points <= 1 && (bytes[start + 1] as number) >= ZERO && end - start > 1;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decoded(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}
