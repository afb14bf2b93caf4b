/** Writes or removes one file of this machine or of a rooted host: never over a foreign edit, never through a link, durable before it returns. */

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises';
import { bytesOf, type FileChange, type Made } from '../core/change.ts';
import { sha256 } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { editedByOthers, notDone, unknownDeed } from './carrier.ts';
import type { Root } from './file-look.ts';
import { labelOf, relabel } from './label.ts';
import { absent, enter, type Place, refusal } from './walk.ts';

interface Pre {
  readonly hash: string;
  readonly mode?: number;
  readonly owner?: number;
  readonly group?: number;
  readonly label?: string;
}

/** Does it; `post` is the new hash. Every Stop carries the state: before the rename it is surely not done. */
export async function writeFileAt(root: Root, change: FileChange): Promise<Made> {
  const place = await enter(root.path, change.path, 'refuse').catch((error) => failedBefore(change, error));
  if (place === undefined) return withoutFolder(change);
  try {
    const pre = await preImage(place, change).catch((error) => failedBefore(change, error));
    if (pre.hash !== change.before) throw editedByOthers(change.path);
    return change.content === null ? await remove(place, change, pre) : await replace(root, place, change, pre);
  } finally {
    await place.folder.close();
  }
}

function withoutFolder(change: FileChange): Made {
  if (change.before !== 'absent') throw editedByOthers(change.path);
  if (change.content === null) return { post: 'absent' };
  throw notDone('failed', t('{path} cannot be written: its folder is absent', { path: change.path }));
}

async function preImage(place: Place, change: FileChange): Promise<Pre> {
  const stats = await lstat(place.at).catch(absent);
  if (stats === undefined) return { hash: 'absent' };
  if (!stats.isFile()) throw refusal(change.path, t('it is not a regular file'));
  const handle = await open(place.at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const facts = await handle.stat();
    const label = await labelOf(handle);
    const hash = sha256(await handle.readFile());
    const owners = { mode: facts.mode & 0o7777, owner: facts.uid, group: facts.gid };
    return { hash, ...owners, ...(label === undefined ? {} : { label }) };
  } finally {
    await handle.close();
  }
}

async function remove(place: Place, change: FileChange, pre: Pre): Promise<Made> {
  if (pre.hash === 'absent') return { post: 'absent' };
  await unlink(place.at).catch((error) => failedBefore(change, error));
  await syncFolder(place, change);
  return { post: 'absent' };
}

async function replace(root: Root, place: Place, change: FileChange, pre: Pre): Promise<Made> {
  const bytes = change.content === null ? new Uint8Array() : bytesOf(change.content);
  const folder = `/proc/self/fd/${place.folder.fd}`;
  const temporary = `${folder}/.${place.name.slice(0, 200)}.${randomBytes(6).toString('hex')}.gxops`;
  try {
    await prepare(temporary, bytes, { root, change, pre });
    await stillBefore(place, change, pre);
    await rename(temporary, place.at);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    return failedBefore(change, error);
  }
  await syncFolder(place, change);
  return { post: sha256(bytes) };
}

/** Once more just before the rename: the preparation took time, and a foreign edit may have come in between. */
async function stillBefore(place: Place, change: FileChange, pre: Pre): Promise<void> {
  const now = await preImage(place, change);
  if (now.hash !== pre.hash) throw editedByOthers(change.path);
}

interface Wanted {
  readonly root: Root;
  readonly change: FileChange;
  readonly pre: Pre;
}

async function prepare(temporary: string, bytes: Uint8Array, wanted: Wanted): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(temporary, flags, 0o600);
  try {
    await handle.writeFile(bytes);
    await dress(handle, wanted);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Owner, then mode (a change of owner clears set-id bits), then label. */
async function dress(handle: FileHandle, { root, change, pre }: Wanted): Promise<void> {
  const now = await handle.stat();
  const owner = change.owner === undefined ? (pre.owner ?? now.uid) : real(change.owner, root, root.owner);
  const group = change.group === undefined ? (pre.group ?? now.gid) : real(change.group, root, root.group);
  if (owner !== now.uid || group !== now.gid) await handle.chown(owner, group);
  await handle.chmod(change.mode ?? pre.mode ?? 0o644);
  if (pre.label !== undefined && !(await relabel(handle, pre.label))) {
    throw notDone('failed', t('the SELinux label of {path} could not be kept (chcon failed)', { path: change.path }));
  }
}

function real(id: number, root: Root, standsForZero: number): number {
  return id === 0 && root.path !== '/' ? standsForZero : id;
}

async function syncFolder(place: Place, change: FileChange): Promise<void> {
  try {
    const folder = await open(`/proc/self/fd/${place.folder.fd}`, constants.O_RDONLY | constants.O_DIRECTORY);
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    throw unknownDeed(
      t('{path} was written, but its folder could not be synced to disk', { path: change.path }),
      error,
    );
  }
}

function failedBefore(change: FileChange, error: unknown): never {
  if (error instanceof Stop) throw error;
  const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
  const verdict = code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'refused' : 'failed';
  throw notDone(verdict, t('{path} could not be changed ({code})', { path: change.path, code }), error);
}
