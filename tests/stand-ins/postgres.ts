/** A real PostgreSQL server on loopback in a temporary folder; as another account where the tests run as root. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, reachable, type Stoppable } from './port.ts';

const FOLDER = '/usr/lib/postgresql';
const BIN = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(FOLDER, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'initdb')))
  : undefined;
/** initdb refuses root. */
const ACCOUNT = process.getuid?.() === 0 ? account() : undefined;

/** What a test says aloud when it must skip; undefined where a server can be started. */
export const postgresMissing: string | undefined =
  BIN === undefined ? 'no PostgreSQL server on this machine' : undefined;

export interface PostgresServer extends Stoppable {
  readonly port: number;
  /** Password of the account `postgres`. */
  readonly password: string;
  /** Runs statements as `postgres` through psql. */
  sql(text: string, database?: string): string;
}

function account(): { uid: number; gid: number } {
  const ids = (name: string): number[] =>
    ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, name]).stdout.toString()));
  const [uid = 0, gid = 0] = ids('postgres');
  const [other = 65534, group = 65534] = uid > 0 ? [uid, gid] : ids('nobody');
  return { uid: other, gid: group };
}

export interface PostgresOptions {
  /** Lines of pg_hba.conf before its own. */
  readonly hba?: readonly string[];
  /** PEM of a certificate and its key: the server then offers TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Makes a cluster and starts it: about 4 s. */
export async function startPostgres({ hba = [], tls }: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-pg-'));
  const data = join(folder, 'data');
  const password = 'canary-Pg-5d1f';
  const secret = join(folder, 'pw');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(secret, password, { mode: 0o600 });
  if (ACCOUNT !== undefined) execFileSync('chown', ['-R', `${ACCOUNT.uid}:${ACCOUNT.gid}`, folder]);
  const as = { ...ACCOUNT, cwd: '/', env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' } };
  const init = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`, '-E', 'UTF8', '--no-sync'];
  execFileSync(join(BIN ?? '', 'initdb'), init, { ...as, stdio: 'pipe', timeout: 60_000 });
  if (hba.length > 0) {
    const file = join(data, 'pg_hba.conf');
    writeFileSync(file, `${hba.join('\n')}\n${readFileSync(file, 'utf8')}`);
  }
  const port = await freePort();
  const words = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  for (const [name, text] of Object.entries(tls ?? {})) {
    const file = join(data, `server.${name}`);
    writeFileSync(file, text, { mode: 0o600 });
    if (ACCOUNT !== undefined) chownSync(file, ACCOUNT.uid, ACCOUNT.gid);
  }
  if (tls !== undefined) words.push('-c', 'ssl=on', '-c', 'ssl_cert_file=server.cert', '-c', 'ssl_key_file=server.key');
  const child = spawn(join(BIN ?? '', 'postgres'), words, { ...as, stdio: 'ignore' });
  await reachable(port, () => child.exitCode === null);
  // It listens before it lets anybody in.
  const ready = ['-q', '-h', '127.0.0.1', '-p', String(port)];
  for (let i = 0; i < 100 && spawnSync(join(BIN ?? '', 'pg_isready'), ready).status !== 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return {
    port,
    password,
    sql: (text, database = 'postgres') => psql(port, password, database, text),
    async stop() {
      const gone = new Promise<void>((resolve) =>
        child.exitCode === null ? child.once('exit', () => resolve()) : resolve(),
      );
      child.kill('SIGINT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function psql(port: number, password: string, database: string, text: string): string {
  const words = [
    '-X',
    '-q',
    '-A',
    '-t',
    '-v',
    'ON_ERROR_STOP=1',
    '-h',
    '127.0.0.1',
    '-p',
    String(port),
    '-U',
    'postgres',
    database,
  ];
  const env = { PATH: '/usr/bin:/bin', PGPASSWORD: password, LC_ALL: 'C.UTF-8' };
  return execFileSync(join(BIN ?? '', 'psql'), words, {
    input: text,
    env,
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 1 << 28,
  });
}

/** Password of the account `gxops_ro`. */
export const READER = 'canary-Ro-77c2';

/**
 * Schema `public` with taxpayers and invoices as in the sandbox, `rows` of them, and `gxops_ro`, which may read those two tables and
 * nothing else: no temporary tables, no large objects.
 */
export function fillInvoices(server: PostgresServer, rows: number): void {
  server.sql(`

    CREATE TABLE taxpayer (credit_code text PRIMARY KEY, name text NOT NULL, phone text, bank_account text, registered_on date);
    CREATE TABLE invoice (id bigint PRIMARY KEY, invoice_no text NOT NULL, seller_code text NOT NULL, buyer_name text,
      amount numeric(18,2), tax numeric(18,2), issued_at timestamp, status text, remark text);
    INSERT INTO taxpayer SELECT '9145010' || lpad(i::text, 11, '0'), '南宁市第' || i || '商贸有限公司', '1380013' || lpad(i::text, 4, '0'),
      lpad(i::text, 19, '6'), date '2020-01-01' + i FROM generate_series(1, 50) i;
    INSERT INTO invoice SELECT i, lpad(i::text, 20, '2'), '9145010' || lpad((i % 50 + 1)::text, 11, '0'), '买方' || i, i * 1.13, i * 0.13,
      timestamp '2026-01-01' + i * interval '7 s', 'ok', '备注 ' || i FROM generate_series(1, ${rows}) i;
    ANALYZE;
    CREATE ROLE gxops_ro LOGIN PASSWORD '${READER}';
    GRANT SELECT ON taxpayer, invoice TO gxops_ro`);
}
