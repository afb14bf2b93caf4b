/** The real Oracle driver: what it is told, what it makes of listeners that refuse or say nothing, of wallets, and of a server where there is one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examineTargets } from '../../src/commands/doctor/targets.ts';
import { rowsOf } from '../../src/core/batch.ts';
import type { Session } from '../../src/core/session.ts';
import type { DatabaseSpec } from '../../src/core/site.ts';
import { Stop } from '../../src/core/stop.ts';
import { checkSite } from '../../src/rules/site.ts';
import { attributesOf } from '../../src/world/oracle-connect.ts';
import { Secret } from '../../src/world/secret.ts';
import { type Behaviour, startOracleListener } from '../stand-ins/oracle-listener.ts';
import { type Bench, benchOf, siteIn } from './site.ts';

const CANARY = 'canary-Secret-4711';
type Spec = Extract<DatabaseSpec, { kind: 'oracle' }>;

function specOf(connect: string, more: Partial<Spec> = {}): Spec {
  return { kind: 'oracle', connect, user: 'GXOPS_RO', passwordFile: 'secrets/pw', ...more };
}
function benchWith(spec: Spec): Bench {
  const bench = benchOf(() => ({ databases: { ora: spec } }));
  mkdirSync(join(bench.dir, 'secrets'), { mode: 0o700 });
  writeFileSync(join(bench.dir, 'secrets', 'pw'), `${CANARY}\n`, { mode: 0o600 });
  return bench;
}
const query = { database: 'ora', sql: 'SELECT 1 FROM dual', binds: {}, limit: 1, timeout: 30_000 };

/** Everything that an error holds, also what is not meant to be shown. */
const whole = (error: unknown): string => inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error);

async function stopped(work: Promise<unknown>): Promise<Stop> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(Stop);
  return error as Stop;
}

describe('a listener', () => {
  const cases: readonly [Behaviour, says: string, within: number][] = [
    [{ kind: 'refuse', code: 12514 }, 'does not know the service', 2_000],
    [{ kind: 'refuse', code: 12505 }, 'does not know the SID', 2_000],
    [{ kind: 'refuse', code: 12528 }, 'takes no ordinary sessions', 2_000],
    [{ kind: 'reset' }, 'was cut before the login', 2_000],
    [{ kind: 'close' }, 'was cut before the login', 2_000],
    [{ kind: 'silent' }, 'did not answer in time', 18_000],
    [{ kind: 'slow' }, 'did not answer in time', 18_000],
  ];
  it.each(cases)('%o: rows, columns and doctor say why, in time, once, and no secret', async (behaviour, says, ms) => {
    const listener = await startOracleListener(behaviour);
    const place = `127.0.0.1:${listener.port}`;
    const bench = benchWith(specOf(`${place}/INVSVC`));
    const { look } = bench.world;
    await look.reach('driver:oracledb');
    const began = performance.now();
    const site = siteIn(bench.dir, { databases: { ora: specOf(`${place}/INVSVC`) } });
    const [rows, columns, findings] = await Promise.all([
      stopped(look.rows(query)),
      stopped(look.columns('ora', query.sql)),
      examineTargets({ site, world: bench.world } as unknown as Session),
    ]);
    const took = performance.now() - began;
    const connections = listener.connections();
    await listener.stop();
    bench.remove();
    for (const stop of [rows, columns])
      expect(stop).toMatchObject({ verdict: 'unreachable', text: { t: expect.stringContaining(says) } });
    expect(findings).toMatchObject([{ outcome: 'unknown', reason: { t: expect.stringContaining(says) } }]);
    expect(connections).toBe(3);
    expect(took).toBeLessThan(ms);
    for (const told of [rows, columns, findings])
      expect(whole(told)).not.toMatch(/canary|INVSVC|GXOPS_RO|127\.0\.0\.1/);
  });

  it('one that never answers is given up within the time of the look', async () => {
    const listener = await startOracleListener({ kind: 'silent' });
    const bench = benchWith(specOf(`127.0.0.1:${listener.port}/INV`));
    const began = performance.now();
    const stop = await stopped(bench.world.look.rows({ ...query, timeout: 1_000 }));
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(stop).toMatchObject({ verdict: 'unreachable', text: { with: { code: 'ETIMEDOUT' } } });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    expect(await stopped(bench.world.look.rows(query, abort.signal))).toMatchObject({ verdict: 'interrupted' });
    await listener.stop();
    bench.remove();
  });
});

