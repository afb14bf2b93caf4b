/** Finds the sheet in an XLSX (a ZIP package) of which only the end is at hand, and counts its rows as it streams by. */
import { refuse } from './refusal.ts';

/** A member as the central directory has it: bytes packed, and where its local header begins. */
export interface Member {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly at: number;
}

const END = 0x06054b50;
const END64_PLACE = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 30;
const FULL = 0xffffffff;

/** The members, from the last bytes of a package of `size` bytes (APPNOTE 6.3.10, ZIP64 included). Refuses what is no package. */
export function membersOf(tail: Uint8Array, size: number): Member[] {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  try {
    const { start, count } = directory(view, size);
    const members: Member[] = [];
    for (let at = start; members.length < count; at += entryLength(view, at)) members.push(entry(view, at));
    return members;
  } catch {
    throw refuse('damaged');
  }
}

function directory(view: DataView, size: number): { start: number; count: number } {
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  const first = size - view.byteLength;
  const wide = end >= 20 && view.getUint32(end - 20, true) === END64_PLACE;
  if (!wide) return { start: view.getUint32(end + 16, true) - first, count: view.getUint16(end + 10, true) };
  const at = long(view, end - 20 + 8) - first;
  return { start: long(view, at + 48) - first, count: long(view, at + 32) };
}

function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function entryLength(view: DataView, at: number): number {
  return 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
}

function entry(view: DataView, at: number): Member {
  if (view.getUint32(at, true) !== ENTRY) throw new RangeError('no entry');
  const length = view.getUint16(at + 28, true);
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, length));
  const narrow = [24, 20, 42].map((place) => view.getUint32(at + place, true));
  const [, packed = 0, offset = 0] = widened(view, at + 46 + length, view.getUint16(at + 30, true), narrow);
  return { name, method: view.getUint16(at + 10, true), packed, at: offset };
}

/** Sizes and place that do not fit stand in the extra field 1, in this order. */
function widened(view: DataView, from: number, length: number, narrow: readonly number[]): readonly number[] {
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== FULL) return value;
      next += 8;
      return long(view, next - 8);
    });
  }
  return narrow;
}

/** Reads one member out of a package whose bytes are pushed in order; each inflated piece goes to `each`. */
export interface MemberReader {
  push(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** Inflates `member` as the package streams by; bytes outside it are let pass. */
export function memberReader(member: Member, each: (piece: Uint8Array) => void): MemberReader {
  const inflate = new DecompressionStream('deflate-raw');
  const writer = member.method === 8 ? inflate.writable.getWriter() : undefined;
  const pumped = writer === undefined ? Promise.resolve() : pump(inflate.readable.getReader(), each);
  pumped.catch(() => undefined);
  const head = new Uint8Array(LOCAL);
  let from = Number.POSITIVE_INFINITY;
  let at = 0;
  return {
    async push(chunk) {
      for (let i = Math.max(0, member.at - at); i < chunk.length && at + i < member.at + LOCAL; i++)
        head[at + i - member.at] = chunk[i] ?? 0;
      const view = new DataView(head.buffer);
      if (at + chunk.length >= member.at + LOCAL)
        from = member.at + LOCAL + view.getUint16(26, true) + view.getUint16(28, true);
      const piece = chunk.subarray(Math.max(0, from - at), Math.max(0, from + member.packed - at));
      at += chunk.length;
      if (piece.length === 0) return;
      if (writer === undefined) each(piece);
      else await writer.write(piece as Uint8Array<ArrayBuffer>);
    },
    async end() {
      await writer?.close();
      await pumped;
    },
  };
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, each: (piece: Uint8Array) => void) {
  for (let next = await reader.read(); !next.done; next = await reader.read()) each(next.value);
}
