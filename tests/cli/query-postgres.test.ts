/** `query run` on a real PostgreSQL with the real program: masked, capped, judged by the plan's cost first, and no word of the server that holds a value. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';

const ROWS = 201;
const TICKET = ['--ticket', 'T-20261124-002'];

if (postgresMissing !== undefined) console.warn(`Queries on PostgreSQL not tested: ${postgresMissing}`);
describe.skipIf(postgresMissing !== undefined)('on PostgreSQL', () => {
  let at: ExtractionSite;
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    fillInvoices(server, ROWS);
    server.sql("UPDATE taxpayer SET phone = '13800130007'; ANALYZE");
    at = await extractionSite(10);
    addDatabases();
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    at?.remove();
  });

  function addDatabases(): void {
    mkdirSync(join(at.site.dir, 'secrets'), { recursive: true, mode: 0o700 });
    writeFileSync(join(at.site.dir, 'secrets/pg1'), READER, { mode: 0o600 });
    writeFileSync(join(at.site.dir, 'secrets/pg2'), server.password, { mode: 0o600 });
    const entry = (name: string, user: string) =>
      `  ${name}: { kind: postgres, host: 127.0.0.1, port: ${server.port}, database: postgres, user: ${user}, passwordFile: secrets/${name} }\n`;
    at.edit('\ndatabases:\n', `\ndatabases:\n${entry('pg1', 'gxops_ro')}${entry('pg2', 'postgres')}`);
    const columns = [
      'id: clear',
      'invoice_no: invoice-no',
      'status: clear',
      'amount: clear',
      'seller_code: credit-code',
    ];
    const lines = [
      ...columns.map((one) => `invoice.${one}`),
      'taxpayer.phone: phone',
      'taxpayer.credit_code: credit-code',
    ];
    const entries = lines.map((line) => `    ${line}\n`).join('');
    at.edit('\nclassification:\n', `\nclassification:\n  pg1:\n${entries}  pg2:\n${entries}`);
  }

  const query = (sql: string, ...more: string[]): Promise<Answer> =>
    at.as('zhang', 'query', 'run', '--database', 'pg1', '--sql', sql, ...TICKET, ...more);
  const recorded = () => at.bodies('query.ran').length;

  it('shows masked rows up to the cap, met exactly', async () => {
    const join = 'select i.id, t.phone from invoice i join taxpayer t on t.credit_code = i.seller_code';
    const all = await query(join);
    const rows = all.data.rows as string[][];
    expect([all.code, rows.length, all.data.truncated]).toEqual([0, 200, true]);
    expect(new Set(rows.map(([, phone]) => phone))).toEqual(new Set(['138****0007']));
    const exact = await query(`${join} where i.id <= :most`, '--bind', 'most=200');
    expect([(exact.data.rows as unknown[]).length, exact.data.truncated]).toEqual([200, false]);
    expect(at.bodies('query.ran').at(-1)?.data).toMatchObject({ rows: 200, truncated: false, database: 'pg1' });
  });

  it('a shipped query runs on it as it does on SQLite', async () => {
    const words = ['query', 'run', '--database', 'pg1', '--query', 'invoices-by-status', ...TICKET];
    const binds = ['--bind', 'from=2025-01-01', '--bind', 'until=2027-01-01'];
    const answer = await at.as('zhang', ...words, ...binds);
    expect(answer.data).toMatchObject({ truncated: false });
    expect((answer.data.rows as string[][])[0]?.slice(0, 2)).toEqual(['ok', String(ROWS)]);
  });

  it('what a value makes the server say is not shown, in the plan or in the rows', async () => {
    const before = recorded();
    const answer = await query('select id from invoice where id = :no', '--bind', 'no=canary-13912345678');
    expect(answer.code).toBeGreaterThan(0);
    expect(JSON.stringify(answer)).not.toContain('canary');
    expect(recorded()).toBe(before);
    server.sql("UPDATE invoice SET status = 'canary-13912345678' WHERE id = 7");
    const late = await query('select 1 / (id - 7) as x from invoice where id < 10');
    expect([late.code, JSON.stringify(late).includes('22012')]).toEqual([9, true]);
    expect(at.bodies('query.ran').at(-1)?.data).toMatchObject({ verdict: 'failed', rows: 0 });
    server.sql("UPDATE invoice SET status = 'ok' WHERE id = 7");
  });

  it('is refused before it runs where the plan costs too much, reads a hot table in full, or the account may do more', async () => {
    const before = recorded();
    at.edit('cost: 10000000', 'cost: 100');
    const dear = await query('select a.id from invoice a join invoice b on a.amount < b.amount');
    at.edit('cost: 100\n', 'cost: 10000000\n');
    expect([dear.code, codes(dear)]).toEqual([3, ['extract:cost']]);
    at.edit('\nhot:\n', '\nhot:\n  pg1: [invoice]\n');
    const hot = await query('select status from invoice');
    expect([hot.code, codes(hot)]).toEqual([3, ['extract:scan']]);
    const mighty = await at.as(
      'zhang',
      'query',
      'run',
      '--database',
      'pg2',
      '--sql',
      'select id from invoice',
      ...TICKET,
    );
    expect([mighty.code, codes(mighty)]).toEqual([3, ['extract:privileges']]);
    expect(recorded()).toBe(before);
  });

  it('no audit, no rows: where the statement cannot be kept, nothing is shown', async () => {
    const words = ['--as', 'zhang', 'query', 'run', '--database', 'inv', '--sql', SHOWN, ...TICKET];
    const control = await at.site.run(words);
    expect([control.code, REGION.test(control.stdout)]).toEqual([0, true]);
    const runs = join(at.site.dir, 'runs');
    renameSync(runs, `${runs}.away`);
    writeFileSync(runs, 'not a folder');
    const before = recorded();
    const ran = await at.site.run(words);
    rmSync(runs);
    renameSync(`${runs}.away`, runs);
    expect([ran.code === 0, REGION.test(ran.stdout + ran.stderr), recorded() - before]).toEqual([false, false, 0]);
  });
});

/** Clear in the sandbox: six digits of a district. */
const REGION = /(^|\D)45\d{4}(\D|$)/m;
const SHOWN = 'select region from taxpayer order by region';

function codes({ data }: Answer): string[] {
  return (data.refusals as { code: string }[]).map(({ code }) => code);
}
