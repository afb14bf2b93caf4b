/** Locks on targets: kernel locks that die with the process, and beside each a note of who holds it and why. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Holder } from '../core/world.ts';
import type { Disk } from './disk.ts';
import { guardFilesystem, ownFolder } from './guard.ts';
import { type KernelLock, kernelLock, lockedBy } from './kernel-lock.ts';

export interface Holding {
  readonly operator: string;
  readonly why: string;
}

interface Held {
  readonly lock: KernelLock;
  readonly note: string;
}

/**
 * Runs `work` while holding all names, taken in sorted order so that two holders cannot wait for each other. One held by
 * another: Stop('refused') naming holder, since when, why; nothing is held then.
 */
export async function holdAll<T>(
  disk: Disk,
  dir: string,
  names: readonly string[],
  holding: Holding,
  work: () => Promise<T>,
): Promise<T> {
  const folder = path.join(dir, 'locks');
  ownFolder(disk, folder, dir);
  guardFilesystem(disk, folder);
  const held: Held[] = [];
  try {
    for (const name of [...new Set(names)].sort()) held.push(await take(disk, folder, name, holding));
    return await work();
  } finally {
    for (const one of held.reverse()) letGo(one);
  }
}

/** A lock's file name: percent-encoded, with nothing that a folder or a shell could misread. */
export function lockName(target: string): string {
  return encodeURIComponent(target).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

async function take(disk: Disk, folder: string, target: string, holding: Holding): Promise<Held> {
  const base = path.join(folder, lockName(target));
  const lock = await kernelLock(`${base}.lock`, disk);
  try {
    if (!lock.take()) throw await heldStop(disk, base, target);
    const since = new Date().toISOString();
    const holder: Holder = { target, pid: process.pid, since, operator: holding.operator, why: holding.why };
    writeNote(`${base}.json`, holder);
    return { lock, note: `${base}.json` };
  } catch (cause) {
    lock.close();
    throw cause;
  }
}

function letGo({ lock, note }: Held): void {
  quietly(() => fs.rmSync(note, { force: true }));
  lock.close(); // the note goes first: whoever has the lock then writes its own
}

/**
 * A note is for people; it needs no sync, and a half-written one must never be read. The lock holds without it: on a full disk,
 * where a run may have to be undone, whoever comes second is told the process alone.
 */
function writeNote(note: string, holder: Holder): void {
  const temporary = `${note}.${randomUUID()}`;
  try {
    fs.writeFileSync(temporary, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, note);
  } catch {
    quietly(() => fs.rmSync(temporary, { force: true }));
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // a note is no part of the lock
  }
}

async function heldStop(disk: Disk, base: string, target: string): Promise<Stop> {
  const pid = lockedBy(`${base}.lock`, disk);
  const holder = await readNote(`${base}.json`, pid);
  const notDone = t('nothing was done to {target}', { target });
  const safe = t('the lock ends with its process; there is nothing to clean up');
  if (holder === undefined) {
    const text = t('{target} is held by another process ({pid})', { target, pid: pid ?? '?' });
    return new Stop('refused', text, { notDone, safe });
  }
  const text = t('{target} is held by {operator} (process {pid}) since {since}: {why}', { ...holder, target });
  return new Stop('refused', text, { notDone, safe, data: { ...holder } });
}

/** The holder's note; a note of an earlier holder that died is not taken for it. */
async function readNote(note: string, pid: number | undefined): Promise<Holder | undefined> {
  for (let look = 0; look < 5; look++) {
    try {
      const holder = JSON.parse(fs.readFileSync(note, 'utf8')) as Holder;
      if (pid === undefined || holder.pid === pid) return holder;
    } catch {
      // not written yet, or just removed
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}
