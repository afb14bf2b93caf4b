/** Writes a ZIP package as it streams: members deflated by the browser, sizes behind them, the directory last. */

import { refuse } from './refusal.ts';
import type { Sink } from './sink.ts';

/** A member under way. */
export interface Entry {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** One member at a time; `finish` writes the directory. */
export interface Package {
  entry(name: string): Promise<Entry>;
  finish(): Promise<void>;
}

interface Written {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/** Sizes follow the member (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATE = 8;
/** 1 January 1980: the same rows make the same package. */
const DATE = 0x21;
const MOST = 0xffffffff;

/** A package written to a sink. Beyond 4 GiB, which no spreadsheet program opens anyway, it refuses. */
export function packageTo(sink: Sink): Package {
  const written: Written[] = [];
  const place = { at: 0 };
  const put = async (bytes: Uint8Array): Promise<void> => {
    place.at += bytes.length;
    if (place.at > MOST) throw refuse('spreadsheet');
    await sink.write(bytes);
  };
  return {
    entry: (name) => entryTo(put, place, new TextEncoder().encode(name), (one) => written.push(one)),
    async finish() {
      const start = place.at;
      for (const one of written) await put(directoryEntry(one));
      const [size, count] = [place.at - start, written.length];
      await put(fields([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [start, 4], [0, 2]));
    },
  };
}

async function entryTo(
  put: (bytes: Uint8Array) => Promise<void>,
  place: { readonly at: number },
  name: Uint8Array,
  done: (written: Written) => void,
): Promise<Entry> {
  const at = place.at;
  await put(fields([0x04034b50, 4], [20, 2], ...shape(0, 0, 0), [name.length, 2], [0, 2]));
  await put(name);
  const start = place.at;
  const deflate = new CompressionStream('deflate-raw');
  const writer = deflate.writable.getWriter();
  const pumped = pump(deflate.readable.getReader(), put);
  pumped.catch(() => undefined);
  let crc = 0;
  let size = 0;
  return {
    async write(bytes) {
      crc = crc32(crc, bytes);
      size += bytes.length;
      if (size > MOST) throw refuse('spreadsheet');
      // When the sink fails the pump ends, and nobody would take what is written here.
      await Promise.race([writer.write(bytes as Uint8Array<ArrayBuffer>), pumped]);
    },
    async end() {
      await Promise.race([writer.close(), pumped]);
      await pumped;
      const packed = place.at - start;
      await put(fields([0x08074b50, 4], [crc, 4], [packed, 4], [size, 4]));
      done({ name, crc, packed, size, at });
    },
  };
}

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  put: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let next = await reader.read(); !next.done; next = await reader.read()) await put(next.value);
}

type Field = readonly [value: number, bytes: 2 | 4];

function shape(crc: number, packed: number, size: number): Field[] {
  return [
    [FLAGS, 2],
    [DEFLATE, 2],
    [0, 2],
    [DATE, 2],
    [crc, 4],
    [packed, 4],
    [size, 4],
  ];
}

function directoryEntry({ name, crc, packed, size, at }: Written): Uint8Array {
  const rest: Field[] = [
    [name.length, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [0, 4],
    [at, 4],
  ];
  const head = fields([0x02014b50, 4], [20, 2], [20, 2], ...shape(crc, packed, size), ...rest);
  const whole = new Uint8Array(head.length + name.length);
  whole.set(head);
  whole.set(name, head.length);
  return whole;
}

function fields(...all: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((size, [, width]) => size + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of all) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309) of more bytes, going on from `crc` (0 at first). */
export function crc32(crc: number, bytes: Uint8Array): number {
  let value = ~crc;
  for (let i = 0; i < bytes.length; i++) value = (TABLE[(value ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
