/** SQLite for reading only: exact values, limits met exactly, and a second judge that denies by default. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import { sqliteCatalogue, sqliteColumns, sqliteEstimate, sqliteRows } from '../../src/world/sqlite.ts';
import { sqlitePlace } from '../../src/world/sqlite-place.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gx-sqlite-'));
const file = path.join(folder, 'a.db');

beforeAll(() => {
  const database = new DatabaseSync(file);
  database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT, big INTEGER, amount DECIMAL(18,2), note TEXT, raw BLOB);
    CREATE TABLE secret (word TEXT); INSERT INTO secret VALUES ('canary');
    CREATE VIEW v AS SELECT word FROM secret;`);
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)');
  database.exec('BEGIN');
  for (let id = 1; id <= 3_000; id++)
    insert.run(id, '450103', 9_007_199_254_740_993n, 1.1, id === 2 ? null : '𠮷🎉\n"', new Uint8Array([id % 256]));
  database.exec('COMMIT');
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const query = (sql: string, more: Partial<RowQuery> = {}): RowQuery => ({
  database: 'inv',
  sql,
  binds: {},
  limit: 10_000,
  timeout: 30_000,
  tables: ['t'],
  ...more,
});
async function all(asked: RowQuery, signal?: AbortSignal) {
  const { columns, batches } = await sqliteRows(file, asked, signal);
  const rows = [];
  for await (const batch of batches) rows.push(...rowsOf(batch));
  return { columns, rows };
}
const verdictOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Stop ? error.verdict : error),
  );

describe('rows', () => {
  test('come in batches, with their values exactly as stored', async () => {
    const { columns, rows } = await all(query('SELECT * FROM t ORDER BY id'));
    expect(columns).toEqual(['id', 'code', 'big', 'amount', 'note', 'raw']);
    expect(rows).toHaveLength(3_000);
    expect(rows[1]).toEqual([
      { number: '2' },
      '450103',
      { number: '9007199254740993' },
      { number: '1.1' },
      null,
      new Uint8Array([2]),
    ]);
    expect(rows[2]?.[4]).toBe('𠮷🎉\n"');
  });

  test('binds are values whatever they hold, and a whole number fits a text column', async () => {
    for (const value of ["' OR 1=1 --", '名🎉', 'x'.repeat(5_000)])
      expect((await all(query('SELECT id FROM t WHERE code = $1', { binds: { $1: value } }))).rows).toEqual([]);
    expect((await all(query('SELECT count(*) FROM t WHERE code = $1', { binds: { $1: 450103 } }))).rows).toEqual([
      [{ number: '3000' }],
    ]);
  });

  test('the limit is met exactly: as many pass, one more is refused, or cut where asked', async () => {
    expect((await all(query('SELECT id FROM t', { limit: 3_000 }))).rows).toHaveLength(3_000);
    expect(await verdictOf(all(query('SELECT id FROM t', { limit: 2_999 })))).toBe('refused');
    expect((await all(query('SELECT id FROM t', { limit: 10, truncate: true }))).rows).toHaveLength(10);
  });

  test('one endless step is ended by the time-out, and by the signal', async () => {
    const endless = query('SELECT count(*) FROM t a, t b, t c WHERE a.id + b.id + c.id < 0', { timeout: 600 });
    expect(await verdictOf(all(endless))).toBe('failed');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    expect(await verdictOf(all({ ...endless, timeout: 60_000 }, abort.signal))).toBe('interrupted');
    expect(await verdictOf(all(endless, AbortSignal.abort()))).toBe('interrupted');
  });

  test.each([
    'SELECT word FROM secret',
    'SELECT word FROM v',
    'SELECT id FROM t WHERE id IN (SELECT rowid FROM secret)',
    'SELECT name FROM sqlite_master',
    "SELECT load_extension('x')",
    'SELECT randomblob(1000000000) FROM t',
    'DELETE FROM t',
    'CREATE TABLE u (a)',
    "ATTACH DATABASE 'x' AS y",
    'PRAGMA writable_schema = 1',
    'SELECT "no such column" FROM t',
    'SELECT id FROM t; DELETE FROM t',
  ])('denied: %s', async (sql) => {
    const seen = await verdictOf(all(query(sql)));
    // SQLite runs the first of two statements only; the guard refuses both long before.
    expect(seen).toBe(sql.includes(';') ? 'done' : 'refused');
    expect((await all(query('SELECT count(*) FROM t'))).rows).toEqual([[{ number: '3000' }]]);
  });
});

test('what the refusal says names no value', async () => {
  const error = await all(query("SELECT abs(-9223372036854775808), 'canary' FROM t")).catch((one: unknown) => one);
  expect(JSON.stringify((error as Stop).text)).not.toContain('canary');
});

test('columns have origins, expressions have none; the catalogue has ordinary tables only', async () => {
  expect(await sqliteColumns(file, 'SELECT a.note AS n, lower(a.note) FROM t a')).toEqual([
    { name: 'n', table: 't', column: 'note', type: 'TEXT' },
    { name: 'lower(a.note)' },
  ]);
  const tables = (await sqliteCatalogue(file)).map(({ table }) => table);
  expect([...new Set(tables)]).toEqual(['secret', 't']);
});

test('the catalogue has generated columns, which a star gives too', async () => {
  const other = path.join(folder, 'generated.db');
  const database = new DatabaseSync(other);
  database.exec('CREATE TABLE g (a TEXT, b TEXT AS (lower(a)), c TEXT AS (upper(a)) STORED)');
  database.close();
  const names = (await sqliteCatalogue(other)).map(({ name }) => name);
  expect(names).toEqual(['a', 'b', 'c']);
  expect((await sqliteColumns(other, 'SELECT * FROM g')).map(({ name }) => name)).toEqual(names);
});

test('the estimate counts no further than one beyond the limit and names what is read in full', async () => {
  expect(await sqliteEstimate(file, query('SELECT id FROM t', { limit: 100 }))).toEqual({
    rows: 101,
    fullScans: ['t'],
  });
  expect(await sqliteEstimate(file, query('SELECT code FROM t WHERE id = $1', { binds: { $1: 5 } }))).toEqual({
    rows: 1,
    fullScans: [],
  });
});

test('a link and a missing file are not read', async () => {
  const link = path.join(folder, 'link.db');
  symlinkSync(file, link);
  for (const name of [link, path.join(folder, 'none.db'), folder])
    expect(await verdictOf(sqliteRows(name, query('SELECT id FROM t')))).toBe('unreachable');
});

test('a relative path stays below the site folder, through links too', () => {
  const site = path.join(folder, 'site');
  mkdirSync(path.join(site, 'sandbox'), { recursive: true });
  symlinkSync(folder, path.join(site, 'away'));
  expect(sqlitePlace(site, 'sandbox/inv.db')).toBe(path.join(site, 'sandbox/inv.db'));
  expect(sqlitePlace(site, '/srv/inv.db')).toBe('/srv/inv.db');
  for (const name of ['../a.db', 'away/a.db', 'sandbox/../../a.db'])
    expect(() => sqlitePlace(site, name)).toThrow(Stop);
});
