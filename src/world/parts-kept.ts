/** What earlier attempts left of an artefact in parts: each sealed part is held against its record before it counts. */

import { sha256 } from '../core/json.ts';
import { type Product, partsFolder } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import type { PartsRecord, Sealed, Sliced } from '../core/world.ts';
import { hashOf } from './file-hash.ts';
import { discardFile, fetchFile, filesIn, storeFile } from './side-files.ts';

/** One more recipient of every part, and the file in which the passphrase opens its identity. */
export interface PartsKey {
  readonly recipient: string;
  readonly file: Uint8Array;
}

/** `sliced` is missing where nothing usable was left: then no part counts either. */
export interface Kept {
  readonly sliced?: Sliced;
  readonly sealed: ReadonlyMap<number, Sealed>;
  readonly key?: PartsKey;
}

const KEY = 'key.age';
const NOTHING: Kept = { sealed: new Map() };

/** What is in a part, by the path of the whole: `…/name.csv.age.zip` -> `csv.age` */
export function endingOf(product: Pick<Product, 'path'>): string {
  return /\.([a-z]+\.age)\.zip$/.exec(product.path)?.[1] ?? 'age';
}

/** A part's file, by its number from 1 and the ending of what is in it. */
export function partFile(part: number, ending: string): string {
  return `${String(part).padStart(4, '0')}.${ending}`;
}

/**
 * Hashes every recorded part. What is missing or another is recorded as lost; what nobody recorded, or is cut, is removed. Where the
 * key that a passphrase opens is gone, so are all parts.
 */
export async function keptParts(dir: string, subject: string, ending: string, record: PartsRecord): Promise<Kept> {
  const folder = partsFolder(subject);
  const { sliced } = record;
  const key = sliced?.key === undefined ? undefined : await keyIn(dir, folder, sliced.key);
  if (sliced === undefined) {
    await discardFile(dir, folder);
    return NOTHING;
  }
  if (sliced.key !== undefined && key === undefined) {
    await dropParts(dir, subject, record, record.sealed.length);
    return NOTHING;
  }
  const sealed = new Map<number, Sealed>();
  for (const one of record.sealed) {
    const found = await hashOf(dir, `${folder}/${partFile(one.part, ending)}`);
    if (found?.sha256 === one.sha256) sealed.set(one.part, one);
    else
      await record.add({
        type: 'extract.part-lost',
        data: { part: one.part, why: found === undefined ? 'missing' : 'changed' },
      });
  }
  const known = new Set([KEY, ...[...sealed.keys()].map((part) => partFile(part, ending))]);
  for (const name of await filesIn(dir, folder)) if (!known.has(name)) await discardFile(dir, `${folder}/${name}`);
  return { sliced, sealed, ...(key === undefined ? {} : { key }) };
}

async function keyIn(dir: string, folder: string, key: NonNullable<Sliced['key']>): Promise<PartsKey | undefined> {
  try {
    const file = await fetchFile(dir, `${folder}/${KEY}`, key.sha256);
    return file && { recipient: key.recipient, file };
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

/** Lays the key aside for later attempts; what is recorded of it. */
export async function keepKey(
  dir: string,
  subject: string,
  { recipient, file }: PartsKey,
): Promise<NonNullable<Sliced['key']>> {
  await storeFile(dir, `${partsFolder(subject)}/${KEY}`, file);
  return { recipient, sha256: sha256(file) };
}

/** Records that all parts go, then removes them: where the journal cannot take it, they stay. */
export async function dropParts(dir: string, subject: string, record: PartsRecord, sealed: number): Promise<void> {
  await record.add({ type: 'extract.parts-dropped', data: { parts: sealed } });
  await discardFile(dir, partsFolder(subject));
}
