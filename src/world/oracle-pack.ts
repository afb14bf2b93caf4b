/** Oracle's values into batches, each exactly, or not at all. */
import { type Batch, CELL } from '../core/batch.ts';
import { type Phrase, t } from '../core/text.ts';
import { withDigits } from './oracle-moment.ts';
import { exactNumber, floatText } from './oracle-number.ts';
import type { OracleColumn, OracleLarge, OracleValue } from './oracle-session.ts';

/** Fills batches row by row. What `take` returns holds until rows are added again. */
export interface Packer {
  add(row: readonly OracleValue[]): void;
  readonly rows: number;
  readonly bytes: number;
  take(): Batch;
}

/** Ends the reading: column, counted from 1, and why. Never with the value. */
export type Refuse = (column: number, why: Phrase) => never;

/** UTF-16 units or bytes of one value. */
export const LARGEST = 16 << 20;
export const TOO_LARGE = t('a value is larger than {most} MiB', { most: LARGEST >> 20 });
const INEXACT = t('the driver gave a value that is not exact');
const BROKEN = t('it holds a character that the database could not turn into Unicode (U+FFFD)');

interface Room {
  bytes: Buffer;
  at: number;
  starts: Uint32Array;
  ends: Uint32Array;
  kinds: Uint8Array;
  cells: number;
}

/** One buffer for all batches, as large as the largest. */
export function packerFor(columns: readonly OracleColumn[], refuse: Refuse): Packer {
  const width = columns.length;
  const room: Room = { bytes: Buffer.alloc(1 << 16), at: 0, cells: 0, ...indexOf(width * 128) };
  return {
    get rows() {
      return width === 0 ? 0 : room.cells / width;
    },
    get bytes() {
      return room.at;
    },
    add(row) {
      if (room.cells + width > room.kinds.length) grow(room);
      let c = 0;
      for (const column of columns) {
        put(room, row[c] ?? null, column, c, refuse);
        c++;
      }
    },
    take() {
      const { bytes, starts, ends, kinds, cells } = room;
      room.at = 0;
      room.cells = 0;
      // As plain bytes: a Buffer's slice would be no copy.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      return { width, rows: cells / width, bytes: plain, starts, ends, kinds };
    },
  };
}

function indexOf(cells: number) {
  return { starts: new Uint32Array(cells), ends: new Uint32Array(cells), kinds: new Uint8Array(cells) };
}

function grow(room: Room): void {
  const wider = indexOf(room.kinds.length * 2);
  wider.starts.set(room.starts);
  wider.ends.set(room.ends);
  wider.kinds.set(room.kinds);
  Object.assign(room, wider);
}

function put(room: Room, value: OracleValue, { type, digits }: OracleColumn, c: number, refuse: Refuse): void {
  const n = room.cells++;
  room.starts[n] = room.at;
  if (value === null) room.kinds[n] = CELL.null;
  else if (typeof value === 'string') room.kinds[n] = writeText(room, value, type, digits, c, refuse);
  else if (value instanceof Uint8Array) room.kinds[n] = writeBytes(room, value, c, refuse);
  else room.kinds[n] = writeOther(room, value, type, c, refuse);
  room.ends[n] = room.at;
}

function writeText(room: Room, value: string, type: string, digits = 0, c: number, refuse: Refuse): number {
  if (type === 'NUMBER') return write(room, exactNumber(value) ?? refuse(c + 1, INEXACT), CELL.number);
  if (type.startsWith('TIMESTAMP')) return write(room, withDigits(value, digits), CELL.text);
  if (value.length > LARGEST) refuse(c + 1, TOO_LARGE);
  if (value.includes('\ufffd') || !value.isWellFormed()) refuse(c + 1, BROKEN);
  return write(room, value, CELL.text);
}

function writeBytes(room: Room, value: Uint8Array, c: number, refuse: Refuse): number {
  if (value.length > LARGEST) refuse(c + 1, TOO_LARGE);
  reserve(room, value.length);
  room.bytes.set(value, room.at);
  room.at += value.length;
  return CELL.bytes;
}

function writeOther(
  room: Room,
  value: Exclude<OracleValue, null | string | Uint8Array>,
  type: string,
  c: number,
  refuse: Refuse,
) {
  if (typeof value === 'boolean') return write(room, value ? 'TRUE' : 'FALSE', CELL.text);
  if (typeof value === 'number' && type.startsWith('BINARY_')) {
    const text = floatText(value, type === 'BINARY_FLOAT');
    // What is no plain decimal text (NaN, 1e+21) is a text.
    return write(room, text, /^-?[\d.]+$/.test(text) ? CELL.number : CELL.text);
  }
  if (typeof value === 'object' && 'unread' in value) return refuse(c + 1, value.unread);
  // A Date, a float for a NUMBER: whatever it would say is not what is stored.
  return refuse(c + 1, INEXACT);
}

function write(room: Room, text: string, kind: number): number {
  reserve(room, text.length * 3);
  room.at += room.bytes.write(text, room.at, 'utf8');
  return kind;
}

function reserve(room: Room, more: number): void {
  if (room.at + more <= room.bytes.length) return;
  const wider = Buffer.alloc(Math.max(room.bytes.length * 2, room.at + more));
  wider.set(room.bytes.subarray(0, room.at));
  room.bytes = wider;
}

/** True for a CLOB or BLOB that must still be asked for. */
export function isLarge(value: OracleValue | undefined): value is OracleLarge {
  return typeof value === 'object' && value !== null && 'getData' in value;
}
