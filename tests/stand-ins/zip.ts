/** Reads a ZIP archive by its central directory: what members there are, and when each says it was written. */
import { inflateRawSync } from 'node:zlib';

export interface Member {
  readonly path: string;
  readonly text: string;
  /** Date and time in the archive's own words: local header, central directory. */
  readonly written: readonly [local: number, central: number];
}

/** All members in the order of the directory; throws where the archive has no end record. */
export function membersOf(zip: Uint8Array): Member[] {
  const bytes = Buffer.from(zip);
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('no end record');
  const members: Member[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((place) => bytes.readUInt16LE(at + place)) as [
      number,
      number,
      number,
    ];
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
    members.push({
      path: bytes.toString('utf8', at + 46, at + 46 + name),
      text: (bytes.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed)).toString('utf8'),
      written: [bytes.readUInt32LE(local + 10), bytes.readUInt32LE(at + 12)],
    });
    at += 46 + name + extra + comment;
  }
  return members;
}
