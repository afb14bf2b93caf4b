/** Whatever SQLite holds comes out of the reading process as it is, or is refused aloud; and however slowly, it is not lost or waited for in vain. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bindable, type Cell, rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import { sqliteRows } from '../../src/world/sqlite.ts';
import { framed, framesOf, KIND } from '../../src/world/sqlite-frames.ts';
import { emptyPack, isFull, packRow, takeFrame } from '../../src/world/sqlite-pack.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gx-sqlite-values-'));
const file = path.join(folder, 'a.db');
const database = new DatabaseSync(file);
beforeEach(() => database.exec('DROP TABLE IF EXISTS x'));
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const query = (sql: string, more: Partial<RowQuery> = {}): RowQuery => ({
  ...{ database: 'inv', sql, binds: {}, limit: 100_000, timeout: 60_000, tables: ['t', 'x'] },
  ...more,
});
async function all(asked: RowQuery): Promise<Cell[][]> {
  const { batches } = await sqliteRows(file, asked);
  const rows: Cell[][] = [];
  for await (const batch of batches) rows.push(...rowsOf(batch));
  return rows;
}
const stopOf = (work: Promise<unknown>): Promise<Stop> =>
  work.then(
    () => Promise.reject(new Error('it did not stop')),
    (error: unknown) => (error instanceof Stop ? error : Promise.reject(error)),
  );

/** Text that SQLite can hold and UTF-8 can say; U+FFFD is refused, see below. */
const text = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 300 }))
  .filter((one) => !one.includes('\ufffd'));
const double = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer().map((cents) => cents / 100),
  fc.integer({ min: -200, max: 200 }).map((cents) => cents / 100),
  fc.constantFrom(21474836.47, 21474836.48, -21474836.48, 1e15, 1e21, 0.1 + 0.2, 5e-324, 1.005),
);
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -20n, max: 20n }),
  fc.constantFrom(
    2n ** 31n - 1n,
    2n ** 31n,
    -(2n ** 31n),
    -(2n ** 31n) - 1n,
    2n ** 53n + 1n,
    10n ** 9n,
    10n ** 9n - 1n,
  ),
);
const value: fc.Arbitrary<Bindable> = fc.oneof(
  fc.constant(null),
  text,
  double,
  integer,
  fc.uint8Array({ maxLength: 60 }),
);
const rows = fc.array(fc.array(value, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 120 });

/** The shortest decimal text that is this double again is what JavaScript's own conversion gives, but for the sign of zero. */
function cellOf(one: Bindable): Cell {
  if (typeof one === 'bigint') return { number: String(one) };
  if (typeof one === 'number') return { number: Object.is(one, -0) ? '-0' : String(one) };
  return one;
}

