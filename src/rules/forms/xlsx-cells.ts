/** Cells of a sheet from bytes to XML (ECMA-376 part 1, 18.3.1.4): text stays text, a number is one only where no digit is lost, nothing is a formula. */
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { markBit } from './mark.ts';
import { type Out, putText, room } from './out.ts';

/** Numbers of the cell styles, as xlsx-parts.ts lists them. The two of text are alike to look at: which one a cell has is its mark. */
export const STYLE = { general: 0, text: [1, 2], bold: 3, plain: 4, whole: 5, cents: 6 } as const;

/** Characters that a cell holds (Excel's own limit; more is cut or refused by it), in UTF-16 units. */
const LONGEST = 32_767;
/** Digits that a spreadsheet keeps, and up to which it shows them without an exponent. */
const EXACT = 15;
const SHOWN = 11;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const CELL_OPEN = ascii('<c r="');
const IN_STYLE = [0, 1, 2, 3, 4].map((style) => ascii(`" s="${style}" t="inlineStr"><is><t>`));
const IN_STYLE_SPACED = [0, 1, 2, 3, 4].map((style) =>
  ascii(`" s="${style}" t="inlineStr"><is><t xml:space="preserve">`),
);
const TEXT_CLOSE = ascii('</t></is></c>');
const AS_NUMBER = new Map([
  [STYLE.general, ascii('"><v>')],
  [STYLE.whole, ascii(`" s="${STYLE.whole}"><v>`)],
  [STYLE.cents, ascii(`" s="${STYLE.cents}"><v>`)],
] as const);
const NUMBER_CLOSE = ascii('</v></c>');
/** Bytes that stand around a cell at most. */
const AROUND = 96;

/** 1: cannot stand as it is. 2: may be the beginning of what cannot, `_x0041_` or U+FFFE and U+FFFF (EF BF BE, EF BF BF). */
const CLASS = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte++) CLASS[byte] = byte === 0x09 || byte === 0x0a ? 0 : 1;
for (const char of '&<>') CLASS[char.charCodeAt(0)] = 1;
CLASS['_'.charCodeAt(0)] = 2;
CLASS[0xef] = 2;

/** The place of a cell: its column's letters and its row's digits, as bytes. */
export interface Place {
  readonly column: Uint8Array;
  readonly row: Uint8Array;
}

/** A text cell. `style` undefined: the mark of `table` chooses between the two of text. The cell is UTF-8. */
export function writeTextCell(
  out: Out,
  place: Place,
  bytes: Uint8Array,
  start: number,
  end: number,
  style: number | Uint8Array,
): void {
  const length = end - start;
  let flags = 0;
  for (let i = start; i < end; i++) flags |= CLASS[bytes[i] as number] as number;
  if (length > LONGEST || (flags !== 0 && isRare(bytes, start, end, flags))) {
    writeRare(out, place, decoder.decode(bytes.subarray(start, end)), style);
    return;
  }
  room(out, length + AROUND);
  openText(out, place, styleOf(style, bytes, start, end), length > 0 && isSpaced(bytes, start, end));
  const to = out.bytes;
  let at = out.at;
  for (let i = start; i < end; i++) to[at++] = bytes[i] as number;
  out.at = at;
  append(out, TEXT_CLOSE);
}

function styleOf(style: number | Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  return typeof style === 'number' ? style : (STYLE.text[markBit(style, bytes, start, end)] as number);
}

/** Blanks at the ends are lost unless they are told to stay. */
function isSpaced(bytes: Uint8Array, start: number, end: number): boolean {
  return (bytes[start] as number) <= 0x20 || (bytes[end - 1] as number) <= 0x20;
}

function openText(out: Out, place: Place, style: number, spaced: boolean): void {
  append(out, CELL_OPEN);
  append(out, place.column);
  append(out, place.row);
  append(out, (spaced ? IN_STYLE_SPACED : IN_STYLE)[style] as Uint8Array);
}

/** Room must have been made. */
function append(out: Out, piece: Uint8Array): void {
  const to = out.bytes;
  let at = out.at;
  for (let i = 0; i < piece.length; i++) to[at++] = piece[i] as number;
  out.at = at;
}

function isRare(bytes: Uint8Array, start: number, end: number, flags: number): boolean {
  if ((flags & 1) !== 0) return true;
  for (let i = start; i < end - 2; i++) {
    if (bytes[i] === 0x5f && bytes[i + 1] === 0x78) return true;
    if (bytes[i] === 0xef && bytes[i + 1] === 0xbf && (bytes[i + 2] as number) >= 0xbe) return true;
  }
  return false;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const ILLEGAL = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * What XML cannot hold, a carriage return that XML would lose, and what looks like such an escape, as `_xHHHH_` (22.4.2.4 ST_Xstring).
 * The mark is of the text so escaped, before `&`, `<` and `>` are: as a reader of XML finds it.
 */
export function escaped(text: string): string {
  return text.replace(ILLEGAL, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);
}

/** Text as XML content. */
export function xml(text: string): string {
  return escaped(text).replace(/[&<>]/g, (char) => ENTITIES[char] ?? char);
}

function writeRare(out: Out, place: Place, text: string, style: number | Uint8Array): void {
  if (text.length > LONGEST)
    throw new Stop(
      'refused',
      t('a cell has more than the {most} characters that a spreadsheet holds', { most: LONGEST }),
      {
        notDone: t('Nothing was handed over; what had been read is discarded.'),
        next: ['gxops extract apply --as-file csv …'],
      },
    );
  const bytes = encoder.encode(escaped(text));
  room(out, AROUND);
  openText(out, place, styleOf(style, bytes, 0, bytes.length), bytes.length > 0 && isSpaced(bytes, 0, bytes.length));
  putText(out, xml(text));
  room(out, AROUND);
  append(out, TEXT_CLOSE);
}

/** A number cell where the number is plain decimal and keeps every digit; else the same characters as text. */
export function writeNumberCell(
  out: Out,
  place: Place,
  bytes: Uint8Array,
  start: number,
  end: number,
  table: Uint8Array,
): void {
  const opening = AS_NUMBER.get(numberStyle(bytes, start, end) as typeof STYLE.general);
  if (opening === undefined) {
    writeTextCell(out, place, bytes, start, end, table);
    return;
  }
  room(out, end - start + AROUND);
  append(out, CELL_OPEN);
  append(out, place.column);
  append(out, place.row);
  append(out, opening);
  for (let i = start; i < end; i++) out.bytes[out.at++] = bytes[i] as number;
  append(out, NUMBER_CLOSE);
}

/**
 * The style in which every digit shows: two decimals as such (amounts), a long whole number without exponent; -1 where none does.
 * Plain decimal is `-?(0|[1-9]d*)(.d+)?`.
 */
export function numberStyle(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === 0x2d ? start + 1 : start;
  let point = -1;
  for (let i = first; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === 0x2e && point < 0) point = i;
    else if (byte < 0x30 || byte > 0x39) return -1;
  }
  const whole = (point < 0 ? end : point) - first;
  const decimals = point < 0 ? 0 : end - point - 1;
  if (whole < 1 || (point >= 0 && decimals < 1) || (whole > 1 && bytes[first] === 0x30)) return -1;
  if (whole + decimals > EXACT) return -1;
  if (decimals === 2) return STYLE.cents;
  if (whole + decimals <= SHOWN) return STYLE.general;
  return decimals === 0 ? STYLE.whole : -1;
}
