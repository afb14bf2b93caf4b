/** Parts read from a real PostgreSQL: by its primary key, all from one state, whatever is written meanwhile. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RowQuery } from '../../src/core/product.ts';
import { foldParts } from '../../src/records/extract-parts.ts';
import { csvForm } from '../../src/rules/forms/csv.ts';
import { slicesOf } from '../../src/rules/slices.ts';
import { guard } from '../../src/rules/sql/guard.ts';
import { type ArtefactPlace, makeArtefact } from '../../src/world/artefact.ts';
import { postgresDriver } from '../../src/world/postgres.ts';
import { Secret } from '../../src/world/secret.ts';
import { fillInvoices, type PostgresServer, postgresMissing, READER, startPostgres } from '../stand-ins/postgres.ts';
import { newExport, signer } from './exporting.ts';

const ROWS = 5_000;

if (postgresMissing !== undefined) console.warn(`Parts on PostgreSQL not tested: ${postgresMissing}`);
describe.skipIf(postgresMissing !== undefined)('parts on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    fillInvoices(server, ROWS);
    server.sql(`CREATE TABLE two (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE word (id text PRIMARY KEY);
      CREATE TABLE lonely (id int NOT NULL UNIQUE); CREATE TABLE pieces (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE pieces_1 PARTITION OF pieces FOR VALUES FROM (0) TO (1000);
      CREATE TABLE "Odd" ("I d" smallint PRIMARY KEY); GRANT SELECT ON two, word, lonely, pieces, "Odd" TO gxops_ro`);
  }, 60_000);
  afterAll(async () => server?.stop());
  const driver = () =>
    postgresDriver(
      { kind: 'postgres', host: '127.0.0.1', port: server.port, database: 'postgres', user: 'gxops_ro' },
      { name: 'pg1', dir: '/', timeZone: 'Asia/Shanghai', secret: async () => new Secret(READER) },
    );

  it('the catalogue tells keys of one whole number, and no others', async () => {
    const keys = (await driver().catalogue()).filter(({ key }) => key).map(({ table, name }) => `${table}.${name}`);
    expect(keys.sort()).toEqual(['Odd.I d', 'invoice.id', 'pieces.id']);
  });

  /** All parts of a statement, with `meanwhile` done after the first row of the first part came. */
  async function read(sql: string, binds: RowQuery['binds'], meanwhile: () => void) {
    const kinds = ['id', 'status', 'amount', 'issued_at'].map((name) => [`invoice.${name}`, 'clear']);
    const classification = {
      ...Object.fromEntries(kinds),
      'taxpayer.phone': 'clear',
      'taxpayer.credit_code': 'credit-code',
      'invoice.seller_code': 'credit-code',
    };
    const catalogue = await driver().catalogue();
    const judged = await guard(sql, { dialect: 'postgres', catalogue, classification, clear: [], saved: true });
    if (!judged.ok || judged.sliceable === undefined) throw new Error(JSON.stringify(judged));
    const whole: RowQuery = {
      database: 'pg1',
      sql: judged.text,
      binds,
      limit: 100_000,
      timeout: 30_000,
      shuffled: judged.leaksOrder,
    };
    const slices = slicesOf(whole, judged, judged.sliceable, judged.columns, 700);
    const site = await newExport();
    let parts = 0;
    const rows: ArtefactPlace['rows'] = async (query, signal) => {
      const stream = await driver().rows(query, signal);
      if (query.sql.includes('gxops') && parts++ === 0) meanwhile();
      return stream;
    };
    const state = async () => (await driver().state?.()) ?? Promise.reject(new Error('no state'));
    const place = { dir: site.dir, rows, state, signer: async () => signer, ask: async () => '', page: '', workers: 2 };
    const product = site.product({
      ...{ source: whole, slices, path: 'exports/E-1/a.csv.age.zip' },
      form: (keys) => csvForm({ masks: judged.columns.map(() => 'clear'), keys, bom: false }),
      manifest: ({ sha256, plain, rows, bytes, parts }) => ({
        ...{ schema: 2, sha256, plain, rows, bytes, format: 'csv', plainOf: 'parts' },
        parts: (parts ?? []).map((part) => ({ ...part })),
      }),
    });
    const record = { ...foldParts([]), add: async () => undefined };
    const made = await makeArtefact(place, product, () => undefined, undefined, record);
    expect(await site.open({ file: `${site.file}.zip` })).toMatchObject({ verified: true, rows: made.rows });
    const [, ...lines] = readFileSync(site.out, 'utf8').replaceAll('"', '').trimEnd().split('\r\n');
    site.remove();
    return { made, ids: lines.map((line) => Number(line.split(',')[0])).sort((a, b) => a - b) };
  }

  it('all of one state: rows that were removed, moved or added after the first part began change nothing', async () => {
    const { made, ids } = await read('select id, status from invoice', {}, () =>
      server.sql(`DELETE FROM invoice WHERE id > 4000; UPDATE invoice SET id = id + 100000 WHERE id BETWEEN 1000 AND 2000;
        INSERT INTO invoice (id, invoice_no, seller_code) SELECT -i, '1', '2' FROM generate_series(1, 500) i`),
    );
    expect([made.rows, made.snapshots, made.parts?.length]).toEqual([ROWS, 1, 8]);
    expect(ids).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
  });

  it('with binds of its own, a join by what is masked, and keys that an outer join leaves empty', async () => {
    server.sql("INSERT INTO taxpayer (credit_code, name) VALUES ('nobody', 'x')");
    const sql = `select i.id, t.phone from taxpayer t left join invoice i on t.credit_code = i.seller_code and i.status = $word
      where i.id is null or (i.amount > $least and i.issued_at < $until)`;
    const binds = { $1: 'ok', $2: '100.5', $3: '2026-01-01 06:00:00' };
    const all =
      server.sql(`select coalesce(i.id, 0) from taxpayer t left join invoice i on t.credit_code = i.seller_code and i.status = 'ok'
      where i.id is null or (i.amount > 100.5 and i.issued_at < '2026-01-01 06:00:00') order by 1`);
    const { ids } = await read(sql.replaceAll('$', ':'), binds, () => undefined);
    expect(ids.length).toBeGreaterThan(1_000);
    expect(ids).toEqual(all.trimEnd().split('\n').map(Number));
  });
});
