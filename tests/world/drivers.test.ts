/** The drivers against real servers where there are any, and against listeners that refuse. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stop } from '../../src/core/stop.ts';
import { DRIVER_NAMES } from '../../src/world/drivers.ts';
import { Secret } from '../../src/world/secret.ts';
import { type OracleListener, startOracleListener } from '../stand-ins/oracle-listener.ts';
import { freePort } from '../stand-ins/port.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../stand-ins/postgres.ts';
import { type RedisServer, redisMissing, startRedis } from '../stand-ins/redis.ts';
import { type Bench, benchOf } from './site.ts';

const CANARY = 'canary-Secret-4711';

/** A bench whose secrets/pw holds the given password. */
function benchWith(named: Parameters<typeof benchOf>[0], password = CANARY): Bench {
  const bench = benchOf(named);
  mkdirSync(join(bench.dir, 'secrets'), { mode: 0o700 });
  writeFileSync(join(bench.dir, 'secrets', 'pw'), `${password}\n`, { mode: 0o600 });
  return bench;
}

const passwordFile = 'secrets/pw';

describe('drivers', () => {
  it.each(DRIVER_NAMES)('%s loads and says how it works', async (name) => {
    const bench = benchOf(() => ({}));
    const seen = await bench.world.look.reach(`driver:${name}`);
    bench.remove();
    expect(seen.mode).toBeTruthy();
    if (name !== 'ssh') expect(seen.ok).toBe(true);
  });

  it('says that it does not know another', async () => {
    const bench = benchOf(() => ({}));
    expect((await bench.world.look.reach('driver:toString')).ok).toBe(false);
    bench.remove();
  });
});

describe('oracledb against a listener', () => {
  async function reachOf(listener: OracleListener) {
    const connect = `127.0.0.1:${listener.port}/INV`;
    const bench = benchWith(() => ({ databases: { ora: { kind: 'oracle', connect, user: 'ro', passwordFile } } }));
    const seen = await bench.world.look.reach('database:ora');
    bench.remove();
    expect(JSON.stringify(seen)).not.toContain(CANARY);
    expect(seen).toMatchObject({ ok: false, mode: expect.stringContaining('Thin') });
    return { trouble: seen.trouble as { t: string; with: { code: string } }, advice: seen.advice as { t: string } };
  }

  it.each([
    [12514, 'does not know the service', 'lsnrctl'],
    [12505, 'does not know the SID', 'service name'],
    [12528, 'takes no ordinary sessions', 'client: sqlplus'],
  ])('explains the refusal ORA-%i', async (code, trouble, advice) => {
    const listener = await startOracleListener({ kind: 'refuse', code });
    const seen = await reachOf(listener);
    expect(listener.connections()).toBe(1);
    await listener.stop();
    expect(seen.trouble.t).toContain(trouble);
    expect(seen.advice.t).toContain(advice);
  });

  it.each(['reset', 'close'] as const)('explains a connection that ends by %s', async (kind) => {
    const listener = await startOracleListener({ kind });
    const seen = await reachOf(listener);
    await listener.stop();
    expect(seen.trouble.t).toContain('was cut before the login');
  });

  it.each(['silent', 'slow'] as const)('does not wait for ever on a %s listener', async (kind) => {
    const listener = await startOracleListener({ kind });
    const seen = await reachOf(listener);
    await listener.stop();
    expect(seen.trouble.t).toContain('did not answer in time');
  }, 30_000);

  it('explains a closed port', async () => {
    const port = await freePort();
    const seen = await reachOf({ port, connections: () => 0, stop: async () => undefined });
    expect(seen.trouble.t).toContain('nothing listens');
  });
});

if (redisMissing !== undefined) console.warn(`redis not tested: ${redisMissing}`);
describe.skipIf(redisMissing !== undefined)('redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(CANARY);
  }, 20_000);
  afterAll(async () => server?.stop());
  const named = () => ({ redis: { cache: { host: '127.0.0.1', port: server.port, passwordFile } } });

  it('reaches, with version, role and skew', async () => {
    const bench = benchWith(named);
    const seen = await bench.world.look.reach('redis:cache');
    expect(seen).toMatchObject({
      ok: true,
      version: expect.stringMatching(/^\d+\./),
      mode: 'ioredis, master, standalone',
    });
    expect(Math.abs(seen.skew ?? Number.NaN)).toBeLessThan(5000);
    bench.remove();
  });

  it('sends reading commands only', async () => {
    const bench = benchWith(named);
    expect(await bench.world.look.redis('cache', ['CONFIG', 'GET', 'maxmemory'])).toEqual(['maxmemory', '0']);
    for (const argv of [
      ['SET', 'a', 'b'],
      ['CONFIG', 'SET', 'maxmemory', '1'],
      ['FLUSHALL'],
      ['KEYS', '*'],
      ['toString'],
      [],
    ]) {
      await expect(bench.world.look.redis('cache', argv)).rejects.toMatchObject({ verdict: 'refused' });
    }
    bench.remove();
  });

  it('tries a wrong password once and never tells it', async () => {
    const bench = benchWith(named, 'canary-Wrong');
    const seen = await bench.world.look.reach('redis:cache');
    expect(seen.ok).toBe(false);
    expect(JSON.stringify(seen)).toMatch(/WRONGPASS/);
    expect(JSON.stringify(seen)).not.toContain('canary');
    bench.remove();
  });

  it('says what is wrong with a closed port', async () => {
    const port = await freePort();
    const bench = benchOf(() => ({ redis: { cache: { host: '127.0.0.1', port } } }));
    expect(JSON.stringify(await bench.world.look.reach('redis:cache'))).toContain('ECONNREFUSED');
    bench.remove();
  });
});

