/** Bringing the index up to the journal's last whole line, from wherever it stands; every line is checked on its way in. */
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../core/event.ts';
import { entryOf, FIRST_SEQ, leafHash, NO_PREV } from '../core/line.ts';
import type { Disk } from './disk.ts';
import { alteredStop, openToRead } from './journal-lines.ts';
import { readFully, segmentName, segmentsIn } from './segments.ts';
import { bootId } from './stamp.ts';

/** `user_version` of a finished index of this schema, and of one that is being written. */
const WHOLE = 1;
const UNFINISHED = 9999;
const CHUNK = 1 << 20;

/** How far the index reaches: `end` is the byte behind the last line's newline, `length` that line's without it. */
interface Reach {
  segment: number;
  end: number;
  seq: number;
  hash: string;
  length: number;
}

const NOWHERE: Readonly<Reach> = { segment: 0, end: 0, seq: FIRST_SEQ - 1, hash: NO_PREV, length: 0 };

/** True when the index is whole, of this boot, stands at the journal's very end, and its last line is still the one stored. */
export function isCurrent(base: DatabaseSync, disk: Disk, folder: string): boolean {
  const reach = reachOf(base, disk, folder);
  if (reach === undefined) return false;
  const newest = segmentsIn(disk, folder).at(-1) ?? 0;
  return newest === reach.segment && sizeOf(disk, folder, newest) === reach.end;
}

function sizeOf(disk: Disk, folder: string, segment: number): number {
  return segment === 0 ? 0 : (disk.lstat(path.join(folder, segmentName(segment)))?.size ?? -1);
}

/** How far the index can be believed; undefined: not at all. */
function reachOf(base: DatabaseSync, disk: Disk, folder: string): Reach | undefined {
  if (base.prepare('PRAGMA user_version').get()?.user_version !== WHOLE) return undefined;
  const row = base.prepare('SELECT segment, end, seq, hash, length, boot FROM state').get();
  // The index is not synced: one written before the machine went down may have holes that nothing shows.
  if (row === undefined || row.boot !== bootId()) return undefined;
  const reach = row as unknown as Reach;
  return reach.segment === 0 || holds(reach, disk, folder) ? reach : undefined;
}

function holds({ segment, end, length, hash }: Reach, disk: Disk, folder: string): boolean {
  if (sizeOf(disk, folder, segment) < end) return false;
  const file = openToRead(disk, path.join(folder, segmentName(segment)));
  try {
    const bytes = readFully(disk, file, end - length - 1, length + 1);
    return bytes.length === length + 1 && bytes[length] === 0x0a && leafHash(bytes.subarray(0, length)) === hash;
  } finally {
    disk.close(file);
  }
}

/**
 * Indexes what is missing, alone. The mark of an unfinished index is written before and taken away after, each on its own, so
 * that a kill in between is seen. Stop('failed') at a line that is not what was recorded; the index ends before it then.
 */
export function fill(base: DatabaseSync, disk: Disk, folder: string): void {
  base.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE');
  try {
    let reach = reachOf(base, disk, folder);
    base.exec(`PRAGMA user_version = ${UNFINISHED}; COMMIT; BEGIN IMMEDIATE`);
    if (reach === undefined) base.exec('DELETE FROM state; DELETE FROM entry; DELETE FROM run');
    reach ??= { ...NOWHERE };
    try {
      readOn(base, disk, folder, reach);
    } finally {
      const { segment, end, seq, hash, length } = reach;
      const state = base.prepare('INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?)');
      state.run(segment, end, seq, hash, length, bootId());
      base.exec(`COMMIT; PRAGMA user_version = ${WHOLE}`);
    }
  } finally {
    if (base.isTransaction) base.exec('ROLLBACK');
    base.exec('PRAGMA locking_mode = NORMAL; SELECT 1 FROM state');
  }
}

function readOn(base: DatabaseSync, disk: Disk, folder: string, reach: Reach): void {
  const put = putter(base);
  for (const segment of segmentsIn(disk, folder)) {
    if (segment < reach.segment) continue;
    const name = segmentName(segment);
    const file = openToRead(disk, path.join(folder, name));
    try {
      let at = segment === reach.segment ? reach.end : 0;
      for (;;) {
        const chunk = readFully(disk, file, at, CHUNK);
        let start = 0;
        for (let newline = chunk.indexOf(10); newline >= 0; newline = chunk.indexOf(10, start)) {
          const line = chunk.subarray(start, newline);
          const entry = entryOf(line);
          if (entry?.seq !== reach.seq + 1 || entry.prev !== reach.hash) throw alteredStop(name, at + start);
          put(entry, segment, at + start, line.length);
          start = newline + 1;
          Object.assign(reach, { segment, end: at + start, seq: entry.seq, hash: entry.hash, length: line.length });
        }
        if (start === 0) break; // the end, a torn tail, or a line of a megabyte, which is none of ours
        at += start;
      }
    } finally {
      disk.close(file);
    }
  }
}

function putter(base: DatabaseSync): (entry: Entry, segment: number, offset: number, length: number) => void {
  const entries = base.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)');
  const opened = base.prepare('INSERT OR REPLACE INTO run VALUES (?, 0)');
  const closed = base.prepare('UPDATE run SET closed = 1 WHERE run = ?');
  return ({ seq, body }, segment, offset, length) => {
    const { type, run = null, subject = null } = body;
    entries.run(seq, segment, offset, length, type, run, subject);
    if (run !== null && type === 'run.opened') opened.run(run);
    if (run !== null && type === 'run.closed') closed.run(run);
  };
}
