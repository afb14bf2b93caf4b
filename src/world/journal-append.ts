/** Appending to the journal: lock, read the last stored line, write the whole group, unlock, sync, and only then acknowledge. */
import path from 'node:path';
import type { Draft, Entry } from '../core/event.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Disk } from './disk.ts';
import { codeOf, guardFilesystem, guardFolder, ownFolder } from './guard.ts';
import { type Batch, batchOf, type Group } from './journal-batch.ts';
import { heldText, NOTHING } from './journal-stops.ts';
import { type Tips, tipsOf } from './journal-tip.ts';
import { type KernelLock, kernelLock, lockedBy, takeWithin } from './kernel-lock.ts';
import type { Stamp } from './stamp.ts';

/** Where and how to append. `patience` bounds the wait for the lock in milliseconds, `bound` a segment's size in bytes. */
export interface AppendPlace {
  /** The site folder. */
  readonly dir: string;
  readonly disk: Disk;
  readonly stamp: Stamp;
  readonly patience: number;
  readonly bound: number;
}

export interface Appender {
  /** Durable when it returns, in order; Stop('refused') when nothing was recorded. Calls under way together share one sync. */
  append(drafts: readonly Draft[]): Promise<readonly Entry[]>;
  close(): void;
}

/** Opens nothing yet: the first append does. */
export function appender(place: AppendPlace): Appender {
  const folder = path.join(place.dir, 'journal');
  const tips = tipsOf(place.disk, folder, place.bound);
  let lock: KernelLock | undefined;
  let waiting: Group[] = [];
  let draining = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const groups = waiting;
      waiting = [];
      try {
        lock ??= await prepare(place, folder, groups);
        const answers = await withLock(lock, place, folder, () => write(place, tips, groups));
        // Durable only now, but out of the lock: the kernel syncs for many processes at once, and each line with all before it.
        if (answers.length > 0) tips.sync();
        for (const answer of answers) answer();
      } catch (cause) {
        for (const group of groups) group.failed(asStop(cause, folder));
      }
    }
    draining = false;
  };
  return {
    append(drafts) {
      if (drafts.length === 0) return Promise.resolve([]);
      const { promise, resolve, reject } = Promise.withResolvers<readonly Entry[]>();
      waiting.push({ drafts, done: resolve, failed: reject });
      if (!draining) queueMicrotask(drain);
      draining = true;
      return promise;
    },
    close() {
      tips.forget();
      lock?.close();
      lock = undefined;
    },
  };
}

async function prepare(place: AppendPlace, folder: string, groups: readonly Group[]): Promise<KernelLock> {
  const { disk } = place;
  if (disk.lstat(folder) === undefined && groups[0]?.drafts[0]?.type !== 'log.genesis') {
    throw new Stop('refused', t('there is no journal in {folder}', { folder }), {
      notDone: NOTHING,
      next: [`gxops site init ${place.dir}`],
    });
  }
  ownFolder(disk, folder, place.dir);
  guardFilesystem(disk, folder);
  return await kernelLock(path.join(folder, 'lock'), disk);
}

async function withLock<T>(lock: KernelLock, place: AppendPlace, folder: string, work: () => T): Promise<T> {
  guardFolder(place.disk.lstat(folder), folder);
  if (!(await takeWithin(lock, place.patience))) {
    throw new Stop('refused', heldText(lockedBy(path.join(folder, 'lock'), place.disk), folder), { notDone: NOTHING });
  }
  try {
    return work();
  } finally {
    lock.drop();
  }
}

type Answers = Batch['settle'];

function write(place: AppendPlace, tips: Tips, groups: readonly Group[]): Answers {
  const tip = tips.read();
  try {
    return put(tips, batchOf(groups, tip, place.stamp));
  } catch (cause) {
    if (tip.torn === undefined || !isFull(cause)) throw cause;
    // A full disk: the record of the torn tail does without the tail's bytes and so fits into its place.
    const torn = { ...tip.torn, kept: Buffer.alloc(0) };
    return put(tips, batchOf(groups, { ...tips.read(), torn }, place.stamp));
  }
}

function put(tips: Tips, batch: Batch): Answers {
  if (batch.last === undefined) return [];
  tips.put(batch.bytes, batch.last);
  return batch.settle;
}

function isFull(cause: unknown): boolean {
  const data = cause instanceof Stop ? cause.detail.data : undefined;
  return typeof data === 'object' && data !== null && 'full' in data && data.full === true;
}

function asStop(cause: unknown, folder: string): unknown {
  if (cause instanceof Stop || (cause as NodeJS.ErrnoException).syscall === undefined) return cause;
  return new Stop('refused', t('the journal in {folder} cannot be used: {code}', { folder, code: codeOf(cause) }), {
    notDone: NOTHING,
    cause,
  });
}