describe('an address', () => {
  const place = (dir: string) => ({ name: 'ora', dir, timeZone: 'UTC', secret: async () => new Secret(CANARY) });

  it.each([
    `scott/${CANARY}@10.1.2.3:1521/INV`,
    `//10.1.2.3:1521/INV?password=${CANARY}`,
    `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=a)(PORT=1))(CONNECT_DATA=(SERVICE_NAME=i))(SECURITY=(PASSWORD = ${CANARY})))`,
    `config-https://a/${CANARY}`,
    `https://a/${CANARY}`,
  ])('%s is refused without a word of it', async (connect) => {
    const bench = benchWith(specOf(connect));
    for (const stop of [
      await stopped(attributesOf(specOf(connect), place('/'))),
      await stopped(bench.world.look.rows(query)),
    ]) {
      expect(stop.verdict).toBe('refused');
      expect(whole(stop)).not.toMatch(/canary|scott|10\.1\.2\.3/);
    }
    expect(JSON.stringify(await bench.world.look.reach('database:ora'))).not.toMatch(/canary|scott/);
    bench.remove();
  });

  it('with an account in it is refused by site check too, at its line, without a word of it', () => {
    const template = readFileSync(new URL('../../templates/site.yml', import.meta.url), 'utf8');
    const given = template.split('\n').findIndex((line) => line.includes("connect: '10.1.2.4:1521/INV'"));
    for (const bad of [`scott/${CANARY}@10.1.2.4:1521/INV`, `//10.1.2.4/INV?Password=${CANARY}`]) {
      const { site, problems } = checkSite(template.replace('10.1.2.4:1521/INV', bad), '/site', template);
      expect(site).toBeUndefined();
      expect(problems).toMatchObject([{ line: given + 1 }]);
      expect(JSON.stringify(problems)).not.toContain('canary');
    }
  });

  it.each([
    '10.1.2.4:1521/INV',
    'tcps://db.example:2484/INV',
    '10.1.2.4,10.1.2.5:1521/INV?connect_timeout=3',
    '(DESCRIPTION=(LOAD_BALANCE=ON)(ADDRESS=(PROTOCOL=TCP)(HOST=a)(PORT=1521))(ADDRESS=(PROTOCOL=TCP)(HOST=b)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=INV)))',
    'INV_RAC',
  ])('%s goes to the driver as it is, for one try', async (connect) => {
    expect(await attributesOf(specOf(connect), place('/site'))).toEqual({
      ...{ user: 'GXOPS_RO', password: CANARY, connectString: connect, configDir: '/site', retryCount: 0 },
      ...{ transportConnectTimeout: expect.any(Number), connectTimeout: expect.any(Number) },
    });
  });

  it('of a RAC goes on to the next host; of tnsnames.ora is found in the folder of site.yml, never where TNS_ADMIN says', async () => {
    const dead = await startOracleListener({ kind: 'close' });
    await dead.stop();
    const listener = await startOracleListener({ kind: 'refuse', code: 12514 });
    const address = (port: number) => `(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${port}))`;
    const rac = `(DESCRIPTION=(ADDRESS_LIST=${address(dead.port)}${address(listener.port)})(CONNECT_DATA=(SERVICE_NAME=INV)))`;
    const first = benchWith(specOf(rac));
    expect((await stopped(first.world.look.rows(query))).text).toMatchObject({
      with: { code: expect.stringMatching(/12514|518/) },
    });
    const named = benchWith(specOf('inv_rac', { config: 'network' }));
    mkdirSync(join(named.dir, 'network'));
    writeFileSync(join(named.dir, 'network', 'tnsnames.ora'), `INV_RAC = ${rac}\n`);
    expect((await stopped(named.world.look.rows(query))).text).toMatchObject({ t: expect.stringContaining('service') });
    process.env.TNS_ADMIN = join(named.dir, 'network');
    const stray = benchWith(specOf('inv_rac'));
    expect((await stopped(stray.world.look.rows(query))).text).toMatchObject({
      t: expect.stringContaining('not understood'),
    });
    delete process.env.TNS_ADMIN;
    for (const bench of [first, named, stray]) bench.remove();
    await listener.stop();
  });
});

