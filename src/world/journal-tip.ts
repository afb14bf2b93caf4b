/** The end of the journal: reading it under the lock, and putting bytes behind it so that they are all there or not at all. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Entry } from '../core/event.ts';
import { FIRST_SEQ, NO_PREV } from '../core/line.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Disk } from './disk.ts';
import { guardFile, ownFlags } from './guard.ts';
import { brokenStop, NOTHING, syncStop, writeStop } from './journal-stops.ts';
import { makeSegment, openSegment, readFully, type Segment, segmentName, segmentsIn, tailOf } from './segments.ts';

/** Bytes of a torn tail that the record of it keeps. */
export const TORN_KEPT = 4096;

/** Bytes behind the last newline: a record that was never acknowledged. `kept` is its beginning. */
export interface Torn {
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
  readonly kept: Buffer;
}

/** What the next line stands behind. `last` is absent in an empty journal. */
export interface Tip {
  readonly seq: number;
  readonly prev: string;
  readonly last?: Entry;
  readonly torn?: Torn;
}

/** `read` and `put` are called under the append lock only. */
export interface Tips {
  read(): Tip;
  /** Writes; `last` is the entry of the last line in `bytes`. Stop('refused') when it could not; the file is as before then. */
  put(bytes: Buffer, last: Entry): void;
  /** Makes durable what was put, and with it every line before: nothing may be acknowledged earlier. Needs no lock. */
  sync(): void;
  forget(): void;
}

interface State {
  segment: Segment | undefined;
  size: number;
  changed: bigint;
  tip: Tip;
}

/** The journal's end in `folder`; a segment that reached `bound` bytes gets a successor. */
export function tipsOf(disk: Disk, folder: string, bound: number): Tips {
  let state: State | undefined;
  const forget = (): void => {
    if (state?.segment) disk.close(state.segment.file);
    state = undefined;
  };
  return {
    forget,
    read() {
      const same = state?.segment && sameSegment(disk, folder, state, state.segment);
      if (!same) forget();
      state = same ?? readState(disk, folder);
      return state.tip;
    },
    put(bytes, last) {
      const before = state;
      if (before === undefined) throw new TypeError('the tip is read before it is written');
      const segment = roomy(disk, folder, before, bound);
      try {
        if (segment === before.segment && before.tip.torn) overwrite(disk, folder, segment, before, bytes);
        else extend(disk, folder, segment, segment === before.segment ? before.size : 0, bytes);
        const seen = disk.fstat(segment.file);
        if (segment !== before.segment) forget();
        state = { segment, size: seen.size, changed: seen.changed, tip: { seq: last.seq + 1, prev: last.hash, last } };
      } catch (cause) {
        if (segment !== before.segment) disk.close(segment.file);
        forget(); // what is on the disk now is read again
        throw cause;
      }
    },
    sync() {
      if (state?.segment === undefined) throw new TypeError('something is put before it is synced');
      try {
        sync(disk, state.segment);
      } catch (cause) {
        forget();
        throw cause;
      }
    },
  };
}

/** The state now, where the open segment is still the newest; others may have appended to it. undefined: everything is to be looked at anew. */
function sameSegment(disk: Disk, folder: string, state: State, segment: Segment): State | undefined {
  const seen = guardFile(disk.lstat(segment.path), segment.path);
  if (seen.inode !== segment.seen.inode || seen.device !== segment.seen.device) return undefined;
  if (disk.lstat(path.join(folder, segmentName(segment.number + 1))) !== undefined) return undefined;
  const { size, changed } = seen;
  if (size === state.size && changed === state.changed) return state;
  const tail = tailOf(disk, segment.file, size);
  if (tail.entry === undefined) return undefined;
  return { segment, size, changed, tip: tipAfter(tail.entry, tornOf(disk, segment, tail.end, size), segment) };
}

function readState(disk: Disk, folder: string): State {
  const numbers = segmentsIn(disk, folder);
  const newest = numbers.at(-1);
  if (newest === undefined) return { segment: undefined, size: 0, changed: 0n, tip: { seq: FIRST_SEQ, prev: NO_PREV } };
  const segment = openSegment(disk, folder, newest, ownFlags.append);
  try {
    const { size, changed } = segment.seen;
    const tail = tailOf(disk, segment.file, size);
    if (tail.end > 0 && tail.entry === undefined) throw brokenStop(segment.path);
    const last = tail.entry ?? lastBefore(disk, folder, numbers.slice(0, -1));
    return { segment, size, changed, tip: tipAfter(last, tornOf(disk, segment, tail.end, size), segment) };
  } catch (cause) {
    disk.close(segment.file);
    throw cause;
  }
}

