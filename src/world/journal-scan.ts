/** Answering a query by reading every line: the way when no index can be had, and what the index is tested against. */
import type { Entry } from '../core/event.ts';
import { entryOf } from '../core/line.ts';
import type { Query } from '../core/world.ts';
import type { Disk } from './disk.ts';
import { alteredStop, batchesOf } from './journal-lines.ts';

/** Entries that match, in order. Stop('failed') at a line that does not hold; a torn tail is not an entry. */
export async function scan(disk: Disk, dir: string, query: Query): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  const open = new Set<string>();
  for await (const batch of batchesOf(disk, dir)) {
    for (const line of batch) {
      if (!line.whole) continue;
      const entry = entryOf(Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength));
      if (entry === undefined) throw alteredStop(line.segment, line.offset);
      follow(open, entry);
      if (matches(entry, query)) found.push(entry);
    }
  }
  const kept = query.open ? found.filter((entry) => entry.body.run !== undefined && open.has(entry.body.run)) : found;
  return query.last === undefined ? kept : kept.slice(Math.max(0, kept.length - query.last));
}

function follow(open: Set<string>, { body }: Entry): void {
  if (body.run === undefined) return;
  if (body.type === 'run.opened') open.add(body.run);
  if (body.type === 'run.closed') open.delete(body.run);
}

function matches({ seq, body }: Entry, query: Query): boolean {
  if (query.after !== undefined && seq <= query.after) return false;
  if (query.upTo !== undefined && seq > query.upTo) return false;
  if (query.run !== undefined && body.run !== query.run) return false;
  if (query.subject !== undefined && body.subject !== query.subject) return false;
  return query.types === undefined || query.types.includes(body.type);
}
