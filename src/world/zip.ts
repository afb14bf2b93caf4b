/** ZIP packages as streams (APPNOTE 6.3.10): one large member written as it is made, one member read, never a whole one in memory. */
import type { Readable } from 'node:stream';
import { crc32, createDeflateRaw, type DeflateRaw, deflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

/** Deflate's quickest: a sheet shrinks to a tenth all the same. */
const LEVEL = 1;
const OUT = 64 * 1024;
/** Beyond this the format needs fields that spreadsheet programs do not expect. */
const MOST = 0xffff_ffff;
/** Names are UTF-8 (bit 11); sizes may follow the member (bit 3). */
const UTF8 = 0x0800;
const BEHIND = 0x0008;
const DEFLATED = 8;
/** 1 January 1980: the same rows make the same package. */
const DATE = 0x21;

interface Member {
  readonly name: Buffer;
  readonly flags: number;
  readonly at: number;
  crc: number;
  packed: number;
  size: number;
}

/**
 * The bytes of a package: the small members first, in their order, then `member` with the pieces as they come. A piece is copied
 * before the next is asked for, and the next is made while it is packed. Throws what `pieces` throws, and Stop('refused') beyond 4 GiB.
 */
export async function* zipOf(
  others: Readonly<Record<string, string>>,
  member: string,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const members: Member[] = [];
  let at = 0;
  const begun = (name: string, flags: number): Member => {
    const one = { name: Buffer.from(name, 'utf8'), flags, at, crc: 0, packed: 0, size: 0 };
    members.push(one);
    return one;
  };
  for (const [name, text] of Object.entries(others)) {
    const plain = Buffer.from(text, 'utf8');
    const packed = deflateRawSync(plain, { level: LEVEL });
    const one = Object.assign(begun(name, UTF8), { crc: crc32(plain), packed: packed.length, size: plain.length });
    const bytes = Buffer.concat([localHeader(one), packed]);
    at += bytes.length;
    yield bytes;
  }
  const large = begun(member, UTF8 | BEHIND);
  const header = localHeader(large);
  yield header;
  yield* packed(pieces, large);
  yield descriptor(large);
  at += header.length + large.packed + DESCRIPTOR;
  yield directory(members, at);
}

/** Deflates on a thread of the platform's while the next piece is made; two buffers take turns. */
async function* packed(pieces: AsyncIterable<Uint8Array>, member: Member): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw({ level: LEVEL, chunkSize: OUT });
  const feeding = feed(pieces, deflate, member);
  // What breaks the pieces breaks the stream below, which throws it.
  feeding.catch((error: Error) => deflate.destroy(error));
  try {
    for await (const chunk of deflate as AsyncIterable<Buffer>) {
      member.packed += chunk.length;
      if (member.packed + member.at > MOST) throw tooLarge();
      yield chunk;
      release(chunk);
    }
    await feeding;
  } finally {
    deflate.destroy();
  }
}

/** Deflate fills one buffer after another: the last piece of one gives it back now, for the collector would let hundreds wait. */
function release({ buffer, byteOffset, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteOffset + byteLength === OUT && buffer.byteLength === OUT) buffer.transfer(0);
}

async function feed(pieces: AsyncIterable<Uint8Array>, deflate: DeflateRaw, member: Member): Promise<void> {
  // A stream that was destroyed calls nobody back.
  const closed = new Promise<never>((_, reject) => deflate.once('close', () => reject(new Error('closed'))));
  closed.catch(() => undefined);
  let [free, other] = [Buffer.alloc(0), Buffer.alloc(0)];
  let busy: Promise<void> = Promise.resolve();
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    member.crc = crc32(piece, member.crc);
    member.size += piece.length;
    if (member.size > MOST) throw tooLarge();
    if (free.length < piece.length) free = Buffer.allocUnsafeSlow(piece.length + (piece.length >> 2));
    free.set(piece);
    const given = free.subarray(0, piece.length);
    await Promise.race([busy, closed]);
    busy = new Promise((done) => deflate.write(given, () => done()));
    [free, other] = [other, free];
  }
  await Promise.race([busy, closed]);
  deflate.end();
}

