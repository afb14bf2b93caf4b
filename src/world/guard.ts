/** What may lie at a path of ours: our own file or folder, closed to others, never a link; and the errors that say otherwise. */
import { constants } from 'node:fs';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import type { Disk, Seen } from './disk.ts';

const base = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Flags to open own files with: no symlink is followed, a FIFO does not block. */
export const ownFlags = {
  read: base | constants.O_RDONLY,
  patch: base | constants.O_RDWR,
  append: base | constants.O_RDWR | constants.O_APPEND,
  make: base | constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
};

/** `f_type` of statfs(2), from linux/magic.h. */
const NETWORKED: Readonly<Record<number, string>> = {
  26985: 'NFS',
  1702057286: 'FUSE',
  20859: 'SMB',
  4266872130: 'SMB',
  4283649346: 'CIFS',
};

function refuse(text: Text, next: readonly string[] = []): Stop {
  return new Stop('refused', text, { notDone: t('nothing was recorded and nothing was done'), next });
}

/** The file at the path; Stop('refused') unless it is a plain file with one name, ours, and closed to all others. */
export function guardFile(seen: Seen | undefined, path: string): Seen {
  if (seen === undefined) throw refuse(t('{path} is missing', { path }));
  if (seen.kind !== 'file') throw refuse(t('{path} is not a plain file', { path }));
  if (seen.links !== 1) throw refuse(t('{path} has {links} names; one is expected', { path, links: seen.links }));
  return guardAccess(seen, path, '600');
}

/** The folder at the path; Stop('refused') unless it is one, ours, and closed to all others. */
export function guardFolder(seen: Seen | undefined, path: string): Seen {
  if (seen?.kind !== 'folder') throw refuse(t('{path} is not a folder', { path }));
  return guardAccess(seen, path, '700');
}

/** Fixed: gxops never changes its own account. */
const uid = process.getuid?.() ?? 0;

function guardAccess(seen: Seen, path: string, mode: string): Seen {
  if (seen.owner !== uid) {
    throw refuse(t('{path} belongs to uid {owner}, not to uid {uid}', { path, owner: seen.owner, uid }));
  }
  if ((seen.mode & 0o077) !== 0) {
    const text = t('{path} is open to other accounts (mode {mode})', { path, mode: seen.mode.toString(8) });
    throw refuse(text, [`chmod ${mode} ${path}`]);
  }
  return seen;
}

/** The refusal of a file or folder of ours that a full or read-only disk does not take. */
export function unmade(path: string, cause: unknown): Stop {
  return new Stop('refused', t('{path} cannot be made: {code}', { path, code: codeOf(cause) }), {
    notDone: t('nothing was recorded and nothing was done'),
    next: ['gxops doctor'],
    cause,
  });
}

/** Makes the folder (0700 whatever the umask) unless it is there, durably; Stop('refused') where something else is. */
export function ownFolder(disk: Disk, path: string, parent: string): void {
  if (disk.lstat(path) === undefined) {
    try {
      disk.mkdir(path, 0o700);
      const made = disk.open(path, ownFlags.read);
      disk.fchmod(made, 0o700);
      disk.close(made);
      syncFolder(disk, parent);
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') throw unmade(path, cause);
    }
  }
  guardFolder(disk.lstat(path), path);
}

/** Makes an empty file, 0600 whatever the umask, unless it is there. */
export function makeOwn(disk: Disk, path: string): void {
  try {
    const file = disk.open(path, ownFlags.make, 0o600);
    disk.fchmod(file, 0o600);
    disk.close(file);
  } catch (cause) {
    if (codeOf(cause) !== 'EEXIST') throw cause;
  }
}

/** Makes the names in a folder durable. */
export function syncFolder(disk: Disk, path: string): void {
  const folder = disk.open(path, ownFlags.read);
  try {
    disk.fsync(folder);
  } finally {
    disk.close(folder);
  }
}

/** Stop('refused') on file systems whose locks or syncs do not keep the journal's promises. */
export function guardFilesystem(disk: Disk, path: string): void {
  const kind = NETWORKED[disk.statfs(path).type];
  if (kind === undefined) return;
  throw new Stop('refused', t('{path} lies on {kind}; its locks cannot be relied on', { path, kind }), {
    notDone: t('nothing was recorded and nothing was done'),
    safe: t('keep the site folder on a local disk'),
  });
}

/** The system's name of an error (`ENOSPC`), or its message. */
export function codeOf(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException;
  return error?.code ?? (cause instanceof Error ? cause.message : String(cause));
}
