/** Reading the journal from its first line, raw and in constant memory. */
import path from 'node:path';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { StoredLine } from '../core/world.ts';
import type { Disk } from './disk.ts';
import { codeOf, ownFlags } from './guard.ts';
import { readFully, segmentName, segmentsIn } from './segments.ts';

const CHUNK = 1 << 15;
/** A line without end is given out in pieces of this size, so that no file can fill the memory. */
const LONGEST = 4 << 20;
const LOOKS = 4;

/**
 * Stored lines of all segments in order, their bytes good until the next is asked for. Stop('unreachable') where a segment
 * cannot be read. An iterator by hand: a generator
 * waits several turns for each line, which at a million of them is what verifying costs most.
 */
export function linesOf(disk: Disk, dir: string): AsyncIterable<StoredLine> {
  return { [Symbol.asyncIterator]: () => oneByOne(batchesOf(disk, dir)) };
}

function oneByOne(batches: AsyncGenerator<readonly StoredLine[]>): AsyncIterator<StoredLine> {
  let batch: Iterator<StoredLine> = [][Symbol.iterator]();
  const next = (): Promise<IteratorResult<StoredLine>> => {
    const line = batch.next();
    if (!line.done) return Promise.resolve(line);
    return batches.next().then((read) => {
      if (read.done) return { done: true, value: undefined };
      batch = read.value[Symbol.iterator]();
      return next();
    });
  };
  return {
    next,
    async return() {
      await batches.return(undefined);
      return { done: true, value: undefined };
    },
  };
}

/** The same, many at a time; their bytes hold until the next are asked for. */
export async function* batchesOf(disk: Disk, dir: string): AsyncGenerator<readonly StoredLine[]> {
  const folder = path.join(dir, 'journal');
  const numbers = segmentsIn(disk, folder);
  for (const number of numbers) {
    const last = number === numbers.at(-1);
    yield* batchesIn(disk, path.join(folder, segmentName(number)), segmentName(number), last);
  }
}

/** Opens a segment for reading; Stop('unreachable') where it cannot be, or is no plain file. */
export function openToRead(disk: Disk, at: string): number {
  const seen = disk.lstat(at);
  try {
    if (seen?.kind === 'file') return disk.open(at, ownFlags.read);
  } catch (cause) {
    throw new Stop('unreachable', t('{path} cannot be read: {code}', { path: at, code: codeOf(cause) }), { cause });
  }
  throw new Stop('unreachable', t('{path} is not a plain file', { path: at }));
}

async function* batchesIn(disk: Disk, at: string, segment: string, last: boolean): AsyncGenerator<StoredLine[]> {
  const file = openToRead(disk, at);
  try {
    let offset = 0;
    let looks = 0;
    let size = CHUNK;
    const page = Buffer.allocUnsafe(CHUNK); // one for all: a gigabyte read must not become a gigabyte to collect
    for (;;) {
      const chunk = readFully(disk, file, offset, size, page);
      const { lines, end } = cut(chunk, segment, offset);
      if (lines.length > 0) yield lines;
      offset += end;
      const rest = chunk.length - end;
      if (chunk.length === size) {
        size = end > 0 ? CHUNK : size * 2; // no newline yet: look further
        if (size > LONGEST) {
          yield [{ segment, offset, bytes: chunk, whole: false }];
          offset += chunk.length;
          size = CHUNK;
        }
      } else if (rest === 0) return;
      else if (!last || ++looks > LOOKS) {
        yield [{ segment, offset, bytes: chunk.subarray(end), whole: false }];
        return;
      } else await new Promise((resolve) => setTimeout(resolve, 10)); // another process may be in the middle of its write
    }
  } finally {
    disk.close(file);
  }
}

function cut(chunk: Buffer, segment: string, offset: number): { lines: StoredLine[]; end: number } {
  const lines: StoredLine[] = [];
  let end = 0;
  for (let newline = chunk.indexOf(10); newline >= 0; newline = chunk.indexOf(10, end)) {
    lines.push({ segment, offset: offset + end, bytes: chunk.subarray(end, newline), whole: true });
    end = newline + 1;
  }
  return { lines, end };
}

/** A stored line that is not what was recorded. */
export function alteredStop(segment: string, offset: number): Stop {
  return new Stop(
    'failed',
    t('journal/{segment}, byte {offset}: this line is not what was recorded', { segment, offset }),
    { notDone: t('nothing was done; no answer was given from an altered journal'), next: ['gxops audit verify'] },
  );
}