function tooLarge(): Stop {
  return new Stop('refused', t('a spreadsheet of more than 4 GiB is opened by no program'), {
    notDone: t('Nothing was handed over; what had been read is discarded.'),
    next: ['gxops extract apply --as-file csv …'],
  });
}

function localHeader(member: Member): Buffer {
  const known = (member.flags & BEHIND) === 0;
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(0x04034b50, 0);
  bytes.writeUInt16LE(20, 4);
  shape(bytes, 6, member, known);
  return Buffer.concat([bytes, member.name]);
}

/** Flags, method, time, date, CRC, sizes and length of the name: the same in both headers. */
function shape(bytes: Buffer, at: number, { flags, crc, packed, size, name }: Member, known: boolean): void {
  bytes.writeUInt16LE(flags, at);
  bytes.writeUInt16LE(DEFLATED, at + 2);
  bytes.writeUInt16LE(DATE, at + 6);
  if (known) {
    bytes.writeUInt32LE(crc, at + 8);
    bytes.writeUInt32LE(packed, at + 12);
    bytes.writeUInt32LE(size, at + 16);
  }
  bytes.writeUInt16LE(name.length, at + 20);
}

const DESCRIPTOR = 16;

function descriptor({ crc, packed, size }: Member): Buffer {
  const bytes = Buffer.alloc(DESCRIPTOR);
  for (const [i, value] of [0x08074b50, crc, packed, size].entries()) bytes.writeUInt32LE(value, i * 4);
  return bytes;
}

function directory(members: readonly Member[], start: number): Buffer {
  const entries = members.map((member) => {
    const bytes = Buffer.alloc(46);
    bytes.writeUInt32LE(0x02014b50, 0);
    bytes.writeUInt16LE(20, 4);
    bytes.writeUInt16LE(20, 6);
    shape(bytes, 8, member, true);
    bytes.writeUInt32LE(member.at, 42);
    return Buffer.concat([bytes, member.name]);
  });
  const size = entries.reduce((sum, entry) => sum + entry.length, 0);
  if (start + size > MOST) throw tooLarge();
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([...entries, end]);
}
/** The plain bytes of one member of a package file. Throws where the file is no package, or has no such member or two. */
export async function* memberOf(file: string, member: string): AsyncGenerator<Uint8Array> {
  const zip = await opened(file);
  try {
    const entries = (await entriesOf(zip)).filter(({ fileName }) => fileName === member);
    const [entry] = entries;
    if (entry === undefined || entries.length > 1)
      throw new Error(`the package has ${entries.length} members ${member}`);
    yield* bytesOf(zip, entry);
  } finally {
    zip.close();
  }
}

/** One member of a package; its bytes are unpacked as they are read. */
export interface PackageMember {
  readonly name: string;
  read(): AsyncIterable<Uint8Array>;
}

/** The members of a package file in the order of its directory; to be closed. Throws where the file is no package. */
export async function openPackage(
  file: string,
): Promise<{ readonly members: readonly PackageMember[]; close(): void }> {
  const zip = await opened(file);
  try {
    const members = (await entriesOf(zip)).map((entry) => ({ name: entry.fileName, read: () => bytesOf(zip, entry) }));
    return { members, close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function* bytesOf(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  for await (const chunk of await contentOf(zip, entry)) yield chunk as Uint8Array;
}

async function opened(file: string): Promise<ZipFile> {
  const { default: yauzl } = await import('yauzl');
  return new Promise((resolve, reject) =>
    yauzl.open(file, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(error) : resolve(zip))),
  );
}

/** A package of ours has a dozen members; one with very many is none. */
const MOST_MEMBERS = 10_000;

function entriesOf(zip: ZipFile): Promise<readonly Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    if (zip.entryCount > MOST_MEMBERS) reject(new Error('too many members'));
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
    zip.readEntry();
  });
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
  );
}
