/** A sandbox site whose databases hold many invoices of nine columns, in SQLite and, where there is a server, in PostgreSQL. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { type PostgresServer, postgresMissing, startPostgres } from '../../tests/stand-ins/postgres.ts';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const bin = join(root, 'bin/gxops');

/** The text columns by the kind that the dictionary gives them; id, amount and tax are clear. */
const TEXTS: Readonly<Record<string, string>> = {
  invoice_no: 'invoice-no',
  seller_code: 'credit-code',
  buyer_code: 'credit-code',
  buyer_name: 'company-name',
  issued_at: 'whole',
  remark: 'free-text',
};
export const TEXT_COLUMNS = Object.keys(TEXTS);
export const STATEMENT =
  'select id, invoice_no, seller_code, buyer_code, buyer_name, amount, tax, issued_at, remark from bench';

export interface BenchSite {
  readonly folder: string;
  readonly site: string;
  readonly sqlite: string;
  readonly server: PostgresServer | undefined;
  stop(): Promise<void>;
}

/** Databases `lite` and `pg` have the dictionary above, `litefree` and `pgfree` call every text column free text. */
export async function makeBenchSite(rows: number, postgres: boolean): Promise<BenchSite> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-bench-'));
  const site = join(folder, 'site');
  gxops(['site', 'init', site, '--sandbox', '--rows', '50', '--seed', '1']);
  const sqlite = join(site, 'sandbox/bench.db');
  fillSqlite(sqlite, rows);
  const server = postgres && postgresMissing === undefined ? await startPostgres() : undefined;
  if (server !== undefined) fillPostgres(server, site, rows);
  writeSite(join(site, 'site.yml'), server?.port);
  const stop = async (): Promise<void> => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, site, sqlite, server, stop };
}

/** Runs gxops and gives its `--json` data back; throws where it does not end 0. */
export function gxops(argv: readonly string[]): Record<string, unknown> {
  const ran = spawnSync(bin, [...argv, '--json'], { encoding: 'utf8', timeout: 120_000 });
  if (ran.status !== 0) throw new Error(`gxops ${argv.join(' ')} ended ${ran.status}: ${ran.stdout}${ran.stderr}`);
  return (JSON.parse(ran.stdout) as { data: Record<string, unknown> }).data;
}

/** About 190 bytes of CSV a row, 40 of them Chinese text; the numbers have cents, as amounts of money do. */
function fillSqlite(file: string, rows: number): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = off; PRAGMA synchronous = off;
    CREATE TABLE bench (id INTEGER PRIMARY KEY, invoice_no TEXT, seller_code TEXT, buyer_code TEXT, buyer_name TEXT,
      amount NUMERIC, tax NUMERIC, issued_at TEXT, remark TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO bench SELECT i, printf('244500000000%08d', i), printf('91450103MA5%07d', i % 1000000),
      printf('91450107MB6%07d', (i * 7) % 1000000), '南宁市青秀区第' || (i % 997) || '商贸有限公司',
      round((i * 37 % 10000000) / 100.0 + 0.01, 2), round((i * 37 % 10000000) / 100.0 * 0.06, 2),
      '2025-' || printf('%02d-%02d %02d:%02d:%02d', 1 + i % 12, 1 + i % 28, i % 24, i % 60, i % 59),
      '货款，合同编号 HT-' || i || '，第' || (i % 9 + 1) || '批' FROM n;`);
  database.close();
}

/** The same rows; read by an account that may only read. */
function fillPostgres(server: PostgresServer, site: string, rows: number): void {
  server.sql(`CREATE TABLE bench (id bigint, invoice_no varchar(20), seller_code varchar(20), buyer_code varchar(20),
    buyer_name varchar(200), amount numeric(18,2), tax numeric(18,2), issued_at timestamp, remark text)`);
  server.sql(`INSERT INTO bench SELECT i, '244500000000' || lpad(i::text, 8, '0'),
    '91450103MA5' || lpad((i % 1000000)::text, 7, '0'), '91450107MB6' || lpad((i::bigint * 7 % 1000000)::text, 7, '0'),
    '南宁市青秀区第' || (i % 997) || '商贸有限公司', (i::bigint * 37 % 10000000) / 100.0 + 0.01,
    (i::bigint * 37 % 10000000) / 100.0 * 0.06,
    timestamp '2025-01-01 00:00:00' + (i % 365) * interval '1 day' + (i % 86400) * interval '1 second',
    '货款，合同编号 HT-' || i || '，第' || (i % 9 + 1) || '批' FROM generate_series(1, ${rows}) i`);
  server.sql(`ANALYZE bench; CREATE ROLE gxops_ro LOGIN PASSWORD 'bench'; GRANT SELECT ON bench TO gxops_ro`);
  mkdirSync(join(site, 'secrets'), { recursive: true, mode: 0o700 });
  writeFileSync(join(site, 'secrets/pg'), 'bench', { mode: 0o600 });
}

function writeSite(file: string, port: number | undefined): void {
  const lite = '{ kind: sqlite, file: sandbox/bench.db }';
  const pg = `{ kind: postgres, host: 127.0.0.1, port: ${port}, database: postgres, user: gxops_ro, passwordFile: secrets/pg }`;
  const names = { lite, litefree: lite, ...(port === undefined ? {} : { pg, pgfree: pg }) };
  const dictionary = (free: boolean): string[] => [
    ...['id', 'amount', 'tax'].map((name) => `    bench.${name}: clear`),
    ...Object.entries(TEXTS).map(([name, kind]) => `    bench.${name}: ${free ? 'free-text' : kind}`),
  ];
  const owners = Object.keys(names).map((name) => `  ${name}: 货物和劳务税处`);
  const text = readFileSync(file, 'utf8')
    .replace(/^owners:$/m, ['owners:', ...owners].join('\n'))
    .replace(/^databases:$/m, ['databases:', ...Object.entries(names).map(([n, spec]) => `  ${n}: ${spec}`)].join('\n'))
    .replace(
      /^classification:$/m,
      ['classification:', ...Object.keys(names).flatMap((n) => [`  ${n}:`, ...dictionary(n.endsWith('free'))])].join(
        '\n',
      ),
    );
  writeFileSync(file, text);
}

/** psql itself, not Debian's wrapper in Perl, whose start would count against it. */
export function psqlPath(): string {
  const folder = '/usr/lib/postgresql';
  const found = existsSync(folder) ? readdirSync(folder).map((version) => join(folder, version, 'bin/psql')) : [];
  return found.find((file) => existsSync(file)) ?? 'psql';
}
