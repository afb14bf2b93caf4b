/** Opens a package of encrypted parts: each is decrypted in its turn into one file, and held against its line in the manifest. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Part } from '../core/product.ts';
import { plainOfParts } from '../core/slices.ts';
import { openWith } from './age-file.ts';
import { type GrowingFile, growFile } from './artefact-file.ts';
import { rowCounter } from './row-count.ts';
import { openPackage, type PackageMember } from './zip.ts';

/** What was found in a file. `sha256` and `bytes` of the encrypted file, `plain` of the data. */
export interface Found {
  readonly rows: number;
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
}

/** What is opened, to which new file. */
export interface PartsOpening {
  readonly file: string;
  readonly identities: readonly string[];
  readonly to: string;
  readonly format: string;
  /** As the manifest lists them; undefined where there is none: then the package's own order counts. */
  readonly parts: readonly Part[] | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Undefined where the parts are not those of the manifest, in its order. Throws where one cannot be decrypted. */
export async function decryptParts(opening: PartsOpening): Promise<Found | undefined> {
  const { file, to, parts, signal } = opening;
  const whole = await hashOf(file, signal);
  const zip = await openPackage(file);
  try {
    if (parts !== undefined && parts.map(({ name }) => name).join('\0') !== namesOf(zip.members)) return undefined;
    const growing = await growFile(to);
    try {
      const found: Omit<Part, 'name'>[] = [];
      for (const [i, member] of zip.members.entries()) {
        const one = await decryptPart(member, i === 0, growing, opening);
        if (parts !== undefined && !same(parts[i], one)) return undefined;
        found.push(one);
      }
      await growing.finish();
      return { ...whole, plain: plainOfParts(found), rows: found.reduce((sum, { rows }) => sum + rows, 0) };
    } finally {
      await growing.close();
    }
  } finally {
    zip.close();
  }
}

function namesOf(members: readonly PackageMember[]): string {
  return members.map(({ name }) => name).join('\0');
}

function same(wanted: Part | undefined, found: Omit<Part, 'name'>): boolean {
  return (
    wanted?.sha256 === found.sha256 &&
    wanted.plain === found.plain &&
    wanted.rows === found.rows &&
    wanted.bytes === found.bytes
  );
}

/** The first part alone has a line of column names. */
async function decryptPart(
  member: PackageMember,
  first: boolean,
  growing: GrowingFile,
  { identities, format, signal }: PartsOpening,
): Promise<Omit<Part, 'name'>> {
  const [sealed, plain] = [createHash('sha256'), createHash('sha256')];
  const counter = rowCounter(format, first);
  let bytes = 0;
  const age = openWith(identities, (piece) => {
    counter.add(piece);
    plain.update(piece);
    growing.push(piece);
  });
  try {
    for await (const piece of member.read()) {
      sealed.update(piece);
      bytes += piece.length;
      await age.push(piece);
      await growing.drain();
      signal?.throwIfAborted();
    }
    age.end();
  } finally {
    age.wipe();
  }
  return { rows: counter.total(), sha256: sealed.digest('hex'), plain: plain.digest('hex'), bytes };
}

async function hashOf(file: string, signal: AbortSignal | undefined): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await open(file, constants.O_RDONLY);
  for await (const piece of handle.createReadStream({ highWaterMark: 1024 * 1024 })) {
    hash.update(piece as Uint8Array);
    bytes += (piece as Uint8Array).length;
    signal?.throwIfAborted();
  }
  return { sha256: hash.digest('hex'), bytes };
}
