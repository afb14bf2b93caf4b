/** Makes an artefact as one stream: read, mask, format, hash, encrypt, hash, sync, rename. Plain data is never on a disk. */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { canonical } from '../core/json.ts';
import type { Artefact, Product, RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Progress, RowStream } from '../core/world.ts';
import { keysOf } from './extract-keys.ts';
import { below, discardFile, storeFile, syncFolder } from './side-files.ts';

const PARTIAL = '.partial-';

/** What the stream has come to so far. */
interface Count {
  rows: number;
  bytes: number;
  columns: readonly string[];
  /** What broke the source, which the encrypting pipe may hand on in another shape. */
  trouble?: unknown;
}

/**
 * Writes a product below `dir` with its manifest and side files. Whatever fails (limit exceeded, full disk, abort, a mask that cannot
 * judge), nothing stays under the final name or a temporary one. A killed run leaves `.partial-…`, encrypted like the whole; the next
 * artefact in that folder removes it.
 */
export async function makeArtefact(
  dir: string,
  product: Product,
  rows: (query: RowQuery) => Promise<RowStream>,
  progress: (at: Progress) => void,
  signal?: AbortSignal,
): Promise<Artefact> {
  insistOnRecipients(product);
  const began = performance.now();
  const at = await below(dir, product.path, true);
  const folder = path.dirname(at);
  await clearPartials(folder);
  // Whoever asks has no record of a file here: one that lies there was left by an attempt that died before it could be recorded.
  if ((await lstat(at).catch(() => undefined)) !== undefined) await removeAll(dir, product);
  const temporary = path.join(folder, `${PARTIAL}${randomUUID()}`);
  const count: Count = { rows: 0, bytes: 0, columns: [] };
  try {
    const hashes = await write(dir, temporary, product, rows, count, progress, signal);
    const made = { path: product.path, ...hashes, rows: count.rows, columns: count.columns };
    await rename(temporary, at);
    await syncFolder(folder);
    const artefact: Artefact = { ...made, took: Math.round(performance.now() - began) };
    return { ...artefact, ...(await writeBeside(dir, product, artefact)) };
  } catch (error) {
    await rm(temporary, { force: true });
    await removeAll(dir, product);
    throw stopOf(count.trouble ?? error, product.path, signal);
  }
}

function insistOnRecipients({ source, form, recipients, path: name }: Product): void {
  if ('text' in source || (recipients.length > 0 && form !== undefined)) return;
  throw new Stop(
    'refused',
    t('{path}: rows leave only masked by a form and encrypted to a recipient', { path: name }),
    {
      notDone: t('Nothing was read or written.'),
    },
  );
}

async function write(
  dir: string,
  temporary: string,
  product: Product,
  rows: (query: RowQuery) => Promise<RowStream>,
  count: Count,
  progress: (at: Progress) => void,
  signal: AbortSignal | undefined,
): Promise<{ sha256: string; plain: string; bytes: number }> {
  const plain = createHash('sha256');
  const sealed = createHash('sha256');
  const source = hashed(plainChunks(dir, product, rows, count, signal), plain, count);
  const file = await open(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  let bytes = 0;
  try {
    await file.chmod(0o600);
    for await (const chunk of await encrypted(source, product)) {
      sealed.update(chunk);
      await writeWhole(file, chunk);
      bytes += chunk.length;
      progress({ rows: count.rows, bytes });
      signal?.throwIfAborted();
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: sealed.digest('hex'), plain: plain.digest('hex'), bytes };
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}

async function* plainChunks(
  dir: string,
  product: Product,
  rows: (query: RowQuery) => Promise<RowStream>,
  count: Count,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const { source, form: makeForm } = product;
  if ('text' in source) {
    yield new TextEncoder().encode(source.text);
    return;
  }
  if (makeForm === undefined || product.subject === undefined) throw new Error('rows without a form');
  const form = makeForm(await keysOf(dir, product.subject));
  const stream = await rows(source);
  count.columns = stream.columns;
  yield form.head(stream.columns);
  for await (const batch of stream.batches) {
    signal?.throwIfAborted();
    count.rows += batch.rows;
    if (count.rows > source.limit && source.truncate !== true) throw overLimit(source);
    yield form.batch(batch);
  }
  yield form.tail();
}

function overLimit({ database, limit }: RowQuery): Stop {
  return new Stop('refused', t('{database} has more than the {limit} rows that are allowed', { database, limit }), {
    notDone: t('Nothing was handed over; what had been read is discarded.'),
  });
}

async function* hashed(
  chunks: AsyncGenerator<Uint8Array>,
  hash: ReturnType<typeof createHash>,
  count: Count,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    count.trouble = error;
    throw error;
  }
}

async function encrypted(chunks: AsyncGenerator<Uint8Array>, product: Product): Promise<AsyncIterable<Uint8Array>> {
  if (product.recipients.length === 0) return chunks;
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const { age } of product.recipients) encrypter.addRecipient(age);
  return encrypter.encrypt(ReadableStream.from(chunks) as ReadableStream<Uint8Array>);
}

/** The manifest and the small files beside the artefact, each durable. */
async function writeBeside(dir: string, product: Product, artefact: Artefact): Promise<Pick<Artefact, 'manifest'>> {
  const folder = path.posix.dirname(product.path);
  for (const [name, text] of Object.entries(product.beside ?? {}))
    await storeFile(dir, `${folder}/${name}`, new TextEncoder().encode(text));
  const manifest = product.manifest?.(artefact);
  if (manifest === undefined) return {};
  const bytes = new TextEncoder().encode(`${JSON.stringify(JSON.parse(canonical(manifest)), null, 2)}\n`);
  return { manifest: await storeFile(dir, `${folder}/manifest.json`, bytes) };
}

async function removeAll(dir: string, product: Product): Promise<void> {
  const folder = path.posix.dirname(product.path);
  const names = [path.posix.basename(product.path), 'manifest.json', ...Object.keys(product.beside ?? {})];
  for (const name of names) await discardFile(dir, `${folder}/${name}`);
}

/** What a killed run left: encrypted like the whole, useless without its end. */
async function clearPartials(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(PARTIAL));
  for (const name of names) await rm(path.join(folder, name), { force: true });
  if (names.length > 0) await syncFolder(folder);
}

/** An error of our own as it is; of others the code alone, for their words may hold a value. */
function stopOf(error: unknown, name: string, signal: AbortSignal | undefined): Stop {
  if (error instanceof Stop) return error;
  const gone = { notDone: t('Nothing was handed over; what had been written was removed.') };
  if (signal?.aborted) return new Stop('interrupted', t('making {path} was interrupted', { path: name }), gone);
  const code = (error as { code?: string }).code ?? 'error';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Stop('failed', t('no space is left on the disk for {path}', { path: name }), gone);
  return new Stop('failed', t('{path} could not be made: {code}', { path: name, code }), gone);
}
