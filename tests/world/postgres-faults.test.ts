/** What ends a reading early also ends it on the server; a network that swallows or cuts leaves no half result; TLS verifies. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import type { Stop } from '../../src/core/stop.ts';
import type { DatabaseDriver } from '../../src/world/databases.ts';
import { postgresDriver } from '../../src/world/postgres.ts';
import { Secret } from '../../src/world/secret.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';
import { startProxy, type TcpProxy } from '../stand-ins/proxy.ts';

/** A certificate of its own for 127.0.0.1, and another of the same name that nobody believes. */
function certificate(folder: string, name: string): { cert: string; key: string; file: string } {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const words = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=gxops-test',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  execFileSync('openssl', [...words, '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8'), file: cert };
}

describe.skipIf(postgresMissing !== undefined)('PostgreSQL in trouble', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-tls-'));
  const authority = certificate(folder, 'server');
  const before = process.env.SSL_CERT_FILE;
  let server: PostgresServer;
  let proxy: TcpProxy;
  beforeAll(async () => {
    // The system's store of authorities, read once for a process.
    process.env.SSL_CERT_FILE = authority.file;
    server = await startPostgres({ tls: authority });
    fillInvoices(server, 50_000);
    server.sql(
      `CREATE TABLE wide AS SELECT i, repeat(md5(i::text), 30) AS filler FROM generate_series(1, 60000) i; GRANT SELECT ON wide TO gxops_ro`,
    );
  }, 60_000);
  afterAll(async () => {
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
    await proxy?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const driver = (port = server.port, tls = false, password = READER, host = '127.0.0.1'): DatabaseDriver =>
    postgresDriver(
      { kind: 'postgres', host, port, database: 'postgres', user: 'gxops_ro', tls },
      { name: 'pg1', dir: '/', timeZone: 'UTC', secret: async () => new Secret(password) },
    );
  const query = (sql: string, rest: Partial<RowQuery> = {}): RowQuery => ({
    ...{ database: 'pg1', sql, binds: {}, limit: 1_000_000, timeout: 30_000 },
    ...rest,
  });
  /** Reads until it ends; how many rows were handed over before. */
  async function drained(from: DatabaseDriver, asked: RowQuery, signal?: AbortSignal, onRows?: () => void) {
    let rows = 0;
    try {
      const { batches } = await from.rows(asked, signal);
      for await (const batch of batches) {
        rows += batch.rows;
        onRows?.();
      }
      return { rows, stop: undefined };
    } catch (error) {
      return { rows, stop: error as Stop };
    }
  }
  /** Over all cells of all rows. */
  async function digest(from: DatabaseDriver, asked: RowQuery): Promise<string> {
    const hash = createHash('sha256');
    for await (const batch of (await from.rows(asked)).batches) {
      for (const row of rowsOf(batch)) hash.update(JSON.stringify(row));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return hash.digest('hex');
  }
  const sessions = () => Number(server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'gxops_ro'"));
  async function noneLeft(): Promise<void> {
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0);
  }
  /** Runs for ever, and gives no row. */
  const FOREVER = 'SELECT count(*) FROM wide a CROSS JOIN wide b CROSS JOIN wide c';

  it('an interruption reaches the server', async () => {
    const ended = new AbortController();
    const reading = drained(driver(), query(FOREVER), ended.signal);
    await expect
      .poll(() => server.sql("SELECT state FROM pg_stat_activity WHERE query LIKE 'COPY (%' AND state = 'active'"), {
        timeout: 10_000,
      })
      .toContain('active');
    ended.abort();
    expect((await reading).stop).toMatchObject({ verdict: 'interrupted' });
    await noneLeft();
    expect((await drained(driver(), query('SELECT 1'), ended.signal)).stop).toMatchObject({ verdict: 'interrupted' });
  });

  it('an interruption between two batches ends the reading', async () => {
    const ended = new AbortController();
    const { rows, stop } = await drained(driver(), query('SELECT * FROM wide'), ended.signal, () => ended.abort());
    expect(stop).toMatchObject({ verdict: 'interrupted' });
    expect(rows).toBeLessThan(60_000);
    await noneLeft();
  });

  it('case 70: the time of a statement is over, on the server too', async () => {
    const { rows, stop } = await drained(driver(), query(FOREVER, { timeout: 1_000 }));
    expect({ rows, stop }).toMatchObject({ rows: 0, stop: { verdict: 'failed', text: { with: { seconds: 1 } } } });
    await noneLeft();
  });

  it('the limit, and a reader that goes away, end the statement on the server', async () => {
    const over = await drained(driver(), query('SELECT * FROM wide', { limit: 10 }));
    expect(over.stop).toMatchObject({ verdict: 'refused' });
    await noneLeft();
    for await (const batch of (await driver().rows(query('SELECT * FROM wide'))).batches) {
      expect(batch.rows).toBeGreaterThan(0);
      break;
    }
    await noneLeft();
  });

  it('an error after the first rows hands nothing more over', async () => {
    const { stop } = await drained(driver(), query('SELECT i, filler, 1 / (i - 59999) FROM wide'));
    expect(stop).toMatchObject({ verdict: 'failed', text: { with: { code: '22012' } } });
    await noneLeft();
  });

  it('case 36: a network that swallows everything is noticed by the time without a row', async () => {
    proxy = await startProxy(server.port);
    const { rows, stop } = await drained(
      driver(proxy.port),
      query('SELECT * FROM wide', { idle: 1_500 }),
      undefined,
      () => proxy.swallowAfter(1),
    );
    expect(stop).toMatchObject({
      verdict: 'failed',
      text: { t: expect.stringContaining('no row came') },
      detail: { data: { session: expect.any(Number) } },
    });
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(60_000);
    await proxy.stop();
    await noneLeft();
  }, 30_000);

  it('a healthy reading longer than the time without a row is not cut', async () => {
    // The server sends when it has gathered 8 KiB: each of these rows is longer.
    const sql = `SELECT i, repeat(filler, 10), pg_sleep(0.05)::text FROM wide WHERE i <= 40`;
    expect(await drained(driver(), query(sql, { idle: 1_900 }))).toEqual({ rows: 40, stop: undefined });
  });

  it('a connection that is cut in the middle, or ended by an administrator, is a failure', async () => {
    proxy = await startProxy(server.port);
    const cut = await drained(driver(proxy.port), query('SELECT * FROM wide'), undefined, () => proxy.cutAfter(1));
    expect(cut.stop).toMatchObject({ verdict: 'failed', detail: { notDone: { t: 'No row was handed over.' } } });
    await proxy.stop();
    await noneLeft();
    const ended = drained(driver(), query(FOREVER));
    await expect
      .poll(
        () =>
          server.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY (%' AND state = 'active'",
          ),
        { timeout: 10_000 },
      )
      .toContain('t');
    expect((await ended).stop).toMatchObject({ verdict: 'failed', detail: { data: { sqlstate: '57P01' } } });
  });

  it('a server that is not there, or says what no server says, is unreachable', async () => {
    const { createServer } = await import('node:net');
    for (const words of [
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      '',
      'R\0\0\0\u0008\0\0\0\u0003',
      'R\0\0\0\u0010\0\0\0\u0063aaaaaaaa',
    ]) {
      const other = createServer((socket) => socket.on('error', () => undefined).end(Buffer.from(words, 'latin1')));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as { port: number };
      const { stop } = await drained(driver(port), query('SELECT 1'));
      expect(['unreachable', 'refused', 'failed']).toContain(stop?.verdict);
      expect((await driver(port).reach()).ok).toBe(false);
      other.close();
    }
  });

  it('TLS believes the house’s authority, and no other name or certificate', async () => {
    expect(
      await drained(driver(server.port, true), query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')),
    ).toEqual({ rows: 1, stop: undefined });
    const wide = query('SELECT i, filler FROM wide ORDER BY i');
    expect(await drained(driver(server.port, true), wide)).toEqual({ rows: 60_000, stop: undefined });
    expect(await digest(driver(server.port, true), wide)).toBe(await digest(driver(), wide));
    expect((await driver(server.port, true, READER, 'localhost').reach()).ok).toBe(false);
    const strange = await startPostgres({ tls: certificate(folder, 'strange') });
    const seen = await driver(strange.port, true).reach();
    const plain = await startProxy(strange.port);
    await plain.stop();
    await strange.stop();
    expect(seen).toMatchObject({ ok: false, trouble: { with: { why: expect.stringMatching(/CERT|SELF_SIGNED/) } } });
  }, 60_000);

  it('TLS that is asked for and not offered ends without the password', async () => {
    const plain = await startPostgres();
    fillInvoices(plain, 1);
    expect((await driver(plain.port, true).reach()).ok).toBe(false);
    await plain.stop();
  }, 60_000);
});
