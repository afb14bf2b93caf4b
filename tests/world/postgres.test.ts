/** PostgreSQL as a source, against a real server: kinds, binds, limits, and a session that can only read. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cell, rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import type { Stop } from '../../src/core/stop.ts';
import type { DatabaseDriver } from '../../src/world/databases.ts';
import { postgresDriver } from '../../src/world/postgres.ts';
import { Secret } from '../../src/world/secret.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';

const ROWS = 20_000;

if (postgresMissing !== undefined) console.warn(`PostgreSQL not tested: ${postgresMissing}`);
describe.skipIf(postgresMissing !== undefined)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    fillInvoices(server, ROWS);
  }, 60_000);
  afterAll(async () => server?.stop());

  const driver = (user = 'gxops_ro', password = READER, timeZone = 'Asia/Shanghai'): DatabaseDriver =>
    postgresDriver(
      { kind: 'postgres', host: '127.0.0.1', port: server.port, database: 'postgres', user },
      { name: 'pg1', dir: '/', timeZone, secret: async () => new Secret(password) },
    );
  const query = (sql: string, rest: Partial<RowQuery> = {}): RowQuery => ({
    ...{ database: 'pg1', sql, binds: {}, limit: 1_000_000, timeout: 20_000 },
    ...rest,
  });
  async function read(sql: string, rest: Partial<RowQuery> = {}, from = driver()): Promise<Cell[][]> {
    const { batches } = await from.rows(query(sql, rest));
    const rows: Cell[][] = [];
    for await (const batch of batches) rows.push(...rowsOf(batch));
    return rows;
  }
  const refusal = (work: Promise<unknown>): Promise<Stop> =>
    work.then(
      () => Promise.reject(new Error('not refused')),
      (error) => error as Stop,
    );

  it('streams a whole table, each cell as COPY itself writes it', async () => {
    const { columns, batches } = await driver().rows(query('SELECT * FROM invoice ORDER BY id'));
    expect(columns.slice(0, 2)).toEqual(['id', 'invoice_no']);
    const lines: string[] = [];
    for await (const batch of batches)
      lines.push(
        ...rowsOf(batch).map((row) =>
          row.map((cell) => (typeof cell === 'object' && cell && 'number' in cell ? cell.number : cell)).join('|'),
        ),
      );
    const said = server.sql('SELECT * FROM invoice ORDER BY id').trimEnd().split('\n');
    expect(lines.length).toBe(ROWS);
    expect(lines).toEqual(said);
  });

  it('gives each type its kind', async () => {
    const sql = `SELECT 1::int2, (-9223372036854775808)::int8, 0.10::numeric(9,2), 'NaN'::numeric, 'Infinity'::float8, 0.1::float8, 1e20::float8,
      '\\x00ff'::bytea, true, date '2026-02-28', timestamp '2026-01-01 00:00:00.120', timestamptz '2026-01-01 00:00:00+00',
      '{"a":"\\t"}'::json, 'a' || chr(9) || chr(10) || chr(92) || 'N', '\\N', '', NULL, '7'::char(3), interval '1 day 2 hours', ARRAY[1,2]`;
    const number = (text: string) => ({ number: text });
    expect(await read(sql)).toEqual([
      [
        ...[number('1'), number('-9223372036854775808'), number('0.10'), 'NaN', 'Infinity', number('0.1'), '1e+20'],
        ...[Uint8Array.of(0, 255), 't', '2026-02-28', '2026-01-01 00:00:00.12', '2026-01-01 08:00:00+08'],
        ...['{"a":"\\t"}', 'a\t\n\\N', '\\N', '', null, '7  ', '1 day 02:00:00', '{1,2}'],
      ],
    ]);
  });

  describe('case 47: values are bound, never part of the text', () => {
    it.each([
      ['quotes', `'; DROP TABLE invoice; -- "x" \\' $1 $$ $1 `],
      ['5,000 bytes', 'x'.repeat(5_000)],
      ['Chinese', '增值税专用发票（第一联）'],
      ['an emoji', '😀👨‍👩‍👧'],
      ['control characters', '\u0001\t\n\r\\N\\.'],
      ['nothing', ''],
    ])('%s', async (_, value) => {
      expect(await read(`SELECT $1 ::text, '$1 ', length($1 ) WHERE $1 = $1 `, { binds: { $1: value } })).toEqual([
        [value, '$1 ', { number: String([...value].length) }],
      ]);
    });

    it('whatever the text', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (value) => {
          const kept = value.replaceAll('\0', '');
          expect(await read('SELECT $1 ::text', { binds: { $1: kept } })).toEqual([[kept]]);
        }),
        { numRuns: 20 },
      );
    });

    it.each(['a\0b', 'half \ud83d'])('%j is refused', async (value) => {
      const stop = await refusal(read('SELECT $1 ::text', { binds: { $1: value } }));
      expect(stop).toMatchObject({ verdict: 'refused', text: { with: { place: '$1' } } });
    });

    it('in the type that the server finds, NULL among them', async () => {
      const binds = { $1: 3, $2: '2026-01-01 00:00:14', $3: null, $4: '90' };
      const sql = `SELECT id FROM invoice WHERE id < $1 AND issued_at >= $2 AND ($3 ::text IS NULL) AND amount < $4 LIMIT 10`;
      expect(await read(sql, { binds })).toEqual([[{ number: '2' }]]);
    });

    it('one that is missing is refused', async () => {
      expect(await refusal(read('SELECT $1 ::text', {}))).toMatchObject({ verdict: 'refused' });
    });
  });

  it('case 62: an error names its kind and place, never a value', async () => {
    const values: [string, Partial<RowQuery>][] = [
      ['SELECT id FROM invoice WHERE id = $1 ', { binds: { $1: '13800138000x' } }],
      ['SELECT buyer_name::date FROM invoice WHERE id = 7', {}],
      ['SELECT 1 / (id - 7) FROM invoice', {}],
    ];
    for (const [sql, rest] of values) {
      const stop = await refusal(read(sql, rest));
      expect(stop).toMatchObject({ verdict: 'failed', text: { with: { code: expect.stringMatching(/^22/) } } });
      expect(JSON.stringify({ ...stop, cause: stop.cause, stack: stop.stack })).not.toMatch(/13800138000|买方|canary/);
    }
    const unknown = await refusal(driver().columns('SELECT id, nothing FROM invoice'));
    expect(unknown).toMatchObject({ verdict: 'refused', text: { with: { code: '42703', at: 12 } } });
  });

  it('ends at the limit, to the row', async () => {
    expect((await read('SELECT id FROM invoice', { limit: ROWS })).length).toBe(ROWS);
    const stop = await refusal(read('SELECT id FROM invoice', { limit: ROWS - 1 }));
    expect(stop).toMatchObject({ verdict: 'refused', text: { with: { limit: ROWS - 1 } } });
    const cut = await read('SELECT id FROM invoice ORDER BY id', { limit: 7, truncate: true });
    expect(cut.map(([id]) => id)).toEqual([1, 2, 3, 4, 5, 6, 7].map((id) => ({ number: String(id) })));
    expect(await read('SELECT id FROM invoice WHERE false')).toEqual([]);
    expect(await read('SELECT id FROM invoice LIMIT 1', { limit: 0, truncate: true })).toEqual([]);
  });

  it.each([
    'SELECT lo_create(0)',
    'SELECT 1; SELECT 2',
    "SELECT 1) TO PROGRAM 'id' --",
    'WITH gone AS (DELETE FROM invoice RETURNING id) SELECT id FROM gone',
    "SELECT set_config('transaction_read_only', 'off', false)",
    "SELECT nextval('counter')",
    'SELECT id FROM invoice FOR UPDATE',
    'INSERT INTO invoice (id) VALUES (0) RETURNING id',
    'CREATE TABLE t (a int)',
  ])('reads only, even as a superuser: %s', async (sql) => {
    server.sql('SET client_min_messages = warning; CREATE SEQUENCE IF NOT EXISTS counter');
    const mighty = driver('postgres', server.password);
    // PostgreSQL before 16 lets lo_create through a read-only transaction; it does not outlive the session.
    await read(sql, {}, mighty).catch(() => undefined);
    expect(server.sql('SELECT count(*) FROM invoice').trim()).toBe(String(ROWS));
    expect(server.sql('SELECT count(*) FROM pg_largeobject_metadata').trim()).toBe('0');
    expect(server.sql('SELECT is_called FROM counter').trim()).toBe('f');
    expect(server.sql("SELECT to_regclass('t') IS NULL").trim()).toBe('t');
  });

  it('fixes what a session could be led by', async () => {
    server.sql(`ALTER ROLE gxops_ro SET search_path = evil, public; ALTER ROLE gxops_ro SET DateStyle = 'German';
      ALTER ROLE gxops_ro SET bytea_output = 'escape'; ALTER ROLE gxops_ro SET standard_conforming_strings = off;
      ALTER ROLE gxops_ro SET statement_timeout = 0; ALTER ROLE gxops_ro SET default_transaction_read_only = off`);
    const settings = `search_path DateStyle bytea_output standard_conforming_strings statement_timeout TimeZone
      transaction_isolation transaction_read_only application_name client_encoding`.split(/\s+/);
    const sql = `SELECT ${settings.map((name) => `current_setting('${name}')`).join(', ')}`;
    const [row] = await read(sql, { timeout: 12_345 });
    server.sql('ALTER ROLE gxops_ro RESET ALL');
    expect(row).toEqual([
      ...['pg_catalog, public, pg_temp', 'ISO, YMD', 'hex', 'on', '12345ms', 'Asia/Shanghai'],
      ...['repeatable read', 'on', 'gxops', 'UTF8'],
    ]);
  });
});
