/** A lock that the kernel drops when its process dies: an exclusive transaction on an SQLite file that holds no data. */
import fs from 'node:fs';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Disk } from './disk.ts';
import { guardFile, makeOwn, unmade } from './guard.ts';

/** One lock file, opened by nothing but SQLite: closing any other descriptor of it would drop this process's lock. */
export interface KernelLock {
  /** True when the lock is now ours; false when another connection holds it. */
  take(): boolean;
  drop(): void;
  close(): void;
}

const BUSY = 5;
const NAPS = 24;
const cell = new Int32Array(new SharedArrayBuffer(4));

type Statement = import('node:sqlite').StatementSync;

/** The lock file open in SQLite, its three words prepared: they are said thousands of times a second. */
interface Connection {
  readonly begin: Statement;
  readonly commit: Statement;
  readonly rollback: Statement;
  close(): void;
}

/** Opens (and at first makes, 0600) the lock file. Stop('refused') where something else lies at the path. */
export async function kernelLock(path: string, disk: Disk): Promise<KernelLock> {
  const { DatabaseSync } = await import('node:sqlite');
  let connection: Connection | undefined;
  let inode = 0n;
  const close = (): void => {
    connection?.close();
    connection = undefined;
  };
  const open = (): Connection => {
    close();
    inode = lockFile(path, disk);
    const database = new DatabaseSync(path, { timeout: 0 });
    light(database);
    connection = {
      begin: database.prepare('BEGIN EXCLUSIVE'),
      commit: database.prepare('COMMIT'),
      rollback: database.prepare('ROLLBACK'),
      close: () => database.close(),
    };
    return connection;
  };
  const take = (): boolean => {
    for (let round = 0; round < 3; round++) {
      const current = connection ?? open();
      if (!begin(current, path)) return false;
      if (isStill(path, disk, inode, () => end(current))) return true;
      open();
    }
    throw new Stop('refused', t('the lock file {path} keeps changing', { path }), {
      notDone: t('nothing was recorded and nothing was done'),
    });
  };
  return {
    take,
    drop: () => connection && end(connection),
    close,
  };
}

/** Whether what lies at the path is what was locked. If not, the lock holds nobody back and is given up. */
function isStill(path: string, disk: Disk, inode: bigint, giveUp: () => void): boolean {
  const seen = disk.lstat(path);
  try {
    if (seen !== undefined && guardFile(seen, path).inode === inode) return true;
  } catch (cause) {
    giveUp();
    throw cause;
  }
  giveUp();
  return false;
}

function lockFile(path: string, disk: Disk): bigint {
  // Harmless though not SQLite's doing: nobody can have locked a file that was not there.
  try {
    if (disk.lstat(path) === undefined) makeOwn(disk, path);
  } catch (cause) {
    throw unmade(path, cause);
  }
  return guardFile(disk.lstat(path), path).inode;
}

/** There is nothing to keep, so no second file and no syncs for it; where the lock is held just now, it works without. */
function light(database: import('node:sqlite').DatabaseSync): void {
  try {
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY');
  } catch {
    // whatever is wrong shows when the file is locked
  }
}

function isBusy(cause: unknown): boolean {
  return ((cause as { errcode?: number }).errcode ?? 0) % 256 === BUSY;
}

function begin(connection: Connection, path: string): boolean {
  try {
    connection.begin.run();
    return true;
  } catch (cause) {
    if (isBusy(cause)) return false;
    throw new Stop('refused', t('the lock file {path} cannot be locked', { path }), {
      notDone: t('nothing was recorded and nothing was done'),
      safe: t('the file holds no data; nothing but gxops may open or replace it'),
      cause,
    });
  }
}

/** The first commit of all writes an empty database's page, so that later ones have nothing to write; a full disk may refuse it. */
function end(connection: Connection): void {
  try {
    connection.commit.run();
  } catch {
    connection.rollback.run();
  }
}

/** Takes the lock, waiting at most `patience` milliseconds; false when it stayed with another. */
export async function takeWithin(lock: KernelLock, patience: number): Promise<boolean> {
  const until = performance.now() + patience;
  for (let attempt = 0; ; attempt++) {
    if (lock.take()) return true;
    if (performance.now() >= until) return false;
    // The lock is held for a tenth of a millisecond, a timer takes at least one: nap first. Trying costs, so not too often.
    if (attempt < NAPS) Atomics.wait(cell, 0, 0, 0.4 + (attempt % 4) * 0.2);
    else await new Promise((resolve) => setTimeout(resolve, 1 + (attempt % 4)));
  }
}

/** Process that holds a POSIX lock on the file, as the kernel tells it; undefined where it does not. */
export function lockedBy(path: string, disk: Disk): number | undefined {
  const seen = disk.lstat(path);
  if (seen === undefined) return undefined;
  const minor = Number((seen.device & 0xffn) | ((seen.device >> 12n) & 0xfff00n));
  const major = Number((seen.device >> 8n) & 0xfffn);
  const mark = ` ${hex(major)}:${hex(minor)}:${seen.inode} `;
  const row = read('/proc/locks')
    .split('\n')
    .find((line) => line.includes(mark) && line.includes(' WRITE '));
  const pid = Number(/WRITE\s+(\d+)/.exec(row ?? '')?.[1] ?? 0);
  return pid > 0 ? pid : undefined;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

function read(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
