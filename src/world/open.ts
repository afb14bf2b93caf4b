/** Opens what was handed over: decrypts as a stream, counts and hashes, and keeps the result only if the signed manifest agrees. */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Opened } from '../core/world.ts';
import { openWith } from './age-file.ts';
import { type GrowingFile, growFile } from './artefact-file.ts';
import { identitiesFor, unread } from './open-identity.ts';
import { type Manifest, manifestBeside } from './open-manifest.ts';
import { decryptParts, type Found } from './open-parts.ts';
import { rowCounter, sheetRows } from './row-count.ts';
import { syncFolder } from './side-files.ts';

const NOTHING = { notDone: t('Nothing was written.') };
const PIECE = 1024 * 1024;
const PARTIAL = /^\.partial-(\d+)-[0-9a-f-]{36}$/;

export interface Opening {
  readonly file: string;
  /** An age identity file (0600); without one `key.age` beside the file and its passphrase. */
  readonly identityFile: string | undefined;
  /** Must not exist. */
  readonly out: string;
  /** Public keys (PEM) of the operators that are known. */
  readonly keys: Readonly<Record<string, string>>;
  ask(question: Question): Promise<Answer>;
  readonly signal?: AbortSignal;
}

/**
 * Decrypts a file to `out`. Stop('refused') where file, key, manifest or its signature do not fit; then nothing stays.
 * Without a manifest the result is `verified: false`. What a killed one left in that folder, the next one there removes.
 */
export async function openArtefact(opening: Opening): Promise<Opened> {
  const { file, out, signal } = opening;
  if ((await lstat(out).catch(() => undefined)) !== undefined)
    throw new Stop('refused', t('{path} is there already', { path: out }), NOTHING);
  const manifest = await manifestBeside(file, opening.keys);
  const identities = await identitiesFor(file, opening.identityFile, opening.ask);
  await clearPartials(path.dirname(out));
  const temporary = path.join(path.dirname(out), `.partial-${process.pid}-${randomUUID()}`);
  try {
    const format = manifest?.format ?? formatOf(file);
    const found = isPacked(file, manifest)
      ? await decryptParts({ file, identities, to: temporary, format, parts: manifest?.parts, signal })
      : await decrypt(opening, identities, temporary, format);
    if (found === undefined || (manifest !== undefined && !agrees(manifest, found))) throw differs(file);
    signal?.throwIfAborted();
    await rename(temporary, out);
    await syncFolder(path.dirname(path.resolve(out)));
    const { rows, sha256, plain } = found;
    const { operator: signer, ...signed } = manifest?.signer ?? {};
    const told = signer === undefined ? {} : { signer, ...signed };
    return { rows, sha256, plain, verified: manifest !== undefined, ...told };
  } catch (error) {
    await rm(temporary, { force: true });
    // A fault of our own must not pass for a damaged file.
    throw error instanceof TypeError || error instanceof ReferenceError ? error : stopOf(error, opening);
  }
}

/** The manifest tells; without one the name. */
function isPacked(file: string, manifest: Manifest | undefined): boolean {
  return manifest === undefined ? file.endsWith('.zip') : manifest.parts !== undefined;
}

function agrees(manifest: Manifest, found: Found): boolean {
  const { sha256, plain, rows, bytes } = manifest;
  return (
    sha256 === found.sha256 && plain === found.plain && rows === found.rows && (bytes ?? found.bytes) === found.bytes
  );
}

/** Without a manifest the name tells. */
function formatOf(file: string): string {
  return /\.(jsonl|xlsx)(\.age)?(\.zip)?$/.exec(file)?.[1] ?? 'csv';
}

/** What was left by processes of this machine that live no more. */
async function clearPartials(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = Number(PARTIAL.exec(name)?.[1] ?? 0);
    if (pid > 0 && !lives(pid)) await rm(path.join(folder, name), { force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function decrypt(
  { file, signal }: Opening,
  identities: readonly string[],
  temporary: string,
  format: string,
): Promise<Found> {
  const source = await open(file, constants.O_RDONLY);
  try {
    const growing = await growFile(temporary);
    try {
      const counter = format === 'xlsx' ? undefined : rowCounter(format);
      const read = await through(source, identities, growing, (plain) => counter?.add(plain), signal);
      const { sha256: plain } = await growing.finish();
      return { ...read, plain, rows: counter === undefined ? await sheetRows(temporary) : counter.total() };
    } finally {
      await growing.close();
    }
  } finally {
    await source.close();
  }
}

/** Reads ahead while what was read is worked on. */
async function through(
  source: FileHandle,
  identities: readonly string[],
  growing: GrowingFile,
  seen: (plain: Uint8Array) => void,
  signal: AbortSignal | undefined,
): Promise<{ sha256: string; bytes: number }> {
  const sealed = createHash('sha256');
  let bytes = 0;
  const age = openWith(identities, (plain) => {
    seen(plain);
    growing.push(plain);
  });
  let spare = new Uint8Array(PIECE);
  let next = source.read(new Uint8Array(PIECE), 0, PIECE, null);
  try {
    for (let piece = await next; piece.bytesRead > 0; piece = await next) {
      next = source.read(spare, 0, PIECE, null);
      next.catch(() => undefined);
      spare = piece.buffer;
      const read = piece.buffer.subarray(0, piece.bytesRead);
      sealed.update(read);
      bytes += read.length;
      await age.push(read);
      await growing.drain();
      signal?.throwIfAborted();
    }
    age.end();
  } finally {
    await next.catch(() => undefined);
    age.wipe();
  }
  return { sha256: sealed.digest('hex'), bytes };
}

function differs(file: string): Stop {
  return new Stop('refused', t('{path} is not the file that its manifest describes', { path: file }), {
    notDone: t('Nothing was kept of what had been decrypted.'),
    safe: t('Ask for the file again, and tell whoever handed it over.'),
  });
}

function stopOf(error: unknown, { file, out, signal }: Opening): Stop {
  if (error instanceof Stop) return error;
  const gone = { notDone: t('Nothing was kept of what had been decrypted.') };
  if (signal?.aborted) return new Stop('interrupted', t('opening {path} was interrupted', { path: file }), gone);
  const { code, path: at, syscall } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    if (at === file || syscall === 'read') return unread('FILE', file, code);
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    const text = t('--to: {path} cannot be written ({code}). Allowed: a new file where this account may write.', {
      path: out,
      code,
    });
    return new Stop(full ? 'failed' : 'usage', text, NOTHING);
  }
  return new Stop(
    'refused',
    t('{path} cannot be decrypted: it was changed or cut, or this key is not among its recipients', { path: file }),
    gone,
  );
}
