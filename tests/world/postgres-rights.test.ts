/** What the account sees and may do: catalogue, origins, plans, fingerprint, privileges, and names that somebody put before the server's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Site } from '../../src/core/site.ts';
import type { Stop } from '../../src/core/stop.ts';
import { agree, guard } from '../../src/rules/sql/guard.ts';
import type { DatabaseDriver } from '../../src/world/databases.ts';
import { postgresDriver } from '../../src/world/postgres.ts';
import { Secret } from '../../src/world/secret.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';
import { startProxy } from '../stand-ins/proxy.ts';
import { benchOf } from './site.ts';

describe.skipIf(postgresMissing !== undefined)('what an account of PostgreSQL sees and may do', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    fillInvoices(server, 5_000);
    server.sql('CREATE DATABASE other');
  }, 60_000);
  afterAll(async () => server?.stop());

  const driver = (user = 'gxops_ro', password = READER, port = server.port, database = 'postgres'): DatabaseDriver =>
    postgresDriver(
      { kind: 'postgres', host: '127.0.0.1', port, database, user },
      { name: 'pg1', dir: '/', timeZone: 'UTC', secret: async () => new Secret(password) },
    );
  const refusal = (work: Promise<unknown>): Promise<Stop> =>
    work.then(
      () => Promise.reject(new Error('not refused')),
      (error) => error as Stop,
    );
  const tables = async () => [...new Set((await driver().catalogue()).map(({ table }) => table))];

  it('the catalogue holds what may be read and named, and nothing that reaches elsewhere', async () => {
    server.sql(`
      CREATE SCHEMA arch; GRANT USAGE ON SCHEMA arch TO gxops_ro; CREATE SCHEMA shut;
      CREATE DOMAIN pointless AS text; CREATE DOMAIN deeper AS pointless; CREATE TYPE fingerprint AS ENUM ('a');
      CREATE TABLE arch.old (id int, code deeper, kind fingerprint, sum money, gone int); ALTER TABLE arch.old DROP COLUMN gone;
      CREATE TABLE shut.old (id int); CREATE TABLE hidden (id int); CREATE TABLE partly (id int, secret text);
      CREATE TABLE parted (id int, day date) PARTITION BY RANGE (day);
      CREATE TABLE parted_2026 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE TABLE pg_class (id int); CREATE TABLE "a.b" (id int);
      CREATE VIEW plain AS SELECT id, lower(buyer_name) AS buyer FROM invoice;
      CREATE FUNCTION public.peek() RETURNS text LANGUAGE sql AS 'SELECT name FROM taxpayer LIMIT 1';
      CREATE VIEW called AS SELECT id, peek() AS p FROM invoice; CREATE VIEW above AS SELECT * FROM called;
      CREATE MATERIALIZED VIEW kept AS SELECT count(*) AS n FROM invoice;
      CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE link (id int) SERVER far;
      CREATE VIEW linked AS SELECT * FROM link;
      GRANT SELECT ON arch.old, shut.old, parted, parted_2026, pg_class, "a.b", plain, called, above, kept, link, linked TO gxops_ro;
      GRANT SELECT (id) ON partly TO gxops_ro`);
    expect(await tables()).toEqual(['arch.old', 'invoice', 'kept', 'parted', 'partly', 'plain', 'taxpayer']);
    const seen = await driver().catalogue();
    expect(seen.filter(({ table }) => table === 'arch.old').map(({ name, type }) => [name, type])).toEqual([
      ['id', 'integer'],
      ['code', 'text'],
      ['kind', ''],
      ['sum', 'money'],
    ]);
    expect(seen.filter(({ table }) => table === 'partly').map(({ name }) => name)).toEqual(['id']);
  });

  it('origins agree with the guard', async () => {
    const catalogue = await driver().catalogue();
    const sql =
      'SELECT i.id, n.buyer_name AS who, o.code, p.buyer, 1 + i.amount FROM invoice i JOIN invoice n ON n.id = i.id JOIN arch.old o ON o.id = i.id JOIN plain p ON p.id = i.id WHERE i.id = :id';
    // A view's own columns are personal unless the dictionary says otherwise, numbers too.
    const classification = { 'plain.id': 'clear' };
    expect((await guard(sql, { dialect: 'postgres', catalogue, classification: {}, clear: [] })).ok).toBe(false);
    const judged = await guard(sql, { dialect: 'postgres', catalogue, classification, clear: [] });
    if (!judged.ok) throw new Error(JSON.stringify(judged.refusals));
    const seen = await driver().columns(judged.text);
    expect(seen.map(({ name, table, column, type }) => [name, table, column, type])).toEqual([
      ['id', 'invoice', 'id', 'bigint'],
      ['who', 'invoice', 'buyer_name', 'text'],
      ['code', 'arch.old', 'code', 'text'],
      ['buyer', 'plain', 'buyer', 'text'],
      ['?column?', undefined, undefined, 'numeric'],
    ]);
    expect(agree(judged, seen)).toEqual([]);
  });

  it('case 70: the plan tells rows, cost and what is read in full, and runs nothing', async () => {
    const asked = (sql: string, binds = {}) =>
      driver().estimate({ database: 'pg1', sql, binds, limit: 1, timeout: 5_000 });
    expect(await asked('SELECT * FROM invoice WHERE id = $1 ', { $1: 7 })).toMatchObject({ rows: 1, fullScans: [] });
    const whole = await asked('SELECT * FROM invoice');
    expect(whole).toMatchObject({ rows: 5_000, fullScans: ['invoice'] });
    expect(whole?.cost).toBeGreaterThan(10);
    expect((await asked("SELECT * FROM parted p, taxpayer t WHERE p.day = '2026-02-02'"))?.fullScans).toEqual([
      'parted',
      'taxpayer',
    ]);
    const cross = await asked('SELECT a.id FROM invoice a CROSS JOIN invoice b CROSS JOIN invoice c');
    expect(cross?.rows).toBe(125_000_000_000);
    expect(cross?.cost).toBeGreaterThan(1e9);
  });

  it('case 42: a database is the same by another address, and another is another', async () => {
    const proxy = await startProxy(server.port);
    const [here, there, other] = await Promise.all([
      driver().fingerprint(),
      driver('gxops_ro', READER, proxy.port).fingerprint(),
      driver('gxops_ro', READER, server.port, 'other').fingerprint(),
    ]);
    await proxy.stop();
    expect(here).toMatchObject({
      kind: 'postgres',
      database: 'postgres',
      version: expect.stringMatching(/^PostgreSQL \d+$/),
      system: expect.stringMatching(/^\d{15,}$/),
    });
    expect(there).toEqual(here);
    expect(other).not.toEqual(here);
    expect(JSON.stringify(here)).not.toMatch(/127\.0\.0\.1|canary/);
    const twin = await startPostgres();
    fillInvoices(twin, 1);
    expect((await driver('gxops_ro', READER, twin.port).fingerprint()).system).not.toBe(here.system);
    await twin.stop();
  }, 60_000);

  describe('privileges', () => {
    it('are none for an account that may only read', async () => {
      expect(await driver().privileges()).toEqual([]);
      const reach = await driver().reach();
      expect(reach).toMatchObject({ ok: true, mode: 'pg' });
      expect(reach.trouble).toBeUndefined();
    });

    it.each([
      [
        'ALTER ROLE gxops_ro CREATEDB CREATEROLE REPLICATION BYPASSRLS',
        'ALTER ROLE gxops_ro NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
        ['CREATEROLE', 'CREATEDB', 'REPLICATION', 'BYPASSRLS'],
      ],
      ['ALTER ROLE gxops_ro SUPERUSER', 'ALTER ROLE gxops_ro NOSUPERUSER', ['SUPERUSER']],
      [
        'GRANT INSERT, TRUNCATE ON invoice TO gxops_ro',
        'REVOKE INSERT, TRUNCATE ON invoice FROM gxops_ro',
        ['INSERT on public.invoice', 'TRUNCATE on public.invoice'],
      ],
      ['GRANT DELETE ON taxpayer TO PUBLIC', 'REVOKE DELETE ON taxpayer FROM PUBLIC', ['DELETE on public.taxpayer']],
      [
        'GRANT UPDATE (remark) ON invoice TO gxops_ro',
        'REVOKE UPDATE (remark) ON invoice FROM gxops_ro',
        ['UPDATE on columns of public.invoice'],
      ],
      [
        'CREATE ROLE writers NOINHERIT; GRANT UPDATE ON invoice TO writers; ALTER ROLE gxops_ro NOINHERIT; GRANT writers TO gxops_ro',
        'ALTER ROLE gxops_ro INHERIT; DROP OWNED BY writers; DROP ROLE writers',
        ['UPDATE on public.invoice'],
      ],
      [
        'CREATE ROLE boss SUPERUSER; GRANT boss TO gxops_ro',
        'DROP ROLE boss',
        expect.arrayContaining(['SUPERUSER as boss']),
      ],
      [
        'GRANT pg_read_server_files, pg_execute_server_program TO gxops_ro',
        'REVOKE pg_read_server_files, pg_execute_server_program FROM gxops_ro',
        ['member of pg_execute_server_program', 'member of pg_read_server_files'],
      ],
      ['GRANT pg_read_all_data TO gxops_ro', 'REVOKE pg_read_all_data FROM gxops_ro', []],
      [
        'GRANT TEMPORARY, CREATE ON DATABASE postgres TO gxops_ro',
        'REVOKE TEMPORARY, CREATE ON DATABASE postgres FROM gxops_ro',
        ['CREATE on database postgres', 'TEMPORARY on database postgres'],
      ],
      [
        'GRANT CREATE ON SCHEMA public TO PUBLIC',
        'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
        ['CREATE on schema public'],
      ],
      [
        "CREATE FUNCTION public.sd() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        'DROP FUNCTION public.sd()',
        ['EXECUTE on public.sd (SECURITY DEFINER)'],
      ],
      [
        'SELECT lo_create(4711); GRANT UPDATE ON LARGE OBJECT 4711 TO gxops_ro',
        'SELECT lo_unlink(4711)',
        ['UPDATE on large object 4711'],
      ],
      [
        'CREATE SEQUENCE numbers; GRANT USAGE ON SEQUENCE numbers TO gxops_ro',
        'DROP SEQUENCE numbers',
        ['USAGE on sequence public.numbers'],
      ],
      [
        'GRANT USAGE ON FOREIGN SERVER far TO gxops_ro',
        'REVOKE USAGE ON FOREIGN SERVER far FROM gxops_ro',
        ['USAGE on foreign server far'],
      ],
    ])('%s', async (grant, revoke, wanted) => {
      server.sql(grant);
      const found = await driver()
        .privileges()
        .finally(() => server.sql(revoke));
      expect(found).toEqual(wanted);
    });

    it('are told by reach, all of them', async () => {
      server.sql('GRANT INSERT ON invoice TO gxops_ro; GRANT TEMPORARY ON DATABASE postgres TO gxops_ro');
      const { trouble } = await driver().reach();
      server.sql('REVOKE INSERT ON invoice FROM gxops_ro; REVOKE TEMPORARY ON DATABASE postgres FROM gxops_ro');
      expect(trouble).toMatchObject({ with: { rights: 'INSERT on public.invoice; TEMPORARY on database postgres' } });
    });
  });

  describe('names that somebody put before the server’s own', () => {
    const read = async (sql: string) => {
      const rows: number[] = [];
      for await (const batch of (await driver().rows({ database: 'pg1', sql, binds: {}, limit: 10, timeout: 5_000 }))
        .batches)
        rows.push(batch.rows);
      return rows;
    };

    it.each([
      [
        'a function whose types fit better',
        "CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT ''stolen'''",
        'DROP FUNCTION public.lower(varchar)',
        'SELECT lower(status::varchar) FROM invoice LIMIT 1',
        'lower',
      ],
      [
        'an operator',
        "CREATE FUNCTION public.eq(varchar, varchar) RETURNS bool LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.eq)",
        'DROP OPERATOR public.= (varchar, varchar); DROP FUNCTION public.eq',
        'SELECT id FROM invoice LIMIT 1',
        '=',
      ],
      [
        'a function of the grammar',
        "CREATE FUNCTION public.extract(varchar, date) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        'DROP FUNCTION public.extract(varchar, date)',
        'SELECT extract(year FROM registered_on) FROM taxpayer LIMIT 1',
        'extract',
      ],
    ])('%s is refused by its name', async (_, make, drop, sql, name) => {
      server.sql(make);
      const stops = [await refusal(read(sql)), await refusal(driver().columns(sql))];
      server.sql(drop);
      for (const stop of stops) expect(stop).toMatchObject({ verdict: 'refused', text: { with: { names: name } } });
      expect(await read(sql)).toEqual([1]);
    });

    it('one that the statement does not say, or that an extension brought, is not in the way', async () => {
      server.sql("CREATE FUNCTION public.upper(int) RETURNS text LANGUAGE sql AS 'SELECT ''x'''");
      expect(await read('SELECT id FROM invoice LIMIT 1')).toEqual([1]);
      server.sql('DROP FUNCTION public.upper(int)');
    });

    it('a schema in the account’s own search path is not looked into', async () => {
      server.sql(`CREATE SCHEMA evil; CREATE TABLE evil.invoice (id int); GRANT USAGE ON SCHEMA evil TO gxops_ro; GRANT SELECT ON evil.invoice TO gxops_ro;
        ALTER ROLE gxops_ro SET search_path = evil, pg_catalog`);
      const rows = await read('SELECT id FROM invoice LIMIT 3');
      server.sql('ALTER ROLE gxops_ro RESET search_path; DROP SCHEMA evil CASCADE');
      expect(rows).toEqual([3]);
    });
  });

  it('the World reads it by its name in site.yml', async () => {
    const bench = benchOf(
      (): Partial<Site> => ({
        databases: {
          pg1: {
            kind: 'postgres',
            host: '127.0.0.1',
            port: server.port,
            database: 'postgres',
            user: 'gxops_ro',
            passwordCommand: ['printf', '%s', READER],
          },
        },
      }),
    );
    const { look } = bench.world;
    expect((await look.catalogue('pg1')).length).toBeGreaterThan(10);
    expect(await look.privileges('pg1')).toEqual([]);
    expect(await look.fingerprint('pg1')).toMatchObject({ kind: 'postgres' });
    const { columns } = await look.rows({
      database: 'pg1',
      sql: 'SELECT id FROM invoice',
      binds: {},
      limit: 10_000,
      timeout: 5_000,
    });
    expect(columns).toEqual(['id']);
    bench.remove();
  });
});
