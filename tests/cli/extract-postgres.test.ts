/** The whole chain on a real PostgreSQL with the real program, and what stops it: the cap, the cost, rights, a silent network, signals, a server that stops. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, type Running, start } from '../stand-ins/bin.ts';
import { canariesBelow, canariesHeld } from '../stand-ins/canaries.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';
import { startProxy, type TcpProxy } from '../stand-ins/proxy.ts';
import { membersOf } from '../stand-ins/zip.ts';

const ROWS = 100;
/** Every one of them and a thousand copies. */
const GROWN = ROWS * 1_001;
/** Clear and in every row; then what a mask hides. */
const STATUS = '金丝雀状态庚子';
const PLANTED = [STATUS, '13800130007', '南宁市第7商贸有限公司', '6666666666666666667'];
const SQL = `select i.id, i.amount, i.issued_at, i.status, i.remark, t.phone, t.name, t.bank_account from invoice i
  join taxpayer t on t.credit_code = i.seller_code`;

if (postgresMissing !== undefined) console.warn(`The chain on PostgreSQL not tested: ${postgresMissing}`);
describe.skipIf(postgresMissing !== undefined)('on PostgreSQL', () => {
  let at: ExtractionSite;
  let server: PostgresServer;
  let proxy: TcpProxy;
  let around: string;
  let stopped = false;
  beforeAll(async () => {
    server = await startPostgres();
    fillInvoices(server, ROWS);
    server.sql(`UPDATE invoice SET status = '${STATUS}', remark = '电话 １３８-０013-0007 见 ' || id; ANALYZE`);
    proxy = await startProxy(server.port);
    at = await extractionSite(10);
    around = mkdtempSync(join(tmpdir(), 'gxops-around-'));
    addDatabases();
  }, 60_000);
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    at?.remove();
    rmSync(around, { recursive: true, force: true });
  });
  // Whatever happened: nothing plain lies anywhere, and nobody is left on the server.
  afterEach(async () => {
    expect(canariesBelow([at.site.dir, at.folder, around, '/dev/shm'], PLANTED, servers)).toEqual([]);
    expect(canariesBelow([at.site.dir, around], [READER, server.password], secrets)).toEqual([]);
    if (!stopped) await expect.poll(sessions, { timeout: 10_000 }).toBe(0);
  });

  const servers = (path: string) => path.startsWith('/dev/shm/PostgreSQL');
  const secrets = (path: string) => path.startsWith(join(at.site.dir, 'secrets/'));
  const sessions = () =>
    Number(server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'gxops_ro' AND pid <> pg_backend_pid()"));

  function addDatabases(): void {
    mkdirSync(join(at.site.dir, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(at.site.dir, 'secrets/pg1'), READER, { mode: 0o600 });
    writeFileSync(join(at.site.dir, 'secrets/pg2'), server.password, { mode: 0o600 });
    const entry = (name: string, user: string) =>
      `  ${name}: { kind: postgres, host: 127.0.0.1, port: ${proxy.port}, database: postgres, user: ${user}, passwordFile: secrets/${name} }\n`;
    at.edit('\ndatabases:\n', `\ndatabases:\n${entry('pg1', 'gxops_ro')}${entry('pg2', 'postgres')}`);
    const clear = ['id', 'amount', 'tax', 'issued_at', 'status'].map((name) => `    invoice.${name}: clear\n`).join('');
    const personal = `    invoice.seller_code: credit-code\n    invoice.remark: free-text\n    taxpayer.phone: phone\n    taxpayer.name: company-name\n    taxpayer.bank_account: bank-account\n    taxpayer.credit_code: credit-code\n`;
    for (const name of ['pg1', 'pg2'])
      at.edit('\nclassification:\n', `\nclassification:\n  ${name}:\n${clear}${personal}`);
    at.edit('\nowners:\n', '\nowners:\n  pg1: 货物和劳务税处\n  pg2: 货物和劳务税处\n');
  }

  const pg = ['--database', 'pg1'];
  /** Approved by all: a site.yml that was edited needs more of them until they have signed it once. */
  async function approved(sql: string, ...more: string[]): Promise<string> {
    const id = await at.applied(sql, ...pg, ...more);
    for (const who of ['chen', 'qin', 'he']) await at.approve(id, who);
    return id;
  }
  function running(id: string): Running {
    const words = ['--site', at.site.dir, '--as', 'zhang', 'extract', 'run', id, '--execute'];
    return start(words, { env: cleanEnv({ HOME: around, TMPDIR: around }), cwd: around });
  }
  const sizeOf = (id: string): number =>
    at
      .files(id)
      .filter((name) => name.startsWith('.partial-'))
      .reduce(
        (sum, name) => sum + (statSync(join(at.site.dir, 'exports', id, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
  /** Starts the run and waits, without a pause, until bytes are on the disk. */
  async function midway(id: string): Promise<Running> {
    const run = running(id);
    while (run.child.exitCode === null && sizeOf(id) === 0) await new Promise((next) => setImmediate(next));
    expect(sizeOf(id)).toBeGreaterThan(0);
    return run;
  }
  const opened = (id: string) => {
    const out = join(around, `${id}.out`);
    const words = ['--identity', join(at.site.dir, 'keys/zhao.age'), '--to', out];
    return at.as('zhao', 'extract', 'open', at.dataFile(id), ...words).then((answer) => {
      const bytes = readFileSync(out);
      rmSync(out);
      return { ...answer, bytes };
    });
  };

  it('69 the chain: applied for, approved, made, opened by age and by extract open, handed over, received, destroyed', async () => {
    const sql = `${SQL} where i.id <= :most and i.issued_at >= :since and i.amount < :below and i.status <> :word`;
    const binds = ['most=90', 'since=2026-01-01 00:00:14', 'below=1000.5', `word=' or 1=1; -- 𠮷😀`];
    const answer = await at.apply(sql, ...pg, ...binds.flatMap((bind) => ['--bind', bind]));
    expect(answer).toMatchObject({ code: 0, data: { approvals: ['approver', 'owner'] } });
    const id = String(answer.data.id);
    for (const who of ['chen', 'qin']) {
      expect((await at.run(id)).code).toBe(4);
      expect((await at.approve(id, who)).code).toBe(0);
    }
    expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: 89 } });
    const plain = at.plain(id);
    const lines = plain.toString('utf8').trimEnd().split('\r\n');
    expect(lines).toHaveLength(90);
    expect(lines.some((line) => /^2,2\.26,2026-01-01 00:00:14,/.test(line))).toBe(true);
    for (const value of PLANTED.slice(1)) expect(plain.includes(value)).toBe(false);
    expect(plain.toString('utf8').normalize('NFKC').replace(/\D/g, '').includes('13800130007')).toBe(false);
    const same = await opened(id);
    expect(same).toMatchObject({ code: 0, data: { rows: 89, verified: true, signer: 'zhang', known: true } });
    expect(same.bytes.equals(plain)).toBe(true);
    const told = JSON.parse(readFileSync(join(at.site.dir, 'exports', id, 'manifest.json'), 'utf8'));
    expect(told).toMatchObject({ schema: 2, rows: 89, plain: createHash('sha256').update(plain).digest('hex') });
    const medium = ['--medium', 'U-021', '--destination', '稽查局'];
    expect((await at.as('zhang', 'extract', 'handover', id, ...medium)).code).toBe(0);
    expect((await at.as('zhang', 'extract', 'check')).data.withoutReceipt).toEqual([id]);
    expect((await at.as('zhao', 'extract', 'handover', id, '--yes')).code).toBe(0);
    expect((await at.as('zhang', 'extract', 'destroy', id, '--execute')).code).toBe(0);
    expect((await at.as('zhao', 'extract', 'destroy', id, '--yes')).code).toBe(0);
    expect(at.files(id)).toEqual(['manifest.json']);
    expect((await at.as('zhang', 'extract', 'check')).code).toBe(0);
    expect((await at.site.run(['audit', 'verify'])).code).toBe(10);
  });

  it('as JSON lines and as a spreadsheet, one column in clear: that one as it is, the others masked', async () => {
    for (const format of ['jsonl', 'xlsx']) {
      const id = await approved(`${SQL} where i.id <= 80`, '--as-file', format, '--clear', 'bank_account');
      expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: 80 } });
      const bytes = at.plain(id);
      const text =
        format === 'xlsx'
          ? membersOf(bytes)
              .map((one) => one.text)
              .join('\n')
          : bytes.toString('utf8');
      expect(text.split('6666666666666666667').length).toBeGreaterThan(2);
      expect(text.split(STATUS)).toHaveLength(81);
      for (const value of ['13800130007', '南宁市第7商贸有限公司', '0013-0007'])
        expect(text.includes(value)).toBe(false);
      expect(await opened(id)).toMatchObject({ code: 0, data: { rows: 80, verified: true } });
    }
  });

  it('69 the estimate wrong by a thousand times: as many as were approved pass, one more is none at all', async () => {
    const all = 'select id, remark from invoice';
    const exact = await approved(all, '--limit', `${GROWN}`);
    const short = await approved(all, '--limit', `${GROWN - 1}`);
    const few = await at.apply(all, ...pg, '--limit', '400');
    expect(few).toMatchObject({ code: 0, data: { estimate: { rows: ROWS } } });
    await at.approve(String(few.data.id), 'chen');
    server.sql(`INSERT INTO invoice SELECT i.id + n * 1000, i.invoice_no, i.seller_code, i.buyer_name, i.amount, i.tax, i.issued_at, i.status, i.remark
      FROM invoice i, generate_series(1, 1000) n`);
    expect(await at.run(exact)).toMatchObject({ code: 0, data: { rows: GROWN } });
    expect(at.plain(exact).toString('latin1').split('\r\n')).toHaveLength(GROWN + 2);
    for (const id of [short, String(few.data.id)]) {
      expect((await at.run(id)).code).toBe(3);
      expect(at.files(id)).toEqual([]);
    }
    expect(at.bodies('artefact.failed')).toHaveLength(2);
  });

  it('70 a plan that costs too much, a hot table, an account that may do more than read: refused before a row is read', async () => {
    const refusals = async (...more: string[]) => {
      const { code, data } = await at.apply('select a.id from invoice a cross join taxpayer b', ...more);
      return [code, ((data.refusals ?? []) as { code: string }[]).map(({ code }) => code)];
    };
    expect(await refusals(...pg)).toEqual([0, []]);
    at.edit('cost: 10000000', 'cost: 1000');
    expect(await refusals(...pg)).toEqual([3, ['extract:cost']]);
    at.edit('cost: 1000', 'cost: 10000000');
    expect(await refusals('--database', 'pg2')).toEqual([3, ['extract:privileges']]);
    at.edit('\nhot:', '\nhot:\n  pg1: [invoice]');
    expect(await refusals(...pg)).toEqual([3, ['extract:scan']]);
    at.edit('\nhot:\n  pg1: [invoice]', '\nhot:');
  });

  it('an account that was given more after the approval is refused when it runs', async () => {
    const id = await approved('select id from invoice where id < 9');
    server.sql('GRANT INSERT ON invoice TO gxops_ro');
    const answer = await at.run(id);
    server.sql('REVOKE INSERT ON invoice FROM gxops_ro');
    expect(answer.code).not.toBe(0);
    expect(JSON.stringify(answer)).toContain('INSERT');
    expect(at.files(id)).toEqual([]);
  });

  it.each([
    'SIGKILL',
    'SIGINT',
  ] as const)('72, 78 %s in the middle: nothing under the final name, nobody left on the server, and it is resumed', async (signal) => {
    const id = await approved(SQL, '--limit', '400000', '--as-file', signal === 'SIGINT' ? 'jsonl' : 'csv');
    const { child, done } = await midway(id);
    expect(canariesHeld(child.pid ?? 0, PLANTED, servers)).toEqual([]);
    child.kill(signal);
    const ended = await done;
    expect([ended.code, ended.signal]).toEqual({ SIGKILL: [null, 'SIGKILL'], SIGINT: [130, null] }[signal]);
    const names = at.files(id);
    expect(names.filter((name) => !name.startsWith('.partial-'))).toEqual([]);
    if (signal !== 'SIGKILL') expect(names).toEqual([]);
    expect(canariesBelow([at.site.dir], PLANTED)).toEqual([]);
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0);
    expect(await at.run(id)).toMatchObject({ code: 0, data: { rows: GROWN } });
    expect(await opened(id)).toMatchObject({ code: 0, data: { rows: GROWN, verified: true } });
    expect(at.bodies('artefact.made').filter(({ subject }) => subject === id).length).toBeLessThan(2);
  });

  it.each([
    ['the statement’s time', 'statementTimeout: 10m', 'statementTimeout: 2s'],
    ['the time without a row', 'idleTimeout: 60s', 'idleTimeout: 1s'],
  ])('70 a network that falls silent in the middle ends with %s; what was written is gone', async (_name, from, to) => {
    at.edit(from, to);
    const id = await approved(SQL, '--limit', '400000');
    const { done } = await silenced(id);
    expect((await done).code).not.toBe(0);
    expect(at.files(id)).toEqual([]);
    proxy.swallowAfter(Number.POSITIVE_INFINITY);
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gxops_ro'");
    at.edit(to, from);
  });

  async function silenced(id: string): Promise<Running> {
    const before = proxy.passed();
    const run = running(id);
    while (run.child.exitCode === null && proxy.passed() - before < 400_000)
      await new Promise((next) => setImmediate(next));
    proxy.swallowAfter(1);
    return run;
  }

  it.each([
    [
      'ends the session',
      () => server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gxops_ro'"),
    ],
    ['is stopped', () => server.stop()],
  ])('a server that %s in the middle: not done, nothing stays, and no value is said', async (name, end) => {
    const id = await approved(SQL, '--limit', '400000');
    const { done } = await midway(id);
    stopped = name === 'is stopped';
    await end();
    const { code, stderr, stdout } = await done;
    expect([3, 8, 9]).toContain(code);
    for (const value of PLANTED) expect((stdout + stderr).includes(value)).toBe(false);
    expect([at.files(id), readdirSync(around)]).toEqual([[], []]);
    expect(at.bodies('artefact.failed').some(({ data }) => JSON.stringify(data).includes(id))).toBe(true);
  });
});
