/** Opens paths one component at a time, so that no symbolic link is followed unseen and none leads out of a host's root folder. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises';
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';

/** O_PATH of Linux: a place in the tree without the right to read it; node:fs does not name it. */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const MOST_LINKS = 40;

/** The folder that holds a path's last component, held open. `at` names that component through the open folder. */
export interface Place {
  readonly at: string;
  readonly folder: FileHandle;
  readonly name: string;
}

/** How links on the way are met: looks follow those that stay below the root, deeds refuse them all. */
export type Links = 'inside' | 'refuse';

interface Walk {
  readonly path: string;
  readonly links: Links;
  /** The whole machine: an absolute link starts again at the top instead of leading out. */
  readonly free: boolean;
  readonly stack: FileHandle[];
  readonly rest: string[];
}

/**
 * Opens the parent folder of `path` below `root` (itself a real path); the caller closes `folder`. undefined: a folder on the way is absent.
 * Stop('refused') for a relative path, `..`, NUL, a link that leads out, or any link where `links` is `refuse`.
 */
export async function enter(root: string, path: string, links: Links): Promise<Place | undefined> {
  const rest = componentsOf(path);
  const name = rest.pop() ?? '.';
  const walk: Walk = { path, links, free: root === '/', stack: [await open(root, FOLDER)], rest };
  try {
    for (let budget = MOST_LINKS; walk.rest.length > 0; ) {
      const step = await descend(walk);
      if (step === 'absent') return undefined;
      if (step === 'link' && --budget < 0) throw refusal(path, t('it passes through too many symbolic links'));
    }
    const folder = walk.stack.pop();
    return folder && { at: `/proc/self/fd/${folder.fd}/${name}`, folder, name };
  } finally {
    for (const handle of walk.stack) await handle.close();
  }
}

async function descend(walk: Walk): Promise<'down' | 'link' | 'absent'> {
  const here = walk.stack.at(-1);
  const part = walk.rest.shift();
  if (here === undefined || part === undefined) return 'absent';
  if (part === '..') return up(walk);
  const at = `/proc/self/fd/${here.fd}/${part}`;
  const seen = await lstat(at).catch(absent);
  if (seen?.isSymbolicLink()) {
    await follow(walk, part, await readlink(at));
    return 'link';
  }
  if (!seen?.isDirectory()) return 'absent';
  walk.stack.push(await open(at, FOLDER));
  return 'down';
}

async function up(walk: Walk): Promise<'down'> {
  if (walk.stack.length > 1) await walk.stack.pop()?.close();
  else if (!walk.free) throw refusal(walk.path, t('a symbolic link on the way leads out of the root folder'));
  return 'down';
}

async function follow(walk: Walk, part: string, target: string): Promise<void> {
  const absolute = target.startsWith('/');
  if (walk.links === 'refuse' || (absolute && !walk.free)) {
    throw refusal(walk.path, t('{part} on the way is a symbolic link to {target}', { part, target }));
  }
  if (absolute) for (const handle of walk.stack.splice(1)) await handle.close();
  walk.rest.unshift(...target.split('/').filter((word) => word !== '' && word !== '.'));
}

function componentsOf(path: string): string[] {
  if (!path.startsWith('/')) throw refusal(path, t('only absolute paths are taken'));
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.includes('\0') || parts.includes('..')) throw refusal(path, t('it holds .. or a NUL'));
  return parts;
}

/** Stop('refused') for a path that is left alone: surely nothing was done there. */
export function refusal(path: string, why: Phrase): Stop {
  return new Stop('refused', t('{path} is not touched: {why}', { path, why }), {
    notDone: t('Nothing was read or written there.'),
    data: { state: 'not-done' },
  });
}

/** For `catch`: undefined where a path is absent; everything else is thrown on. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
