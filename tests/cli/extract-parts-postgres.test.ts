/** A large extraction in parts with the real program on a real PostgreSQL: the same rows as in one file, killed and gone on with. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start } from '../stand-ins/bin.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';

const ROWS = 2_000;
const SQL = `select i.id, i.amount, i.issued_at, t.phone, i.remark from invoice i
  join taxpayer t on t.credit_code = i.seller_code where i.amount > :least`;

if (postgresMissing !== undefined) console.warn(`Parts on PostgreSQL not tested: ${postgresMissing}`);
describe.skipIf(postgresMissing !== undefined)('in parts on PostgreSQL', () => {
  let at: ExtractionSite;
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    fillInvoices(server, ROWS);
    at = await extractionSite(10);
    mkdirSync(join(at.site.dir, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(at.site.dir, 'secrets/pg1'), READER, { mode: 0o600 });
    const entry = `  pg1: { kind: postgres, host: 127.0.0.1, port: ${server.port}, database: postgres, user: gxops_ro, passwordFile: secrets/pg1 }\n`;
    at.edit('\ndatabases:\n', `\ndatabases:\n${entry}`);
    const kinds = { id: 'clear', amount: 'clear', issued_at: 'clear', seller_code: 'credit-code', remark: 'free-text' };
    const lines = Object.entries(kinds).map(([name, kind]) => `    invoice.${name}: ${kind}\n`);
    const more = '    taxpayer.phone: phone\n    taxpayer.credit_code: credit-code\n';
    at.edit('\nclassification:\n', `\nclassification:\n  pg1:\n${lines.join('')}${more}`);
    at.edit('\nowners:\n', '\nowners:\n  pg1: 货物和劳务税处\n');
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    at?.remove();
  });

  async function approved(): Promise<string> {
    const id = await at.applied(SQL, '--database', 'pg1', '--bind', 'least=100');
    for (const who of ['chen', 'qin', 'he']) await at.approve(id, who);
    return id;
  }
  async function opened(id: string): Promise<string[]> {
    const out = join(at.folder, `${id}.csv`);
    const key = join(at.site.dir, 'keys/zhao.age');
    const answer = await at.as('zhao', 'extract', 'open', at.dataFile(id), '--identity', key, '--to', out);
    expect(answer).toMatchObject({ code: 0, data: { verified: true } });
    return readFileSync(out, 'utf8').replaceAll('"', '').split('\r\n').sort();
  }
  const runOf = (id: string) => at.bodies('approval.used').find(({ subject }) => subject === id)?.run;
  const recorded = (id: string) => at.bodies('extract.part').filter(({ run }) => run === runOf(id));

  it('gives the lines of one file; killed after the first parts it goes on, from another state, and says so', async () => {
    const whole = await approved();
    expect((await at.run(whole)).code).toBe(0);
    at.edit('partRows: 2000000', 'partRows: 500');
    const cut = await approved();
    expect(await at.run(cut)).toMatchObject({ code: 0, data: { rows: ROWS - 88 } });
    const lines = await opened(cut);
    expect(lines).toHaveLength(ROWS - 88 + 2);
    expect(lines).toEqual(await opened(whole));
    const manifest = (id: string) =>
      JSON.parse(readFileSync(join(at.site.dir, 'exports', id, 'manifest.json'), 'utf8'));
    expect([manifest(cut).snapshots, manifest(cut).parts.length]).toEqual([1, 21]);

    const broken = await approved();
    const running = start(['--site', at.site.dir, '--as', 'zhang', 'extract', 'run', broken, '--execute']);
    while (recorded(broken).length < 2 && running.child.exitCode === null)
      await new Promise((done) => setTimeout(done, 2));
    running.child.kill('SIGKILL');
    await running.done;
    const before = recorded(broken).map(({ data }) => data.sha256);
    expect(at.files(broken).filter((name) => name.endsWith('.zip'))).toEqual([]);
    await expect
      .poll(() => server.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'gxops_ro'").trim(), {
        timeout: 15_000,
      })
      .toBe('0');
    expect((await at.run(broken)).code).toBe(0);
    expect(await opened(broken)).toEqual(lines);
    const told = manifest(broken);
    expect(told.parts.map(({ sha256 }: { sha256: string }) => sha256)).toEqual(expect.arrayContaining(before));
    expect(told.snapshots).toBe(2);
    expect(new Set(recorded(broken).map(({ data }) => data.part)).size).toBe(recorded(broken).length);
  });
});
