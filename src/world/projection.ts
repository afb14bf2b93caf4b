/** The index of the journal: an SQLite file that may be deleted at any moment, by anyone, and is made again from the lines. */
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Stop } from '../core/stop.ts';
import type { Query } from '../core/world.ts';
import type { Disk, Seen } from './disk.ts';
import { codeOf, guardFile, makeOwn } from './guard.ts';
import { fill, isCurrent } from './projection-fill.ts';

/** Where a stored line lies. */
export interface Place {
  readonly seq: number;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

export interface Projection {
  /** Places of the entries that match, in order; undefined where no index can be had: then the lines must be read. */
  find(query: Query): Promise<Place[] | undefined>;
  close(): void;
}

/** Milliseconds to wait for another process that is indexing. */
const PATIENCE = 5000;
/** What is wrong with the file itself; other errors are of the place it lies in. */
const NOT_A_DATABASE = 26;
const ROTTEN = new Set([1, 11, NOT_A_DATABASE]);

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (
    id INTEGER PRIMARY KEY, segment INTEGER, end INTEGER, seq INTEGER, hash TEXT, length INTEGER, boot TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY, segment INTEGER, offset INTEGER, length INTEGER, type TEXT, run TEXT, subject TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS entry_type ON entry (type);
  CREATE INDEX IF NOT EXISTS entry_run ON entry (run) WHERE run IS NOT NULL;
  CREATE INDEX IF NOT EXISTS entry_subject ON entry (subject) WHERE subject IS NOT NULL;
  CREATE TABLE IF NOT EXISTS run (run TEXT PRIMARY KEY, closed INTEGER) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS run_open ON run (run) WHERE closed = 0;`;

interface Opened {
  readonly base: DatabaseSync;
  readonly inode: bigint;
}

/** The index of the journal below the site folder. Opens nothing before it is asked. */
export function openProjection(disk: Disk, dir: string): Projection {
  const folder = path.join(dir, 'journal');
  const file = path.join(folder, 'index.sqlite');
  let opened: Opened | undefined;
  const close = (): void => {
    opened?.base.close();
    opened = undefined;
  };
  const current = async (): Promise<DatabaseSync> => {
    if (opened && disk.lstat(file)?.inode !== opened.inode) close(); // deleted under us: what we hold is nobody's now
    opened ??= await open(disk, file);
    return opened.base;
  };
  return {
    close,
    async find(query) {
      if (disk.lstat(folder) === undefined) return [];
      for (let attempt = 0; attempt < 3; attempt++) {
        try {
          return answer(await current(), disk, folder, query);
        } catch (cause) {
          if (cause instanceof Stop) throw cause;
          close();
          if (!isRotten(cause) || !discard(disk, file)) return undefined;
        }
      }
      return undefined;
    },
  };
}

function isRotten(cause: unknown): boolean {
  return cause instanceof Error && ROTTEN.has(((cause as { errcode?: number }).errcode ?? 0) % 256);
}

async function open(disk: Disk, file: string): Promise<Opened> {
  const { DatabaseSync } = await import('node:sqlite');
  if (disk.lstat(file) === undefined) makeOwn(disk, file);
  const seen = ownIndex(disk, file);
  const base = new DatabaseSync(file, { timeout: PATIENCE });
  try {
    // No file beside it that could outlive it, and no syncs: a half-written index is recognised and made again.
    base.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY');
    if (base.prepare('PRAGMA user_version').get()?.user_version === 0) base.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
    return { base, inode: seen.inode };
  } catch (cause) {
    base.close();
    throw cause;
  }
}

/** What is no file of ours is no index: it is put aside like a rotten one. */
function ownIndex(disk: Disk, file: string): Seen {
  try {
    return guardFile(disk.lstat(file), file);
  } catch (cause) {
    throw Object.assign(new Error('not an index', { cause }), { errcode: NOT_A_DATABASE });
  }
}

function discard(disk: Disk, file: string): boolean {
  try {
    disk.unlink(file);
    return true;
  } catch (cause) {
    return codeOf(cause) === 'ENOENT';
  }
}

function answer(base: DatabaseSync, disk: Disk, folder: string, query: Query): Place[] {
  base.exec('BEGIN');
  try {
    if (isCurrent(base, disk, folder)) return select(base, query);
  } finally {
    base.exec('COMMIT');
  }
  fill(base, disk, folder);
  return select(base, query);
}

function select(base: DatabaseSync, query: Query): Place[] {
  const { run, subject, types, after, upTo, last, open } = query;
  const tests: string[] = [];
  const binds: (string | number)[] = [];
  const test = (text: string, ...values: (string | number)[]): void => {
    tests.push(text);
    binds.push(...values);
  };
  if (run !== undefined) test('run = ?', run);
  if (subject !== undefined) test('subject = ?', subject);
  if (types !== undefined) test(`type IN (${types.map(() => '?').join(',')})`, ...types);
  if (after !== undefined) test('seq > ?', after);
  if (upTo !== undefined) test('seq <= ?', upTo);
  if (open) test('run IN (SELECT run FROM run WHERE closed = 0)');
  const where = tests.length === 0 ? '' : `WHERE ${tests.join(' AND ')}`;
  const limit = last === undefined ? '' : 'LIMIT ?';
  if (last !== undefined) binds.push(last);
  const sql = `SELECT seq, segment, offset, length FROM entry ${where} ORDER BY seq DESC ${limit}`;
  return (base.prepare(sql).all(...binds) as unknown as Place[]).reverse();
}