function tipAfter(last: Entry | undefined, torn: Torn | undefined, segment: Segment): Tip {
  if (last !== undefined && last.body.v !== 1) {
    throw new Stop('refused', t('{path} was written by a newer gxops', { path: segment.path }), { notDone: NOTHING });
  }
  const place = last === undefined ? { seq: FIRST_SEQ, prev: NO_PREV } : { seq: last.seq + 1, prev: last.hash, last };
  return torn === undefined ? place : { ...place, torn };
}

/** A new segment without a line yet: the last line is in the one before, which must be whole. */
function lastBefore(disk: Disk, folder: string, numbers: readonly number[]): Entry | undefined {
  const previous = numbers.at(-1);
  if (previous === undefined) return undefined;
  const segment = openSegment(disk, folder, previous, ownFlags.read);
  try {
    const tail = tailOf(disk, segment.file, segment.seen.size);
    if (tail.entry === undefined || tail.end !== tail.size) throw brokenStop(segment.path);
    return tail.entry;
  } finally {
    disk.close(segment.file);
  }
}

function tornOf(disk: Disk, segment: Segment, offset: number, size: number): Torn | undefined {
  if (size === offset) return undefined;
  const digest = createHash('sha256');
  for (let at = offset; at < size; at += 1 << 20) {
    digest.update(readFully(disk, segment.file, at, Math.min(1 << 20, size - at)));
  }
  const kept = readFully(disk, segment.file, offset, Math.min(TORN_KEPT, size - offset));
  return { offset, length: size - offset, sha256: digest.digest('hex'), kept };
}

function roomy(disk: Disk, folder: string, state: State, bound: number): Segment {
  const { segment } = state;
  if (segment && (state.size < bound || state.tip.torn)) return segment;
  if (segment) sync(disk, segment); // lines of other processes in it may wait for their sync still; ours will stand on them
  try {
    return makeSegment(disk, folder, (segment?.number ?? 0) + 1);
  } catch (cause) {
    throw writeStop(disk, path.join(folder, segmentName((segment?.number ?? 0) + 1)), folder, cause);
  }
}

function extend(disk: Disk, folder: string, segment: Segment, size: number, bytes: Buffer): void {
  try {
    writeAll(disk, segment.file, bytes);
  } catch (cause) {
    const stop = writeStop(disk, segment.path, folder, cause);
    attempt(() => disk.ftruncate(segment.file, size)); // where even this fails, the next append finds a torn tail
    throw stop;
  }
}

/**
 * Puts the lines in the place of a torn tail: the tail's blocks serve again, so it works on a full disk, and a kill between
 * any two calls leaves either a torn tail or the whole record of it. A failure puts the old bytes back.
 */
function overwrite(disk: Disk, folder: string, segment: Segment, state: State, bytes: Buffer): void {
  const { offset = state.size, length = 0 } = state.tip.torn ?? {};
  const old = readFully(disk, segment.file, offset, Math.min(bytes.length, length));
  const file = disk.open(segment.path, ownFlags.patch);
  try {
    writeAll(disk, file, bytes, offset);
    if (length > bytes.length) disk.ftruncate(file, offset + bytes.length);
  } catch (cause) {
    const stop = writeStop(disk, segment.path, folder, cause);
    attempt(() => {
      writeAll(disk, file, old, offset);
      disk.ftruncate(file, state.size);
    });
    throw stop;
  } finally {
    disk.close(file);
  }
}

function writeAll(disk: Disk, file: number, bytes: Buffer, at?: number): void {
  for (let done = 0; done < bytes.length; ) {
    const count = disk.write(file, bytes.subarray(done), at === undefined ? undefined : at + done);
    if (count === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC', syscall: 'write' });
    done += count;
  }
}

function sync(disk: Disk, segment: Segment): void {
  try {
    disk.fdatasync(segment.file);
  } catch (cause) {
    throw syncStop(segment.path, cause);
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // the first failure is the one that is told
  }
}
