/** The journal: appending, asking and reading raw. */
import type { Draft, Entry } from '../core/event.ts';
import type { Query, StoredLine } from '../core/world.ts';
import { type Disk, disk as realDisk } from './disk.ts';
import { appender } from './journal-append.ts';
import { entriesOf } from './journal-entries.ts';
import { linesOf } from './journal-lines.ts';
import { openProjection } from './projection.ts';
import { type Stamps, stamper } from './stamp.ts';

export interface JournalPlace {
  /** The site folder; the journal is `journal/` below it. */
  readonly dir: string;
  readonly stamps: Stamps;
  readonly disk?: Disk;
  /** Milliseconds to wait for another process's append; 10 s unless given. */
  readonly patience?: number;
  /** Bytes after which a segment gets a successor; 64 MiB unless given. */
  readonly bound?: number;
}

export interface Journal {
  append(drafts: readonly Draft[]): Promise<readonly Entry[]>;
  entries(query: Query): Promise<readonly Entry[]>;
  lines(): AsyncIterable<StoredLine>;
  /** Gives back descriptors and locks; the next call opens them again. */
  close(): void;
}

/** The journal of one site folder. Opens nothing before the first call. */
export function openJournal(place: JournalPlace): Journal {
  const { dir, stamps, disk = realDisk, patience = 10_000, bound = 64 << 20 } = place;
  const writer = appender({ dir, disk, stamp: stamper(stamps), patience, bound });
  const index = openProjection(disk, dir);
  return {
    append: writer.append,
    entries: (query) => entriesOf(disk, dir, index, query),
    lines: () => linesOf(disk, dir),
    close() {
      writer.close();
      index.close();
    },
  };
}
