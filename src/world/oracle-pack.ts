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
      for (const [c, column] of columns.entries()) put(room, row[c] ?? null, column, (why) => refuse(c + 1, why));
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

function put(room: Room, value: OracleValue, column: OracleColumn, refuse: (why: Phrase) => never): void {
  const n = room.cells++;
  room.starts[n] = room.at;
  room.kinds[n] = value === null ? CELL.null : written(room, value, column, refuse);
  room.ends[n] = room.at;
}

function written(room: Room, value: NonNullable<OracleValue>, column: OracleColumn, refuse: (why: Phrase) => never) {
  if (typeof value === 'string') return writeText(room, value, column, refuse);
  if (value instanceof Uint8Array) {
    reserve(room, value.length);
    room.bytes.set(value, room.at);
    room.at += value.length;
    return CELL.bytes;
  }
  if (typeof value === 'boolean') return write(room, value ? 'TRUE' : 'FALSE', CELL.text);
  if (typeof value === 'number' && column.type.startsWith('BINARY_')) {
    const text = floatText(value, column.type === 'BINARY_FLOAT');
    // What is no plain decimal text (NaN, 1e+20) is a text.
    return write(room, text, /^-?[\d.]+$/.test(text) ? CELL.number : CELL.text);
  }
  if (typeof value === 'object' && 'unread' in value) return refuse(value.unread);
  // A Date, a float for a NUMBER: whatever it would say is not what is stored.
  return refuse(t('the driver gave a value that is not exact'));
}

function writeText(room: Room, value: string, { type, digits }: OracleColumn, refuse: (why: Phrase) => never) {
  if (type === 'NUMBER') {
    const number = exactNumber(value) ?? refuse(t('the driver gave a value that is not exact'));
    return write(room, number, CELL.number);
  }
  if (type.startsWith('TIMESTAMP')) return write(room, withDigits(value, digits ?? 0), CELL.text);
  if (value.includes('\ufffd') || !value.isWellFormed())
    refuse(t('it holds a character that the database could not turn into Unicode (U+FFFD)'));
  return write(room, value, CELL.text);
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
