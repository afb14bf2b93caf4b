/** Looks at files and folders of this machine, or of a folder taken as the root of one. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen } from '../core/world.ts';
import { FILE_CAP } from './carrier.ts';
import { labelOf } from './label.ts';
import { absent, enter, type Place } from './walk.ts';

/** A root: '/' for the machine itself, else a real path, with the owner who stands for uid 0 and group for gid 0 there. */
export interface Root {
  readonly path: string;
  readonly owner: number;
  readonly group: number;
}

/** The machine itself. */
export const WHOLE_MACHINE: Root = { path: '/', owner: 0, group: 0 };

/** A path as found. Stop('unreachable') where it may not be read. */
export async function seeFile(root: Root, host: string, path: string): Promise<FileSeen> {
  const place = await enter(root.path, path, 'inside').catch(unreadable(host, path));
  if (place === undefined) return { kind: 'absent' };
  try {
    return await seen(root, place);
  } catch (error) {
    return unreadable(host, path)(error);
  } finally {
    await place.folder.close();
  }
}

async function seen(root: Root, place: Place): Promise<FileSeen> {
  const stats = await lstat(place.at).catch(absent);
  if (stats === undefined) return { kind: 'absent' };
  const facts = factsOf(root, stats);
  if (stats.isSymbolicLink()) return { kind: 'link', ...facts, target: await readlink(place.at) };
  if (stats.isDirectory()) return { kind: 'folder', ...facts };
  if (!stats.isFile()) return { kind: 'other', ...facts };
  const handle = await open(place.at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await readSeen(root, handle, place.at);
  } finally {
    await handle.close();
  }
}

async function readSeen(root: Root, handle: FileHandle, at: string): Promise<FileSeen> {
  const stats = await handle.stat();
  if (!stats.isFile()) return { kind: 'other', ...factsOf(root, stats) };
  const bytes = await readBounded(handle, at);
  const label = root.path === '/' ? await labelOf(handle) : undefined;
  const modified = Math.trunc(stats.mtimeMs);
  return { kind: 'file', bytes, ...factsOf(root, stats), modified, ...(label === undefined ? {} : { label }) };
}

/** Read to its end, whatever size it claims: files under /proc say 0. */
async function readBounded(handle: FileHandle, at: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(65536), 0, 65536, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    size += bytesRead;
    if (size > FILE_CAP) throw Object.assign(new Error(`more than ${FILE_CAP} bytes: ${at}`), { code: 'EFBIG' });
    parts.push(buffer.subarray(0, bytesRead));
  }
}

/** Permission bits and owners as the host sees them. */
export function factsOf(root: Root, stats: Stats): { mode: number; owner: number; group: number } {
  const owner = root.path !== '/' && stats.uid === root.owner ? 0 : stats.uid;
  const group = root.path !== '/' && stats.gid === root.group ? 0 : stats.gid;
  return { mode: stats.mode & 0o7777, owner, group };
}

/** Names in a folder, sorted by code unit; undefined where it is absent or not a folder. */
export async function seeFolder(root: Root, host: string, path: string): Promise<readonly string[] | undefined> {
  // A component below the folder, so that the walk opens the folder itself.
  const place = await enter(root.path, `${path}/_`, 'inside').catch(unreadable(host, path));
  if (place === undefined) return undefined;
  try {
    return (await readdir(`/proc/self/fd/${place.folder.fd}`)).sort();
  } catch (error) {
    return unreadable(host, path)(error);
  } finally {
    await place.folder.close();
  }
}

function unreadable(host: string, path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Stop) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
    throw new Stop('unreachable', t('{path} on {host} could not be read ({code})', { path, host, code }), {
      notDone: t('Nothing was judged from this look, and nothing was changed.'),
      cause: error,
    });
  };
}
