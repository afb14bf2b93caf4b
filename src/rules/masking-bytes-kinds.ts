/** Masks by kind from bytes to bytes, for the cells that need no more than counting characters; each tells where it does not dare. */
import { COMPOUND } from './masking.ts';
import { spread, type Veil } from './masking-veil.ts';

/** True: the veil holds the masked text. False: not judged, the mask by text must decide. The cell is UTF-8. */
export type Attempt = (bytes: Uint8Array, start: number, end: number, to: Veil) => boolean;

const STAR = 0x2a;
const ZERO = 0x30;
const NINE = 0x39;

/** The kinds that have one; company, address and mail are left to their text. */
export const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  'credit-code': code,
  'taxpayer-id': code,
  'citizen-id': (bytes, start, end, to) =>
    isNarrow(bytes, start, end) && keepOf(bytes, start, end, to, 3, isOldId(bytes, start, end) ? 3 : 4),
  // Landlines begin with a zero or a bracket.
  phone: (bytes, start, end, to) =>
    isNarrow(bytes, start, end) &&
    bytes[start] !== ZERO &&
    bytes[start] !== 0x28 &&
    keepOf(bytes, start, end, to, 3, 4),
  'bank-account': kept(6, 4),
  'invoice-code': kept(4, 0),
  'invoice-no': (bytes, start, end, to) =>
    isAscii(bytes, start, end) &&
    (end - start === 20 ? narrow(bytes, start, end, to, 4, 4) : keepOf(bytes, start, end, to, 0, 4)),
  plate: kept(2, 1),
  passport: kept(1, 2),
  'person-name': personName,
};

function kept(first: number, last: number): Attempt {
  return (bytes, start, end, to) => isNarrow(bytes, start, end) && keepOf(bytes, start, end, to, first, last);
}

/** No full-width form and no wide blank, which would be made narrow first. */
function isNarrow(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === 0xef || (byte === 0xe3 && bytes[i + 1] === 0x80 && bytes[i + 2] === 0x80)) return false;
  }
  return true;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) >= 0x80) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isOldId(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 15) return false;
  for (let i = start; i < end; i++) if (!isDigit(bytes[i] as number)) return false;
  return true;
}

/** `keep` of masking.ts: both ends, or the last one, or nothing, so that four and a third of all stay hidden. */
function keepOf(bytes: Uint8Array, start: number, end: number, to: Veil, first: number, last: number): boolean {
  const chars = charsIn(bytes, start, end);
  const least = Math.max(4, chars / 3);
  if (chars - first - last >= least) return starred(bytes, start, end, to, first, last);
  return starred(bytes, start, end, to, 0, chars - last >= least ? last : 0);
}

function charsIn(bytes: Uint8Array, start: number, end: number): number {
  let chars = 0;
  for (let i = start; i < end; i++) if (((bytes[i] as number) & 0xc0) !== 0x80) chars++;
  return chars;
}

/** So many characters at both ends and a star for each between. */
function starred(bytes: Uint8Array, start: number, end: number, to: Veil, first: number, last: number): boolean {
  const chars = charsIn(bytes, start, end);
  spread(to, end - start);
  const into = to.bytes;
  let at = 0;
  let char = -1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const leads = (byte & 0xc0) !== 0x80;
    if (leads) char++;
    if (char < first || char >= chars - last) into[at++] = byte;
    else if (leads) into[at++] = STAR;
  }
  to.end = at;
  return true;
}

/** A code of nothing but letters and digits; a citizen's number in it is masked as one. */
function code(bytes: Uint8Array, start: number, end: number, to: Veil): boolean {
  const length = end - start;
  let run = 0;
  let personal = false;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const upper = byte & 0xdf;
    const letter = upper >= 0x41 && upper <= 0x5a;
    if (!letter && !isDigit(byte)) return false;
    if (run >= 17 && (!letter || upper === 0x58)) personal = true;
    const whole = run === i - start && i === end - 1 && length <= 20;
    if (whole && (letter ? upper === 0x58 && length >= 16 : length >= 15)) personal = true;
    run = letter ? 0 : run + 1;
  }
  if (length === 0) return false;
  if (personal) return keepOf(bytes, start, end, to, 3, length === 15 ? 3 : 4);
  return length >= 15 ? narrow(bytes, start, end, to, 6, 4) : keepOf(bytes, start, end, to, 2, 2);
}

/** The same as `starred` where every character is one byte. */
function narrow(bytes: Uint8Array, start: number, end: number, to: Veil, first: number, last: number): true {
  const length = end - start;
  spread(to, length);
  const into = to.bytes;
  const stop = length - last;
  for (let i = 0; i < length; i++) into[i] = i < first || i >= stop ? (bytes[start + i] as number) : STAR;
  to.end = length;
  return true;
}

const compound: ReadonlySet<number> = new Set(
  [...COMPOUND].map((surname) => keyOf(new TextEncoder().encode(surname), 0)),
);

/** Two Chinese characters as one number. */
function keyOf(bytes: Uint8Array, at: number): number {
  let key = 0;
  for (let i = at; i < at + 6; i++) key = key * 256 + (bytes[i] as number);
  return key;
}

/** Two and more characters from U+4000 to U+9FFF, with the common dot between them or without. */
function personName(bytes: Uint8Array, start: number, end: number, to: Veil): boolean {
  if (end - start < 6) return false;
  spread(to, end - start);
  const into = to.bytes;
  let at = 0;
  let shown = end - start > 6 && isHan(bytes, start + 3) && compound.has(keyOf(bytes, start)) ? 2 : 1;
  for (let i = start; i < end; ) {
    if (isHan(bytes, i)) {
      if (shown-- > 0) for (let k = 0; k < 3; k++) into[at++] = bytes[i + k] as number;
      else into[at++] = STAR;
      i += 3;
    } else if (i > start && bytes[i] === 0xc2 && bytes[i + 1] === 0xb7) {
      into[at++] = 0xc2;
      into[at++] = 0xb7;
      shown--;
      i += 2;
    } else return false;
  }
  to.end = at;
  return true;
}

function isHan(bytes: Uint8Array, at: number): boolean {
  const lead = bytes[at] as number;
  return lead >= 0xe4 && lead <= 0xe9;
}
