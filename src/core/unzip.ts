/** Members of a ZIP package that lies in memory, unpacked as a stream (APPNOTE 6.3.10: end record, central directory, local header). */
import { createInflateRaw } from 'node:zlib';

const END = 'PK\x05\x06';
const MOST_COMMENT = 65_557;
const WHOLE = 0xffff_ffff;

export interface ZipMember {
  readonly name: string;
  /** Its bytes, in pieces. Throws where it is packed in a way other than stored or deflated, or is damaged. */
  bytes(): AsyncIterable<Uint8Array>;
}

/** What is in a package, in the order of its directory; undefined where it is none, or a directory entry leads outside. */
export function zipMembers(zip: Uint8Array): readonly ZipMember[] | undefined {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.length);
  const tail = Math.max(0, bytes.length - MOST_COMMENT);
  const end = bytes.subarray(tail).lastIndexOf(END, undefined, 'latin1');
  if (end < 0 || tail + end + 22 > bytes.length) return undefined;
  const members: ZipMember[] = [];
  let at = bytes.readUInt32LE(tail + end + 16);
  for (let left = bytes.readUInt16LE(tail + end + 10); left > 0; left--) {
    if (at + 46 > bytes.length) return undefined;
    const name = bytes.readUInt16LE(at + 28);
    const entry = at;
    members.push({
      name: bytes.toString('utf8', at + 46, at + 46 + name),
      bytes: () => unpacked(bytes, entry),
    });
    at += 46 + name + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return members;
}

async function* unpacked(bytes: Buffer, entry: number): AsyncGenerator<Uint8Array> {
  const method = bytes.readUInt16LE(entry + 10);
  const packed = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const data = bytes.subarray(from, packed === WHOLE ? bytes.length : from + packed);
  if (method === 0) yield data;
  else if (method === 8) yield* createInflateRaw().end(data) as AsyncIterable<Uint8Array>;
  else throw new Error(`packed by method ${method}`);
}
