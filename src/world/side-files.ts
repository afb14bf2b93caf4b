/** Files of our own below the site folder that journal records name by hash: pre-images, plans, definitions. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { SideFile } from '../core/event.ts';
import { sha256 } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { codeOf } from './guard.ts';

const TEMPORARY = /^\..*\.part$/;

/** Writes a file below `dir`, 0600 in 0700 folders, durable before it returns; replaced whole or not at all. */
export async function storeFile(dir: string, name: string, bytes: Uint8Array): Promise<SideFile> {
  const at = await below(dir, name, true);
  const temporary = path.join(path.dirname(at), `.${randomUUID()}.part`);
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, at);
    await syncFolder(path.dirname(at));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw refuse(t('{path} cannot be written: {code}', { path: name, code: codeOf(cause) }), cause);
  }
  return { path: name, sha256: sha256(bytes) };
}

/** A file's bytes; undefined where absent. Stop('refused') where it is not the bytes that `hash` names. */
export async function fetchFile(dir: string, name: string, hash?: string): Promise<Uint8Array | undefined> {
  const at = await below(dir, name, false);
  const bytes = await readWhole(at, name);
  if (bytes !== undefined && hash !== undefined && sha256(bytes) !== hash.replace(/^sha256:/, '')) {
    throw refuse(t('{path} is not the file that was recorded', { path: name }));
  }
  return bytes;
}

/** Names of plain files directly in a folder below `dir`, sorted; empty where it is absent. */
export async function filesIn(dir: string, folder: string): Promise<readonly string[]> {
  const at = folder === '' || folder === '.' ? dir : await below(dir, folder, false);
  try {
    const entries = await readdir(at, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isFile() && !TEMPORARY.test(entry.name) ? [entry.name] : [])).sort();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new Stop('unreachable', t('{path} cannot be read: {code}', { path: folder, code: codeOf(cause) }), { cause });
  }
}

/** Removes a file or a folder with all it holds, durably. Absent is fine. */
export async function discardFile(dir: string, name: string): Promise<void> {
  const at = await below(dir, name, false);
  const seen = await lstat(at).catch(() => undefined);
  if (seen === undefined) return;
  if (seen.isDirectory()) await rm(at, { recursive: true, force: true });
  else await unlink(at);
  await syncFolder(path.dirname(at));
}

/** The absolute path of a name below `dir`; every folder on the way is a real one of its own, never a link. */
export async function below(dir: string, name: string, make: boolean): Promise<string> {
  const parts = name.split('/');
  const odd = parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'));
  if (odd || parts[0] === 'journal' || parts[0] === 'locks')
    throw refuse(t('{path} is no place for a side file', { path: name }));
  let at = dir;
  for (const part of parts.slice(0, -1)) {
    const parent = at;
    at = path.join(at, part);
    if (make && (await lstat(at).catch(() => undefined)) === undefined) await makeFolder(at, parent);
    const seen = await lstat(at).catch(() => undefined);
    if (seen !== undefined && !seen.isDirectory()) throw refuse(t('{path} is not a folder', { path: at }));
  }
  return path.join(at, parts.at(-1) ?? '');
}

async function makeFolder(at: string, parent: string): Promise<void> {
  await mkdir(at, { mode: 0o700 }).catch((cause: unknown) => {
    if (codeOf(cause) !== 'EEXIST')
      throw refuse(t('{path} cannot be made: {code}', { path: at, code: codeOf(cause) }), cause);
  });
  await syncFolder(parent);
}

async function writeDurably(at: string, bytes: Uint8Array): Promise<void> {
  const file = await open(at, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readWhole(at: string, name: string): Promise<Uint8Array | undefined> {
  try {
    const file = await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw refuse(t('{path} is not a plain file', { path: name }));
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof Stop) throw cause;
    if (codeOf(cause) === 'ENOENT') return undefined;
    if (codeOf(cause) === 'ELOOP') throw refuse(t('{path} is not a plain file', { path: name }), cause);
    throw new Stop('unreachable', t('{path} cannot be read: {code}', { path: name, code: codeOf(cause) }), { cause });
  }
}

/** Makes what was done in a folder durable. */
export async function syncFolder(at: string): Promise<void> {
  const folder = await open(at, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function refuse(text: ReturnType<typeof t>, cause?: unknown): Stop {
  return new Stop('refused', text, { notDone: t('nothing was written or removed'), cause });
}