if (postgresMissing !== undefined) console.warn(`PostgreSQL not tested: ${postgresMissing}`);
describe.skipIf(postgresMissing !== undefined)('PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    server.sql(`CREATE TABLE i (a int); CREATE ROLE ro LOGIN PASSWORD '${CANARY}'; GRANT SELECT ON i TO ro;
      CREATE ROLE rw LOGIN PASSWORD '${CANARY}'; GRANT SELECT, INSERT ON i TO rw`);
  }, 60_000);
  afterAll(async () => server?.stop());
  const reachAs = async (user: string, database: string, password?: string) => {
    const bench = benchWith(
      () => ({
        databases: { pg: { kind: 'postgres', host: '127.0.0.1', port: server.port, database, user, passwordFile } },
      }),
      password,
    );
    const seen = await bench.world.look.reach('database:pg');
    bench.remove();
    expect(JSON.stringify(seen)).not.toContain('canary');
    return seen;
  };

  it('reaches with an account that only reads, and warns of one that may write', async () => {
    const reading = await reachAs('ro', 'postgres');
    expect(reading).toMatchObject({ ok: true, mode: 'pg', version: expect.stringMatching(/^\d+/) });
    expect(reading.trouble).toBeUndefined();
    expect((await reachAs('rw', 'postgres')).trouble).toMatchObject({ t: expect.stringContaining('more than read') });
    expect((await reachAs('postgres', 'postgres', server.password)).trouble).toBeDefined();
  });

  it('explains a wrong password and a missing database', async () => {
    expect(await reachAs('ro', 'postgres', 'canary-Wrong')).toMatchObject({
      ok: false,
      trouble: { with: { code: '28P01' } },
    });
    expect(await reachAs('ro', 'nowhere')).toMatchObject({ ok: false, trouble: { with: { database: 'nowhere' } } });
  });
});

describe('search', () => {
  it.each([
    [200, JSON.stringify({ version: { number: '7.17.1', distribution: 'opensearch' } }), true],
    [401, '{}', false],
    [200, '<html>', false],
    [302, '', false],
  ])('judges HTTP %i', async (status, body, ok) => {
    const server = createServer((_, answer) => answer.writeHead(status, { location: '/elsewhere' }).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const bench = benchWith(() => ({ search: { es: { url: `http://127.0.0.1:${port}`, user: 'u', passwordFile } } }));
    const seen = await bench.world.look.reach('search:es');
    bench.remove();
    server.close();
    server.closeAllConnections();
    expect(seen.ok).toBe(ok);
    if (ok) expect(seen).toMatchObject({ version: '7.17.1', mode: 'opensearch' });
  });
});

describe('secrets', () => {
  it('never print themselves', () => {
    const secret = new Secret(CANARY);
    const all = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
    ];
    expect(all.join(' ')).not.toContain(CANARY);
    expect(secret.reveal()).toBe(CANARY);
  });

  it.each([
    ['a mode that others may read', (path: string) => chmodSync(path, 0o640), 'chmod 0600 '],
    ['a link', (path: string) => symlinkSync(path, `${path}.link`), undefined],
  ])('refuse %s', async (_, spoil, next) => {
    const file = next === undefined ? `${passwordFile}.link` : passwordFile;
    const bench = benchWith(() => ({ redis: { cache: { host: '127.0.0.1', port: 1, passwordFile: file } } }));
    spoil(join(bench.dir, passwordFile));
    const stop = (await bench.world.look.redis('cache', ['PING']).catch((error) => error)) as Stop;
    expect(stop).toMatchObject({ verdict: 'refused' });
    if (next !== undefined) expect(stop.detail.next).toEqual([`${next}${join(bench.dir, passwordFile)}`]);
    expect(JSON.stringify(stop)).not.toContain(CANARY);
    bench.remove();
  });

  it('come from a command, whose failure does not tell them', async () => {
    const passwordCommand = ['sh', '-c', `echo ${CANARY}; exit 1`];
    const bench = benchOf(() => ({ redis: { cache: { host: '127.0.0.1', port: 1, passwordCommand } } }));
    const stop = await bench.world.look.redis('cache', ['PING']).catch((error) => error);
    expect(stop).toMatchObject({ verdict: 'refused' });
    expect(inspect(stop, { depth: 9 })).not.toContain(CANARY);
    bench.remove();
  });
});
