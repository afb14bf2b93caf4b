/** The sealed parts of an artefact, put into one package: each is read and held against its record once more on the way. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { type Part, partsFolder } from '../core/product.ts';
import { plainOfParts } from '../core/slices.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Sealed } from '../core/world.ts';
import { growFile } from './artefact-file.ts';
import type { PartsStream } from './artefact-parts.ts';
import type { Written } from './artefact-stream.ts';
import { endingOf, partFile } from './parts-kept.ts';
import { below } from './side-files.ts';
import { type Stored, storedZip } from './zip-stored.ts';

const PIECE = 1024 * 1024;

/** Writes the package to a new file at `at` and syncs it. Stop('failed') where a part is not the one that was recorded. */
export async function assemble(
  at: string,
  { dir, product, signal }: PartsStream,
  sealed: readonly Sealed[],
): Promise<Written & { parts: Part[]; snapshots: number }> {
  const ending = endingOf(product);
  const stem = path.posix.basename(product.path).slice(0, -`.${ending}.zip`.length);
  const parts: Part[] = [];
  const members: Stored[] = [];
  for (const { part, rows, sha256, plain, bytes } of sealed) {
    signal?.throwIfAborted();
    const file = await below(dir, `${partsFolder(product.subject)}/${partFile(part, ending)}`, false);
    const name = `${stem}-${partFile(part, ending)}`;
    const crc = await checked(file, sha256, part);
    parts.push({ name, rows, sha256, plain, bytes });
    members.push({ name, bytes, crc, read: () => piecesOf(file) });
  }
  const file = await growFile(at);
  try {
    for await (const piece of storedZip(members)) {
      file.push(piece);
      await file.drain();
      signal?.throwIfAborted();
    }
    const whole = await file.finish();
    return {
      ...{ ...whole, plain: plainOfParts(parts), parts, columns: product.slices.columns },
      rows: parts.reduce((sum, { rows }) => sum + rows, 0),
      snapshots: new Set(sealed.map(({ state }) => state)).size,
    };
  } finally {
    await file.close();
  }
}

/** The CRC-32 of a part that is the recorded one. */
async function checked(file: string, sha256: string, part: number): Promise<number> {
  const hash = createHash('sha256');
  let crc = 0;
  for await (const piece of piecesOf(file)) {
    hash.update(piece);
    crc = crc32(piece, crc);
  }
  if (hash.digest('hex') === sha256) return crc;
  throw new Stop('failed', t('part {part} changed on the disk after it was sealed', { part }));
}

async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(file, { highWaterMark: PIECE })) yield piece as Uint8Array;
}
