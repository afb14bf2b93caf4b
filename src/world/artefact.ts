/** Makes an artefact as one stream: read, mask, format, hash, encrypt, hash, sync, rename. Plain data is never on a disk. */
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Artefact, Product } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { DataState, PartsRecord, Progress } from '../core/world.ts';
import { type PartsStream, writeParts } from './artefact-parts.ts';
import { besideOf, type SealPlace, type Seals, sealsFor } from './artefact-seal.ts';
import { type Rows, writeStream } from './artefact-stream.ts';
import { endingOf, keptParts } from './parts-kept.ts';
import { below, discardFile, storeFile, syncFolder } from './side-files.ts';

const PARTIAL = '.partial-';

/** Where artefacts are made, and of what. */
export interface ArtefactPlace extends SealPlace {
  /** The site folder. */
  readonly dir: string;
  readonly rows: Rows;
  /** For parts that are to see one state of their database; without it each sees its own. */
  state?(database: string): Promise<DataState>;
  /** Sessions at once, for parts. */
  readonly workers?: number;
}

/**
 * Writes a product below `dir` with its manifest and side files. What a person must give is asked for before the first row is read.
 * Whatever fails (limit exceeded, full disk, abort, a mask that cannot judge), nothing stays under the final name or a temporary one.
 * The file gets its name last: where it stands, all is beside it. A killed run leaves `.partial-…`, encrypted like the whole, and
 * perhaps what would have stood beside it; the next artefact in that folder removes both.
 */
export async function makeArtefact(
  place: ArtefactPlace,
  product: Product,
  progress: (at: Progress) => void,
  signal?: AbortSignal,
  record?: PartsRecord,
): Promise<Artefact> {
  insistOnRecipients(product);
  const began = performance.now();
  const { dir } = place;
  const sliced = slicedOf(product, record);
  const kept = sliced && (await keptParts(dir, sliced.product.subject, endingOf(product), sliced.record));
  const seals = await sealsFor(product, place, kept?.key);
  const at = await below(dir, product.path, true);
  const folder = path.dirname(at);
  await clearPartials(folder);
  // Whoever asks has no record of a file here: one that lies there was left by an attempt that died before it could be recorded.
  await removeAll(dir, product);
  const temporary = path.join(folder, `${PARTIAL}${randomUUID()}`);
  try {
    const stream = { ...place, product, recipients: recipientsOf(product, seals), progress, signal };
    const { key } = seals;
    const parts = kept && sliced && { ...stream, ...sliced, kept, ...(key === undefined ? {} : { key }) };
    const written = parts === undefined ? await writeStream(temporary, stream) : await writeParts(temporary, parts);
    const took = Math.round(performance.now() - began);
    const artefact: Artefact = { path: product.path, ...written, took };
    const manifest = await storeBeside(dir, product, artefact, seals);
    await rename(temporary, at);
    await syncFolder(folder);
    return { ...artefact, ...manifest };
  } catch (error) {
    await rm(temporary, { force: true });
    await removeAll(dir, product);
    throw stopOf(error, product.path, signal);
  }
}

/** What is read in parts needs to be recorded part by part. */
function slicedOf(
  product: Product,
  record: PartsRecord | undefined,
): Pick<PartsStream, 'product' | 'record'> | undefined {
  const { slices, subject } = product;
  if (slices === undefined) return undefined;
  if (subject === undefined || record === undefined) throw new Error('parts that nobody records');
  return { product: { ...product, slices, subject }, record };
}

function recipientsOf({ recipients }: Product, { key }: Seals): string[] {
  return [...recipients.map(({ age }) => age), ...(key === undefined ? [] : [key.recipient])];
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

/** The small files beside the artefact, each durable. */
async function storeBeside(
  dir: string,
  product: Product,
  artefact: Artefact,
  seals: Seals,
): Promise<Pick<Artefact, 'manifest'>> {
  const folder = path.posix.dirname(product.path);
  let stored: Pick<Artefact, 'manifest'> = {};
  for (const [name, bytes] of besideOf(product, artefact, seals)) {
    const file = await storeFile(dir, `${folder}/${name}`, bytes);
    if (name === 'manifest.json') stored = { manifest: file };
  }
  return stored;
}

const SEALS = ['manifest.json', 'key.age', 'open.html'];

async function removeAll(dir: string, product: Product): Promise<void> {
  const folder = path.posix.dirname(product.path);
  const names = [path.posix.basename(product.path), ...SEALS, ...Object.keys(product.beside ?? {})];
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
