/** A ZIP package whose members are stored as they are (APPNOTE 6.3.10), written as a stream; beyond 4 GiB with the fields of ZIP64. */

/** One member. Its bytes are read when its turn comes; size and CRC-32 are known before. */
export interface Stored {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
  read(): AsyncIterable<Uint8Array>;
}

/** A member and where its header begins. */
export type Entry = Omit<Stored, 'read'> & { readonly at: number };

const MOST = 0xffff_ffff;
const MOST_MEMBERS = 0xffff;
/** Names are UTF-8 (bit 11). */
const UTF8 = 0x0800;
/** 1 January 1980: the same parts make the same package. */
const DATE = 0x21;
const PLAIN_VERSION = 20;
const ZIP64_VERSION = 45;

/** The package's bytes in order. A piece holds until the next is asked for. Throws where a member is not as long as it said. */
export async function* storedZip(members: readonly Stored[]): AsyncGenerator<Uint8Array> {
  const placed: Entry[] = [];
  let at = 0;
  for (const member of members) {
    placed.push({ ...member, at });
    const header = localHeader(member);
    yield header;
    let size = 0;
    for await (const piece of member.read()) {
      size += piece.length;
      yield piece;
    }
    if (size !== member.bytes) throw new Error('a member of another length');
    at += header.length + size;
  }
  yield directory(placed, at);
}

/** What stands before a member's bytes. */
export function localHeader(member: Omit<Stored, 'read'>): Uint8Array {
  const name = Buffer.from(member.name, 'utf8');
  const large = member.bytes >= MOST;
  const extra = large ? zip64([member.bytes, member.bytes]) : Buffer.alloc(0);
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(0x04034b50, 0);
  shape(bytes, 4, member, large);
  bytes.writeUInt16LE(name.length, 26);
  bytes.writeUInt16LE(extra.length, 28);
  return Buffer.concat([bytes, name, extra]);
}

/** Version needed, flags, method 0, time, date, CRC and both sizes: the same in both headers. */
function shape(bytes: Buffer, at: number, { crc, bytes: size }: Pick<Stored, 'crc' | 'bytes'>, large: boolean): void {
  bytes.writeUInt16LE(large ? ZIP64_VERSION : PLAIN_VERSION, at);
  bytes.writeUInt16LE(UTF8, at + 2);
  bytes.writeUInt16LE(DATE, at + 8);
  bytes.writeUInt32LE(crc, at + 10);
  bytes.writeUInt32LE(Math.min(size, MOST), at + 14);
  bytes.writeUInt32LE(Math.min(size, MOST), at + 18);
}

/** The extra field that holds what 32 bits cannot. */
function zip64(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 + 8 * values.length);
  bytes.writeUInt16LE(1, 0);
  bytes.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  return bytes;
}

/** What stands behind all members; `start` is where. */
export function directory(members: readonly Entry[], start: number): Uint8Array {
  const entries = members.map((member) => entryOf(member));
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  const beyond = members.length >= MOST_MEMBERS || start >= MOST || size >= MOST;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(members.length, MOST_MEMBERS), 8);
  end.writeUInt16LE(Math.min(members.length, MOST_MEMBERS), 10);
  end.writeUInt32LE(Math.min(size, MOST), 12);
  end.writeUInt32LE(Math.min(start, MOST), 16);
  return Buffer.concat([...entries, ...(beyond ? [end64(members.length, size, start)] : []), end]);
}

function entryOf(member: Entry): Buffer {
  const name = Buffer.from(member.name, 'utf8');
  const values = [
    ...(member.bytes >= MOST ? [member.bytes, member.bytes] : []),
    ...(member.at >= MOST ? [member.at] : []),
  ];
  const extra = values.length > 0 ? zip64(values) : Buffer.alloc(0);
  const bytes = Buffer.alloc(46);
  bytes.writeUInt32LE(0x02014b50, 0);
  bytes.writeUInt16LE(ZIP64_VERSION, 4);
  shape(bytes, 6, member, values.length > 0);
  bytes.writeUInt16LE(name.length, 28);
  bytes.writeUInt16LE(extra.length, 30);
  bytes.writeUInt32LE(Math.min(member.at, MOST), 42);
  return Buffer.concat([bytes, name, extra]);
}

/** The end of a large directory, and where that end is. */
function end64(members: number, size: number, start: number): Buffer {
  const bytes = Buffer.alloc(56 + 20);
  bytes.writeUInt32LE(0x06064b50, 0);
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeUInt16LE(ZIP64_VERSION, 12);
  bytes.writeUInt16LE(ZIP64_VERSION, 14);
  for (const at of [24, 32]) bytes.writeBigUInt64LE(BigInt(members), at);
  bytes.writeBigUInt64LE(BigInt(size), 40);
  bytes.writeBigUInt64LE(BigInt(start), 48);
  bytes.writeUInt32LE(0x07064b50, 56);
  bytes.writeBigUInt64LE(BigInt(start + size), 64);
  bytes.writeUInt32LE(1, 72);
  return bytes;
}