const noOpenssl = spawnSync('openssl', ['version']).status !== 0;
if (noOpenssl) console.warn('TCPS wallets not tested: no openssl on this machine');
describe.skipIf(noOpenssl)('a TCPS wallet', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gxops-wallet-'));
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  let tls: TlsOptions;
  beforeAll(() => {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-noenc',
      '-days',
      '2',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ];
    openssl(...request, '-subj', '/CN=127.0.0.1', '-keyout', 'server.key', '-out', 'server.crt');
    openssl(...request, '-subj', '/CN=gxops', '-keyout', 'client.key', '-out', 'client.crt');
    writeFileSync(join(dir, 'word'), CANARY, { mode: 0o600 });
    openssl(
      'pkcs8',
      '-topk8',
      '-in',
      'client.key',
      '-out',
      'sealed.key',
      '-v2',
      'aes-256-cbc',
      '-passout',
      'file:word',
    );
    const [cert, key, ca] = [read('server.crt'), read('server.key'), read('client.crt')];
    tls = { cert, key, ca, requestCert: true, rejectUnauthorized: true };
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  async function through(wallet: string | undefined, word = CANARY): Promise<Stop> {
    const listener = await startOracleListener({ kind: 'refuse', code: 12514 }, tls);
    const with_ = wallet === undefined ? {} : { wallet: 'wallet', walletPasswordFile: 'secrets/wallet' };
    const bench = benchWith(specOf(`tcps://127.0.0.1:${listener.port}/INV`, with_));
    mkdirSync(join(bench.dir, 'wallet'), { mode: 0o700 });
    writeFileSync(join(bench.dir, 'wallet', 'ewallet.pem'), wallet ?? '', { mode: 0o600 });
    writeFileSync(join(bench.dir, 'secrets', 'wallet'), word, { mode: 0o600 });
    const stop = await stopped(bench.world.look.rows(query));
    expect(whole(stop)).not.toContain('canary');
    await listener.stop();
    bench.remove();
    return stop;
  }

  it('opens the way to the listener; without it, with another password or another server there is none', async () => {
    const wallet = read('sealed.key') + read('client.crt') + read('server.crt');
    expect((await through(wallet)).text).toMatchObject({ t: expect.stringContaining('does not know the service') });
    for (const stop of [
      await through(undefined),
      await through(wallet, `${CANARY}x`),
      await through(read('sealed.key') + read('client.crt')),
    ])
      expect(stop).toMatchObject({ verdict: 'unreachable', text: { t: expect.stringContaining('TLS') } });
  });
});

const dsn = process.env.GXOPS_ORACLE_DSN;
if (dsn === undefined)
  console.warn(
    'a real Oracle not tested: GXOPS_ORACLE_DSN (host:port/service), GXOPS_ORACLE_USER and GXOPS_ORACLE_PASSWORD_FILE are not set',
  );
describe.skipIf(dsn === undefined)('a real Oracle', () => {
  it('is read exactly, and refuses to be changed', async () => {
    const { GXOPS_ORACLE_USER: user = '', GXOPS_ORACLE_PASSWORD_FILE: passwordFile = '' } = process.env;
    const bench = benchOf(() => ({ databases: { ora: { kind: 'oracle', connect: dsn ?? '', user, passwordFile } } }));
    const { look } = bench.world;
    expect(await look.reach('database:ora')).toMatchObject({ ok: true, version: expect.stringMatching(/^\d+\./) });
    const sql = `SELECT 12345678901234567890123456789012345678 n, .71 f, TO_DATE('2026-02-28 23:59:59', 'YYYY-MM-DD HH24:MI:SS') d,
      TIMESTAMP '2026-01-01 00:00:00.123456789 +08:00' z, CAST('a' AS CHAR(3)) c, TO_CLOB(:b1) l, HEXTORAW('00FF') r FROM dual`;
    const all = [];
    for (const shuffled of [false, true]) {
      const { columns, batches } = await look.rows({ ...query, sql, binds: { ':b1': '长文 😀' }, shuffled });
      expect(columns).toEqual(['n', 'f', 'd', 'z', 'c', 'l', 'r']);
      for await (const batch of batches) all.push(...rowsOf(batch));
    }
    const row = [
      ...[{ number: '12345678901234567890123456789012345678' }, { number: '0.71' }, '2026-02-28 23:59:59'],
      ...['2026-01-01 00:00:00.123456789 +08:00', 'a  ', '长文 😀', Uint8Array.of(0, 255)],
    ];
    expect(all).toEqual([row, row]);
    for (const change of ['SELECT 1 FROM dual FOR UPDATE', 'CREATE TABLE gxops_x (a NUMBER)'])
      expect(await stopped(look.rows({ ...query, sql: change }))).toMatchObject({ verdict: 'refused' });
    expect(await look.catalogue('ora')).toBeInstanceOf(Array);
    expect(await look.privileges('ora')).toBeInstanceOf(Array);
    expect(await look.fingerprint('ora')).toMatchObject({ kind: 'oracle', unique: expect.any(String) });
    expect(await look.estimate({ ...query })).toSatisfy((seen) => seen === undefined || Array.isArray(seen.fullScans));
    bench.remove();
  });
});
