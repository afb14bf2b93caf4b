/** Rows out of COPY … TO STDOUT: the connection's bytes become cells where they lie; unescaped only where a backslash stands. */
import { type Batch, CELL } from '../core/batch.ts';

/** How the cells of a column are read: as text, whole numbers, numbers or words such as NaN, bytes in hexadecimal. */
const PLAIN = 0;
const DIGITS = 1;
const DECIMAL = 2;
const HEX = 3;

/** By the oids of the built-in types (int8, int2, int4, openGauss's int1; numeric, float4, float8; bytea). All else is text. */
const READINGS: Readonly<Record<number, number>> = {
  20: DIGITS,
  21: DIGITS,
  23: DIGITS,
  5545: DIGITS,
  1700: DECIMAL,
  700: DECIMAL,
  701: DECIMAL,
  17: HEX,
};

/** One for each column. */
type Readings = Uint8Array;

export interface CopyDecoder {
  /** Takes the connection's bytes in; they are copied. */
  feed(chunk: Uint8Array): void;
  /** Bytes taken in and not yet read as rows. */
  held(): number;
  /** The rows that are whole by now, at most `most`; the batch holds until the next call of `feed` or `read`. */
  read(most: number): Batch;
}

const BLANKS = 0x20202020;
const COPY_DATA = 0x64;
const HEAD = 5;
const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const NULL_MARK = 0x4e;
const ROOM = 512 * 1024;
/** PostgreSQL itself holds no message longer than this. */
const LONGEST = 1024 * 1024 * 1024;

interface Room {
  bytes: Uint8Array;
  view: DataView;
  /** Read up to here, filled up to there. */
  from: number;
  to: number;
  starts: Uint32Array;
  ends: Uint32Array;
  kinds: Uint8Array;
  /** Cells written. */
  cells: number;
}

/**
 * Reads frames of protocol 3; `types` are the oids of the columns' types. `other` gets every message that is not row data, whole, in its order (rows before it are read first).
 * Throws where a row has not as many cells as there are columns, or does not end as a row does: then nothing of it can be trusted.
 * Format: PostgreSQL's documentation, "COPY", text format; "Message Formats", CopyData: one message is one row.
 */
export function copyDecoder(types: readonly number[], other: (message: Uint8Array) => void): CopyDecoder {
  const readings = Uint8Array.from(types, (oid) => READINGS[oid] ?? PLAIN);
  const cells = 1024 * Math.max(1, readings.length);
  const room: Room = {
    ...roomOf(ROOM),
    from: 0,
    to: 0,
    starts: new Uint32Array(cells),
    ends: new Uint32Array(cells),
    kinds: new Uint8Array(cells),
    cells: 0,
  };
  return {
    feed: (chunk) => fill(room, chunk),
    held: () => room.to - room.from,
    read: (most) => {
      const rows = readRows(room, readings, most, other);
      const { bytes, starts, ends, kinds } = room;
      return { width: readings.length, rows, bytes, starts, ends, kinds };
    },
  };
}

