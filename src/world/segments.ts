/** The journal's files: their names, opening them safely, and finding the last stored line. */
import path from 'node:path';
import type { Entry } from '../core/event.ts';
import { entryOf, MAX_LINE } from '../core/line.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Disk, Seen } from './disk.ts';
import { guardFile, ownFlags, syncFolder } from './guard.ts';

const NAME = /^(\d{6,12})\.jsonl$/;
/** Most lines, and so most ends of a journal, fit into one read of this size. */
const BLOCK = 4096;

/** File name of segment `number`, e.g. `000001.jsonl`. */
export function segmentName(number: number): string {
  return `${String(number).padStart(6, '0')}.jsonl`;
}

/** Numbers of the segments in the journal's folder, ascending; empty where the folder is absent. */
export function segmentsIn(disk: Disk, folder: string): number[] {
  if (disk.lstat(folder) === undefined) return [];
  const found = disk.names(folder).flatMap((name) => {
    const number = Number(NAME.exec(name)?.[1] ?? Number.NaN);
    return segmentName(number) === name ? [number] : [];
  });
  return found.sort((a, b) => a - b);
}

/** An open segment. */
export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly file: number;
  readonly seen: Seen;
}

/** Opens a segment with the given flags after looking at what lies there; Stop('refused') unless it is our own plain file. */
export function openSegment(disk: Disk, folder: string, number: number, flags: number): Segment {
  const at = path.join(folder, segmentName(number));
  const before = guardFile(disk.lstat(at), at);
  const file = disk.open(at, flags);
  const seen = disk.fstat(file);
  if (seen.inode === before.inode && seen.device === before.device) return { number, path: at, file, seen };
  disk.close(file);
  throw new Stop('refused', t('{path} was exchanged while it was being opened', { path: at }), {
    notDone: t('nothing was recorded and nothing was done'),
  });
}

/** Makes a new, empty segment, 0600 whatever the umask; its name is durable when this returns. */
export function makeSegment(disk: Disk, folder: string, number: number): Segment {
  const at = path.join(folder, segmentName(number));
  const file = disk.open(at, ownFlags.make, 0o600);
  try {
    disk.fchmod(file, 0o600);
    syncFolder(disk, folder);
    return { number, path: at, file, seen: disk.fstat(file) };
  } catch (cause) {
    disk.close(file);
    throw cause;
  }
}

/** Where a segment's whole lines end, and the last of them; `entry` is absent where there is none or it does not hold. */
export interface Tail {
  readonly end: number;
  readonly size: number;
  readonly entry?: Entry;
}

/** Reads a segment's end: its last whole line and how many bytes stand behind it. */
export function tailOf(disk: Disk, file: number, size: number): Tail {
  const end = afterLastNewline(disk, file, size);
  if (end === 0) return { end, size };
  const entry = entryBefore(disk, file, end, BLOCK) ?? entryBefore(disk, file, end, MAX_LINE + 2);
  return entry === undefined ? { end, size } : { end, size, entry };
}

/** The line that ends at `end`, when it begins within the `room` bytes before and holds. */
function entryBefore(disk: Disk, file: number, end: number, room: number): Entry | undefined {
  const from = Math.max(0, end - room);
  const bytes = readFully(disk, file, from, end - 1 - from);
  const newline = bytes.lastIndexOf(0x0a);
  return newline < 0 && from > 0 ? undefined : entryOf(bytes.subarray(newline + 1));
}

function afterLastNewline(disk: Disk, file: number, size: number): number {
  for (let to = size; to > 0; to -= BLOCK) {
    const from = Math.max(0, to - BLOCK);
    const at = readFully(disk, file, from, to - from).lastIndexOf(0x0a);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}

/** Exactly the bytes asked for, or those up to the file's end; in `into` where it is large enough. */
export function readFully(disk: Disk, file: number, from: number, length: number, into?: Buffer): Buffer {
  const bytes = into && into.length >= length ? into.subarray(0, length) : Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = disk.read(file, bytes.subarray(done), from + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
