/** Puts a driver's values into a frame: exact, in UTF-8, into one buffer, for this is where a million rows spend their time. */
import { type Bindable, CELL } from '../core/batch.ts';
import { HEAD, KIND, padded, type Trouble } from './sqlite-frames.ts';

/** A frame goes when it holds so many bytes, rows or cells: small enough for a pipe, large enough for its head not to count. */
const BYTES = 96 * 1_024;
const ROWS = 1_000;
const CELLS = 16_384;
/** Bytes of a cell at most. */
const CELL_BYTES = 64 * 1_024 * 1_024;
/** What SQLite's text becomes where it is not UTF-8. */
const LOST = Buffer.from('\ufffd', 'utf8');

export interface Pack {
  buffer: Buffer<ArrayBuffer>;
  /** Where the next cell goes. */
  at: number;
  rows: number;
  readonly width: number;
  readonly most: number;
  readonly offsets: Uint32Array;
  readonly kinds: Uint8Array;
}

export function emptyPack(width: number): Pack {
  const most = Math.max(1, Math.min(ROWS, Math.floor(CELLS / width)));
  const cells = most * width;
  const buffer = Buffer.from(new ArrayBuffer(room(2 * BYTES, cells)));
  return { buffer, at: HEAD, rows: 0, width, most, offsets: new Uint32Array(cells + 1), kinds: new Uint8Array(cells) };
}

function room(bytes: number, cells: number): number {
  return HEAD + padded(bytes) + 4 * (cells + 1) + cells;
}

export function isFull({ at, rows, most }: Pack): boolean {
  return rows === most || at >= BYTES;
}

/** Thrown for a cell that cannot be taken: its text is lost, or it is larger than this machine's memory should hold. */
export function troubleOfCell(error: unknown): Trouble | undefined {
  return error instanceof Error && 'trouble' in error ? (error.trouble as Trouble) : undefined;
}

function unfit(kind: 'not-text' | 'too-large', column: number): Error {
  return Object.assign(new Error(kind), { trouble: { kind, column } satisfies Trouble });
}

/** Adds a row. What does not fit into the buffer makes it larger; a cell of more than 64 MB is refused. */
export function packRow(pack: Pack, row: readonly Bindable[]): void {
  const { width, offsets, kinds } = pack;
  for (let c = 0, n = pack.rows * width; c < width; c++, n++) {
    offsets[n] = pack.at - HEAD;
    const value = row[c];
    switch (typeof value) {
      case 'string':
        reserve(pack, c, 3 * value.length);
        kinds[n] = CELL.text;
        pack.at = putText(pack.buffer, pack.at, value);
        break;
      case 'number':
        reserve(pack, c, 32);
        kinds[n] = CELL.number;
        pack.at = putReal(pack.buffer, pack.at, value);
        break;
      case 'bigint':
        reserve(pack, c, 32);
        kinds[n] = CELL.number;
        pack.at = putInteger(pack.buffer, pack.at, value);
        break;
      default:
        kinds[n] = putBytes(pack, c, value ?? null);
    }
  }
  pack.rows++;
}

/** The frame of what was packed, then empty again. It holds until the next row is packed. */
export function takeFrame(pack: Pack): Uint8Array {
  const { buffer, rows, width, at } = pack;
  const cells = rows * width;
  pack.offsets[cells] = at - HEAD;
  insistOnText(pack);
  const offsets = HEAD + padded(at - HEAD);
  const end = offsets + 4 * (cells + 1);
  new Uint32Array(buffer.buffer, 0, 4).set([KIND.rows, rows, width, at - HEAD]);
  new Uint32Array(buffer.buffer, offsets, cells + 1).set(pack.offsets.subarray(0, cells + 1));
  buffer.set(pack.kinds.subarray(0, cells), end);
  const usual = room(2 * BYTES, pack.kinds.length);
  if (buffer.length > 4 * usual) pack.buffer = Buffer.from(new ArrayBuffer(usual));
  [pack.at, pack.rows] = [HEAD, 0];
  return buffer.subarray(0, end + cells);
}

/** One look at all bytes; only a hit, which bytes may give too, is worth a look at each cell. */
function insistOnText({ buffer, at, rows, width, offsets, kinds }: Pack): void {
  const bytes = buffer.subarray(HEAD, at);
  if (!bytes.includes(LOST)) return;
  for (let n = 0; n < rows * width; n++)
    if (kinds[n] === CELL.text && bytes.subarray(offsets[n], offsets[n + 1]).includes(LOST))
      throw unfit('not-text', (n % width) + 1);
}

function reserve(pack: Pack, column: number, bytes: number): void {
  const { buffer, at, kinds } = pack;
  const needed = room(at - HEAD + bytes, kinds.length);
  if (needed <= buffer.length) return;
  if (bytes > 3 * CELL_BYTES) throw unfit('too-large', column + 1);
  pack.buffer = Buffer.from(new ArrayBuffer(2 * needed));
  buffer.copy(pack.buffer, 0, 0, at);
}

function putBytes(pack: Pack, column: number, value: Uint8Array | null): number {
  if (value === null) return CELL.null;
  if (value.length > CELL_BYTES) throw unfit('too-large', column + 1);
  reserve(pack, column, value.length);
  pack.buffer.set(value, pack.at);
  pack.at += value.length;
  return CELL.bytes;
}

/** Short ASCII is put byte by byte: a call into the platform costs more. */
function putText(buffer: Buffer, at: number, text: string): number {
  const { length } = text;
  if (length > 48) return at + buffer.write(text, at);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return at + buffer.write(text, at);
    buffer[at + i] = code;
  }
  return at + length;
}

function putAscii(buffer: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function putInteger(buffer: Buffer, at: number, value: bigint): number {
  const small = Number(value);
  // A 32-bit integer here is one that BigInt's Number() cannot have rounded.
  return small === (small | 0) ? putSmall(buffer, at, small) : putAscii(buffer, at, String(value));
}

/**
 * The shortest text that reads back as the same double. Amounts of money are: where a whole number of cents, divided, is this very
 * double, its decimal digits, fifteen at most, are that text, for two decimals so short are never the same double.
 */
function putReal(buffer: Buffer, at: number, value: number): number {
  const cents = Math.round(value * 100);
  if (cents !== (cents | 0) || cents / 100 !== value || cents === 0)
    return putAscii(buffer, at, Object.is(value, -0) ? '-0' : String(value));
  let next = at;
  if (cents < 0) buffer[next++] = 0x2d;
  const whole = Math.abs(cents);
  next = putSmall(buffer, next, (whole / 100) | 0);
  const rest = whole % 100;
  if (rest === 0) return next;
  buffer[next++] = 0x2e;
  buffer[next++] = 0x30 + ((rest / 10) | 0);
  if (rest % 10 !== 0) buffer[next++] = 0x30 + (rest % 10);
  return next;
}

/** A 32-bit integer in decimal. */
function putSmall(buffer: Buffer, at: number, value: number): number {
  let next = at;
  let left = value;
  if (left < 0) {
    buffer[next++] = 0x2d;
    // Not -left | 0: the least 32-bit integer has no positive one.
    left = -left;
  }
  let digits = 1;
  for (let power = 10; power <= left; power *= 10) digits++;
  for (let i = next + digits - 1; i >= next; i--) {
    const tenth = Math.floor(left / 10);
    buffer[i] = 0x30 + (left - tenth * 10);
    left = tenth;
  }
  return next + digits;
}