function roomOf(size: number): Pick<Room, 'bytes' | 'view'> {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** What was read makes place for what comes; the room grows only for a row that does not fit. */
function fill(room: Room, chunk: Uint8Array): void {
  if (room.to + chunk.length > room.bytes.length) {
    const kept = room.bytes.subarray(room.from, room.to);
    const needed = kept.length + chunk.length;
    if (needed > room.bytes.length) Object.assign(room, roomOf(Math.max(needed, 2 * room.bytes.length)));
    room.bytes.set(kept);
    room.from = 0;
    room.to = kept.length;
  }
  room.bytes.set(chunk, room.to);
  room.to += chunk.length;
}

function readRows(room: Room, readings: Readings, most: number, other: (message: Uint8Array) => void): number {
  room.cells = 0;
  let rows = 0;
  while (rows < most && room.to - room.from >= HEAD) {
    const at = room.from;
    const length = room.view.getUint32(at + 1);
    if (length < 4 || length > LONGEST) throw new Error('a message of impossible length');
    const stop = at + 1 + length;
    if (stop > room.to) break;
    if (room.bytes[at] === COPY_DATA) {
      readRow(room, readings, at + HEAD, stop);
      // Blanks stand for the length that was read: the buffer is text from end to end, and is looked over as one.
      room.view.setUint32(at + 1, BLANKS);
      rows++;
    } else {
      // Rows that came before it are handed over before it is heard.
      if (rows > 0) break;
      other(room.bytes.slice(at, stop));
    }
    room.from = stop;
  }
  return rows;
}

/** One row's bytes: cells with tabs between, a newline at the end. Tabs and newlines inside cells are escaped. */
function readRow(room: Room, readings: Readings, from: number, stop: number): void {
  const width = readings.length;
  if (room.cells + width > room.starts.length) widen(room);
  const { bytes, view, starts } = room;
  const end = stop - 1;
  const words = end - 3;
  let column = 0;
  let escaped = false;
  let at = from;
  starts[room.cells] = from;
  while (at < end) {
    // Four bytes at once: most hold neither tab nor backslash (a byte of zero after the exclusive or borrows, the first of them truly).
    let hit = 0;
    for (; at < words; at += 4) {
      const word = view.getInt32(at, true);
      const tab = word ^ 0x09090909;
      const slash = word ^ 0x5c5c5c5c;
      hit = ((((tab - 0x01010101) | 0) & ~tab) | (((slash - 0x01010101) | 0) & ~slash)) & -0x7f7f7f80;
      if (hit !== 0) break;
    }
    if (hit !== 0) at += (31 - Math.clz32(hit & -hit)) >> 3;
    else if (at >= end) break;
    const byte = bytes[at++];
    if (byte === TAB) {
      endCell(room, readings, column++, at - 1, escaped);
      if (column < width) starts[room.cells] = at;
      escaped = false;
    } else if (byte === BACKSLASH) {
      escaped = true;
      at++;
    }
  }
  endCell(room, readings, column++, end, escaped);
  // A result without columns has rows of nothing but their end.
  if (at !== end || bytes[end] !== NEWLINE || (column !== width && !(width === 0 && from === end)))
    throw new Error('not a row of this result');
}

function widen(room: Room): void {
  const size = 2 * room.starts.length;
  const [starts, ends, kinds] = [new Uint32Array(size), new Uint32Array(size), new Uint8Array(size)];
  starts.set(room.starts);
  ends.set(room.ends);
  kinds.set(room.kinds);
  Object.assign(room, { starts, ends, kinds });
}

function endCell(room: Room, readings: Readings, column: number, end: number, escaped: boolean): void {
  const reading = readings[column];
  if (reading === undefined) return;
  const n = room.cells++;
  room.ends[n] = end;
  room.kinds[n] = reading === DIGITS ? CELL.number : CELL.text;
  if (escaped || reading > DIGITS) readCell(room, n, reading, escaped);
}

/** A cell whose bytes are not simply its value. */
function readCell({ bytes, starts, ends, kinds }: Room, n: number, reading: number, escaped: boolean): void {
  const start = starts[n] ?? 0;
  const end = ends[n] ?? 0;
  if (escaped && end - start === 2 && bytes[start + 1] === NULL_MARK) {
    ends[n] = start;
    kinds[n] = CELL.null;
    return;
  }
  const last = escaped ? unescaped(bytes, start, end) : end;
  ends[n] = reading === HEX ? unhexed(bytes, start, last) : last;
  if (reading === HEX) kinds[n] = CELL.bytes;
  else if (reading === DECIMAL && isDecimal(bytes, start, last)) kinds[n] = CELL.number;
}

const ESCAPES: Readonly<Record<string, number>> = { b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
const MEANT = Uint8Array.from({ length: 256 }, (_, byte) => ESCAPES[String.fromCharCode(byte)] ?? byte);

/** Writes the meant bytes over the escaped ones; the new end. */
function unescaped(bytes: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let at = start; at < end; at++) {
    let byte = bytes[at] ?? 0;
    if (byte === BACKSLASH) {
      at++;
      byte = MEANT[bytes[at] ?? 0] ?? 0;
    }
    bytes[to++] = byte;
  }
  // What is left over of the longer spelling may begin inside a character.
  bytes.fill(0x20, to, end);
  return to;
}

/** `-12.30`, not `NaN`, `Infinity` or `1e+20`. */
function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const first = bytes[at] ?? 0;
  if (at >= end || first < 0x30 || first > 0x39) return false;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2e) return false;
  }
  return true;
}

/** `\x0aff` in place: half as many bytes. Throws for what is not the server's hexadecimal form. */
function unhexed(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== BACKSLASH || bytes[start + 1] !== 0x78 || (end - start) % 2 !== 0)
    throw new Error('bytes in another form than hexadecimal');
  let to = start;
  for (let at = start + 2; at < end; at += 2) bytes[to++] = 16 * digit(bytes[at]) + digit(bytes[at + 1]);
  return to;
}

function digit(byte = 0): number {
  const value = byte >= 0x61 ? byte - 0x57 : byte - 0x30;
  if (value < 0 || value > 15) throw new Error('bytes in another form than hexadecimal');
  return value;
}