describe('every value', () => {
  test('of every kind round-trips exactly through the database and the pipe', async () => {
    database.exec('CREATE TABLE t (a, b, c, d, e, f, g)');
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        database.exec('DELETE FROM t');
        const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)');
        for (const row of given) insert.run(...row);
        expect(await all(query('SELECT * FROM t ORDER BY rowid'))).toEqual(given.map((row) => row.map(cellOf)));
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test('survives a pipe that cuts anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), async (given, cuts) => {
        const pack = emptyPack(7);
        const sent: Buffer[] = [Buffer.from(framed(KIND.columns, ['a', '名']))];
        for (const [i, row] of given.entries()) {
          packRow(pack, row);
          if (isFull(pack) || i % 50 === 49) sent.push(Buffer.from(takeFrame(pack)));
        }
        if (pack.rows > 0) sent.push(Buffer.from(takeFrame(pack)));
        sent.push(Buffer.from(framed(KIND.over, null)));
        const stream = Buffer.concat(sent);
        async function* chunks() {
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = cuts[i % cuts.length] ?? 1;
            yield stream.subarray(at, at + size);
            at += size;
          }
        }
        const seen: Cell[][] = [];
        const kinds: string[] = [];
        for await (const frame of framesOf(chunks())) {
          if (kinds.at(-1) !== frame.kind) kinds.push(frame.kind);
          if (frame.kind === 'rows') seen.push(...rowsOf(frame.rows));
          if (frame.kind === 'columns') expect(frame.columns).toEqual(['a', '名']);
        }
        expect(kinds).toEqual(['columns', 'rows', 'over']);
        expect(seen).toEqual(given.map((row) => row.map(cellOf)));
      }),
      { numRuns: 200 },
    );
  });

  test('a very large cell is whole, one beyond 64 MB is refused by its column', async () => {
    const [first, second] = await all(
      query("SELECT $1 || upper(hex.v), 'b' FROM (SELECT 1 AS v) hex", { binds: { $1: '税' } }),
    ).then((found) => found[0] ?? []);
    expect([first, second]).toEqual(['税1', 'b']);
    database.exec('CREATE TABLE x (a, b)');
    database.prepare('INSERT INTO x VALUES (?, ?)').run('税'.repeat(3_000_000), 'z'.repeat(5_000_000));
    database.prepare('INSERT INTO x VALUES (?, ?)').run('small', null);
    expect(await all(query('SELECT a, b FROM x ORDER BY rowid'))).toEqual([
      ['税'.repeat(3_000_000), 'z'.repeat(5_000_000)],
      ['small', null],
    ]);
    database.prepare('INSERT INTO x VALUES (?, ?)').run(1, new Uint8Array(65 * 1_024 * 1_024));
    const stop = await stopOf(all(query('SELECT a, b FROM x ORDER BY rowid')));
    expect([stop.verdict, speak(stop.text)]).toEqual(['refused', 'inv: a value of column 2 (b) is larger than 64 MB']);
  });

  test('a table with very many columns, and one row more than a frame holds', async () => {
    const names = Array.from({ length: 900 }, (_, i) => `c${i}`);
    database.exec(`CREATE TABLE x (${names.join(', ')})`);
    const insert = database.prepare(`INSERT INTO x VALUES (${names.map(() => '?').join(', ')})`);
    for (let i = 0; i < 40; i++) insert.run(...names.map((_, c) => BigInt(i * 1_000 + c)));
    const found = await all(query('SELECT * FROM x ORDER BY rowid'));
    expect(found).toHaveLength(40);
    expect(found[39]?.[899]).toEqual({ number: '39899' });
  });
});

describe('text that is not UTF-8', () => {
  test.each([
    ["CAST(x'41ff42' AS TEXT)", 'a byte that no character has'],
    ["CAST(x'eda080' AS TEXT)", 'half of a pair'],
    ["CAST(x'efbfbd' AS TEXT)", 'lost before it came here'],
  ])('%s is refused by its column, and no value is named: %s', async (lost) => {
    database.exec(`CREATE TABLE x AS SELECT 'canary-1' AS a, ${lost} AS b`);
    const stop = await stopOf(all(query('SELECT a, b FROM x')));
    expect(stop.verdict).toBe('refused');
    expect(speak(stop.text)).toBe('inv: the text of column 2 (b) is not UTF-8, or already holds U+FFFD for lost text');
  });

  test('the same bytes in a BLOB are bytes', async () => {
    database.exec("CREATE TABLE x AS SELECT x'efbfbd41ff' AS a");
    expect(await all(query('SELECT a FROM x'))).toEqual([[new Uint8Array([0xef, 0xbf, 0xbd, 0x41, 0xff])]]);
  });
});

describe('no progress', () => {
  /** So many rows, each of which takes SQLite a good part of a second. */
  const slow = (
    count: number,
  ): string => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
    SELECT i, (WITH RECURSIVE m(j) AS (SELECT n.i UNION ALL SELECT j + 1 FROM m WHERE j < 4000000) SELECT count(*) FROM m) FROM n`;
  const tables = ['n', 'm'];

  test('a statement that gives no row is stopped after `idle`, long before its time is up', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    const stop = await stopOf(all(query(endless, { idle: 700, tables })));
    expect([stop.verdict, speak(stop.text)]).toEqual([
      'failed',
      'the statement on inv gave no row for 1 s and was stopped',
    ]);
  });

  test('a row that came is not kept until there are many', async () => {
    const { batches } = await sqliteRows(file, query(slow(3), { tables }));
    const sizes: number[] = [];
    for await (const { rows: size } of batches) sizes.push(size);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3);
  });

  test('a taker who takes his time is not the statement standing still', async () => {
    const { batches } = await sqliteRows(file, query('SELECT 1 AS a UNION ALL SELECT 2', { idle: 3_000 }));
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    const found: Cell[][] = [];
    for await (const batch of batches) found.push(...rowsOf(batch));
    expect(found).toHaveLength(2);
  });
});
