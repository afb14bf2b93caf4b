/** Reads SQLite databases: rows by a process of their own, columns, catalogue and plan in this one, for nothing is executed there. */
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { type Batch, rowsOf } from '../core/batch.ts';
import type { RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { ColumnSeen, Estimate, RowStream } from '../core/world.ts';
import type { Frame, Trouble } from './sqlite-frames.ts';
import { openReadOnly, sqliteWords } from './sqlite-open.ts';
import { type Reader, startReader } from './sqlite-reader.ts';

/**
 * Streams a statement's rows in batches. Binds are named as the statement has them (`$1`). Stop('refused') for more rows than the limit,
 * what SQLite's authorizer denies and text that is not UTF-8, 'failed' after the time-out or where no row came for `idle`, 'interrupted'
 * by the signal; the reading process never outlives it. Numbers are exact: integers as stored, REAL in the shortest text that reads back.
 */
export async function sqliteRows(file: string, query: RowQuery, signal?: AbortSignal): Promise<RowStream> {
  insistOnFile(file);
  const reader = startReader({ file, query }, signal);
  const first = await reader.next();
  if (first?.kind === 'columns')
    return { columns: first.columns, batches: batchesOf(reader, first.columns, query), elsewhere: true };
  reader.end();
  throw troubleOf(first, [], query, reader);
}

async function* batchesOf(reader: Reader, columns: readonly string[], query: RowQuery): AsyncGenerator<Batch> {
  try {
    for (let frame = await reader.next(); frame?.kind !== 'end'; frame = await reader.next()) {
      if (frame?.kind !== 'rows') throw troubleOf(frame, columns, query, reader);
      yield frame.rows;
    }
  } finally {
    reader.end();
  }
}

function troubleOf(frame: Frame | undefined, columns: readonly string[], query: RowQuery, reader: Reader): Stop {
  const { database, limit } = query;
  if (frame?.kind === 'trouble') return troubleStop(frame.trouble, columns, database);
  const stopped = reader.ended();
  if (stopped !== undefined) return stopped;
  if (frame?.kind === 'over')
    return new Stop('refused', t('{database} has more than the {limit} rows that are allowed', { database, limit }), {
      notDone: t('Nothing was handed over; what had been read is discarded.'),
    });
  return new Stop('failed', t('the process that reads {database} ended before its last row', { database }));
}

function troubleStop(trouble: Trouble, columns: readonly string[], database: string): Stop {
  if (trouble.kind === 'refused') return refused(database, trouble.why);
  const { column } = trouble;
  const values = { database, column, name: columns[column - 1] ?? '' };
  const text =
    trouble.kind === 'not-text'
      ? t(
          '{database}: the text of column {column} ({name}) is not UTF-8, or already holds U+FFFD for lost text',
          values,
        )
      : t('{database}: a value of column {column} ({name}) is larger than 64 MB', values);
  return new Stop('refused', text, { notDone: t('Nothing was handed over; what had been read is discarded.') });
}

function refused(database: string, why: string): Stop {
  return new Stop('refused', t('SQLite refused the statement on {database}: {why}', { database, why }), {
    notDone: t('No row was handed over.'),
  });
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

/** Every column, generated ones too, of every ordinary table; views and virtual tables run code of their own and are left out. */
export async function sqliteCatalogue(file: string): Promise<readonly ColumnSeen[]> {
  insistOnFile(file);
  return reading(file, (database) => {
    database.setAuthorizer(null);
    const rows = database
      .prepare(
        `SELECT s.name AS "table", c.name AS "column", c.type AS type,
           c.pk = 1 AND upper(c.type) = 'INTEGER' AND (SELECT max(k.pk) FROM pragma_table_info(s.name) k) = 1 AS key
         FROM sqlite_schema s, pragma_table_xinfo(s.name) c
         WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND s.sql NOT LIKE 'CREATE VIRTUAL%'
         ORDER BY s.name, c.cid`,
      )
      .all();
    return rows.map((row) => ({
      name: String(row.column),
      table: String(row.table),
      column: String(row.column),
      type: String(row.type),
      ...(row.key === 1 ? { key: true } : {}),
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
