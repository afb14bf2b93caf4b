/** ZIP packages as streams: one large member written as it is made, members read one after the other, never a whole one in memory. */
import { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';

/** Deflate's quickest: spreadsheets shrink to a tenth all the same. */
const LEVEL = 1;
/** Always the same, local time as ZIP has it: the same rows make the same package. */
const SHAPE = {
  mtime: new Date(1980, 0, 1),
  mode: 0o100644,
  forceDosTimestamp: true,
  compressionLevel: LEVEL,
} as const;

/**
 * The bytes of a package: the small members first, in their order, then `member` with the pieces as they come. A piece is copied
 * before the next is asked for. Throws what `pieces` throws; when it is closed early, so are they.
 */
export async function* zipOf(
  others: Readonly<Record<string, string>>,
  member: string,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { ZipFile } = await import('yazl');
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(others)) zip.addBuffer(Buffer.from(text, 'utf8'), name, SHAPE);
  const source = Readable.from(copies(pieces), { objectMode: false, highWaterMark: 256 * 1024 });
  const output = zip.outputStream as Readable;
  // Pipes hand on no errors: what breaks the source breaks the package.
  source.on('error', (error) => output.destroy(error));
  zip.on('error', (error: Error) => output.destroy(error));
  zip.addReadStream(source, member, SHAPE);
  zip.end();
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } finally {
    source.destroy();
  }
}

async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) if (piece.length > 0) yield Buffer.from(piece);
}

/** The plain bytes of one member of a package file. Throws where the file is no package, or has no such member or two. */
export async function* memberOf(file: string, member: string): AsyncGenerator<Uint8Array> {
  const zip = await opened(file);
  try {
    const entries = (await entriesOf(zip)).filter(({ fileName }) => fileName === member);
    const [entry] = entries;
    if (entry === undefined || entries.length > 1)
      throw new Error(`the package has ${entries.length} members ${member}`);
    for await (const chunk of await contentOf(zip, entry)) yield chunk as Uint8Array;
  } finally {
    zip.close();
  }
}

async function opened(file: string): Promise<ZipFile> {
  const { open } = await import('yauzl');
  return new Promise((resolve, reject) =>
    open(file, { lazyEntries: true, autoClose: false }, (error, zip) => (error ? reject(error) : resolve(zip))),
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
