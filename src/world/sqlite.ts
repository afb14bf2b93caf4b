/** Reads SQLite databases: rows by a process of their own, columns, catalogue and plan in this one, for nothing is executed there. */
import { spawn } from 'node:child_process';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Batch, rowsOf } from '../core/batch.ts';
import type { RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { ColumnSeen, Estimate, RowStream } from '../core/world.ts';
import { type Frame, framed, framesOf } from './sqlite-frames.ts';
import { openReadOnly, sqliteWords } from './sqlite-open.ts';

/**
 * Streams a statement's rows in batches. Binds are named as the statement has them (`$1`). Stop('refused') for more rows than the limit
 * or what SQLite's authorizer denies, 'failed' after the time-out, 'interrupted' by the signal; the reading process never outlives it.
 */
export async function sqliteRows(file: string, query: RowQuery, signal?: AbortSignal): Promise<RowStream> {
  insistOnFile(file);
  const reader = startReader(file, query, signal);
  const first = await reader.frames.next().catch((error: unknown) => reader.fail(error));
  if (first.done !== true && first.value.kind === 'columns')
    return { columns: first.value.columns, batches: batchesOf(reader, query) };
  reader.end();
  throw troubleOf(first.done === true ? undefined : first.value, query, reader);
}

interface Reader {
  readonly frames: AsyncGenerator<Frame>;
  /** Why we killed it ourselves. */
  ended(): Stop | undefined;
  end(): void;
  fail(error: unknown): never;
}

function startReader(file: string, query: RowQuery, signal: AbortSignal | undefined): Reader {
  if (signal?.aborted) throw interrupted();
  const own = import.meta.url.endsWith('.ts') ? './sqlite-child.ts' : './sqlite-child.js';
  const child = spawn(process.execPath, [fileURLToPath(new URL(own, import.meta.url))], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { NODE_NO_WARNINGS: '1' },
  });
  let why: Stop | undefined;
  const kill = (stop: Stop): void => {
    why ??= stop;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => kill(interrupted());
  const timer = setTimeout(() => kill(tooLong(query)), query.timeout);
  const end = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  child.once('error', (cause) => kill(new Stop('unreachable', t('the reading process cannot be started'), { cause })));
  child.stdin.on('error', () => undefined);
  child.stdin.end(framed({ file, query }));
  return {
    frames: framesOf(child.stdout) as AsyncGenerator<Frame>,
    ended: () => why,
    end,
    fail(error) {
      end();
      throw why ?? error;
    },
  };
}

async function* batchesOf(reader: Reader, query: RowQuery): AsyncGenerator<Batch> {
  try {
    for await (const frame of reader.frames) {
      if (frame.kind === 'rows') yield frame.rows;
      else if (frame.kind === 'end') return;
      else throw troubleOf(frame, query, reader);
    }
    throw troubleOf(undefined, query, reader);
  } finally {
    reader.end();
  }
}

function troubleOf(frame: Frame | undefined, query: RowQuery, reader: Reader): Stop {
  const stopped = reader.ended();
  if (stopped !== undefined) return stopped;
  const { database, limit } = query;
  if (frame?.kind === 'over')
    return new Stop('refused', t('{database} has more than the {limit} rows that are allowed', { database, limit }), {
      notDone: t('Nothing was handed over; what had been read is discarded.'),
    });
  if (frame?.kind !== 'trouble')
    return new Stop('failed', t('the process that reads {database} ended before its last row', { database }));
  return refused(database, frame.why);
}

function refused(database: string, why: string): Stop {
  return new Stop('refused', t('SQLite refused the statement on {database}: {why}', { database, why }), {
    notDone: t('No row was handed over.'),
  });
}

function interrupted(): Stop {
  return new Stop('interrupted', t('reading was interrupted'), { notDone: t('No row was handed over.') });
}

function tooLong({ database, timeout }: RowQuery): Stop {
  const seconds = Math.round(timeout / 1_000);
  return new Stop(
    'failed',
    t('the statement on {database} ran longer than {seconds} s and was stopped', { database, seconds }),
    {
      notDone: t('No row was handed over.'),
      safe: t('The database was only read.'),
    },
  );
}

/** Names and origins of a statement's columns, as SQLite sees them; nothing is executed. */
export async function sqliteColumns(file: string, sql: string): Promise<readonly ColumnSeen[]> {
  insistOnFile(file);
  return reading(file, (database) =>
    database
      .prepare(sql)
      .columns()
      .map(({ name, table, column, type }) => ({
        name,
        ...(table === null ? {} : { table }),
        ...(column === null ? {} : { column }),
        ...(type === null ? {} : { type }),
      })),
  );
}

/** Every column of every ordinary table; views and virtual tables run code of their own and are left out. */
export async function sqliteCatalogue(file: string): Promise<readonly ColumnSeen[]> {
  insistOnFile(file);
  return reading(file, (database) => {
    database.setAuthorizer(null);
    const rows = database
      .prepare(
        `SELECT s.name AS "table", c.name AS "column", c.type AS type FROM sqlite_schema s, pragma_table_info(s.name) c
         WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND s.sql NOT LIKE 'CREATE VIRTUAL%'
         ORDER BY s.name, c.cid`,
      )
      .all();
    return rows.map((row) => ({
      name: String(row.column),
      table: String(row.table),
      column: String(row.column),
      type: String(row.type),
    }));
  });
}

/** The file that this database is, whatever its name in site.yml; the journal mode and page counts change, the application id does not. */
export async function sqliteFingerprint(file: string): Promise<Readonly<Record<string, string>>> {
  insistOnFile(file);
  const { dev, ino } = statSync(file);
  return { kind: 'sqlite', file: realpathSync(file), inode: `${dev}:${ino}` };
}

/** Tables the plan reads in full, and the rows there are, counted no further than one beyond the limit within five seconds. */
export async function sqliteEstimate(file: string, query: RowQuery): Promise<Estimate | undefined> {
  insistOnFile(file);
  const fullScans = reading(file, (database) => {
    database.prepare(query.sql);
    database.setAuthorizer(null);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${query.sql}`).all(query.binds);
    return plan.flatMap(({ detail }) => /^SCAN (\S+)/.exec(String(detail))?.[1] ?? []);
  });
  const sql = `SELECT count(*) FROM (SELECT 1 FROM (${query.sql}) LIMIT ${query.limit + 1})`;
  const counted: RowQuery = { ...query, sql, limit: 1, timeout: Math.min(query.timeout, 5_000) };
  const rows = await countOf(file, counted);
  return { fullScans: [...new Set(fullScans)], ...(rows === undefined ? {} : { rows }) };
}

async function countOf(file: string, query: RowQuery): Promise<number | undefined> {
  try {
    const { batches } = await sqliteRows(file, query);
    for await (const batch of batches) {
      const [first] = rowsOf(batch)[0] ?? [];
      if (typeof first === 'object' && first !== null && 'number' in first) return Number(first.number);
    }
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'failed') throw error;
  }
  return undefined;
}

function reading<T>(file: string, read: (database: ReturnType<typeof openReadOnly>) => T): T {
  let database: ReturnType<typeof openReadOnly> | undefined;
  try {
    database = openReadOnly(file);
    return read(database);
  } catch (error) {
    if (database === undefined)
      throw new Stop('unreachable', t('{file} cannot be opened: {why}', { file, why: sqliteWords(error) }), {
        cause: error,
      });
    throw refused(file, sqliteWords(error));
  } finally {
    database?.close();
  }
}

/** A plain file, not a link: what site.yml names is what is read. */
function insistOnFile(file: string): void {
  const seen = lstatSync(file, { throwIfNoEntry: false });
  if (seen?.isFile()) return;
  const text =
    seen === undefined ? t('there is no database file {file}', { file }) : t('{file} is not a plain file', { file });
  throw new Stop('unreachable', text, { notDone: t('Nothing was read.'), next: ['gxops site check'] });
}
