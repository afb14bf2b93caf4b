/** Answering a query: places from the index, lines from the segments; without an index, all lines. */
import path from 'node:path';
import type { Entry } from '../core/event.ts';
import { entryOf } from '../core/line.ts';
import type { Query } from '../core/world.ts';
import type { Disk } from './disk.ts';
import { openToRead } from './journal-lines.ts';
import { scan } from './journal-scan.ts';
import type { Place, Projection } from './projection.ts';
import { readFully, segmentName } from './segments.ts';

const BLOCK = 1 << 20;
const HOLE = 1 << 14;

/** Entries that match, in order, each judged by its own sum. Stop('failed') at one that is not what was recorded. */
export async function entriesOf(disk: Disk, dir: string, index: Projection, query: Query): Promise<readonly Entry[]> {
  const places = await index.find(query);
  if (places?.every(isPlace) !== true) return scan(disk, dir, query);
  const entries: Entry[] = [];
  for (const block of blocks(places)) {
    const read = readBlock(disk, path.join(dir, 'journal'), block);
    // A wrong place or an altered line: the lines themselves tell which.
    if (read === undefined) return scan(disk, dir, query);
    entries.push(...read);
  }
  return entries;
}

/** The longest line there can be; an index that names a longer one is not ours. */
const LONGEST = 4 << 20;

function isPlace({ seq, segment, offset, length }: Place): boolean {
  const whole = [seq, segment, offset, length].every((number) => Number.isSafeInteger(number) && number >= 0);
  return whole && segment > 0 && length > 0 && length <= LONGEST;
}

/** Places that one read brings in: of one segment, without large holes, not more than a megabyte. */
function* blocks(places: readonly Place[]): Generator<readonly Place[]> {
  let block: Place[] = [];
  for (const place of places) {
    const [first] = block;
    const last = block.at(-1);
    const near = first && last && place.segment === first.segment && place.offset - (last.offset + last.length) < HOLE;
    if (first && !(near && place.offset + place.length - first.offset < BLOCK)) {
      yield block;
      block = [];
    }
    block.push(place);
  }
  if (block.length > 0) yield block;
}

/** undefined where something at one of the places is not the entry that the index says. */
function readBlock(disk: Disk, folder: string, block: readonly Place[]): Entry[] | undefined {
  const [first] = block;
  const last = block.at(-1);
  if (first === undefined || last === undefined) return [];
  const name = segmentName(first.segment);
  if (last.offset < first.offset || disk.lstat(path.join(folder, name)) === undefined) return undefined;
  const file = openToRead(disk, path.join(folder, name));
  try {
    const bytes = readFully(disk, file, first.offset, last.offset + last.length - first.offset);
    const entries = block.flatMap(({ seq, offset, length }) => {
      const from = offset - first.offset;
      const entry = from < 0 ? undefined : entryOf(bytes.subarray(from, from + length));
      return entry?.seq === seq ? [entry] : [];
    });
    return entries.length === block.length ? entries : undefined;
  } finally {
    disk.close(file);
  }
}
