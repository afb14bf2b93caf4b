/** PostgreSQL and what speaks its protocol: whether it can be reached, and with which rights. */
import type { DatabaseSpec } from '../core/site.ts';
import { type Phrase, t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import type { Secret } from './secret.ts';

type PostgresSpec = Extract<DatabaseSpec, { kind: 'postgres' }>;

const CONNECT_TIMEOUT = 5000;
const FACTS = `SELECT current_setting('server_version') AS version,
  (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS clock,
  (SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user) AS mighty,
  EXISTS (SELECT 1 FROM information_schema.table_privileges
    WHERE grantee = current_user AND privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')) AS writes`;

interface Facts {
  readonly version: string;
  readonly clock: string;
  readonly mighty: boolean | null;
  readonly writes: boolean;
}

/** Connects, asks version, clock and rights in a read-only transaction, and leaves. Never throws for a refusal. */
export async function reachPostgres(spec: PostgresSpec, secret: Secret | undefined): Promise<Reach> {
  const { Client } = (await import('pg')).default;
  const client = new Client({
    host: spec.host,
    port: spec.port ?? 5432,
    database: spec.database,
    user: spec.user,
    // A function, so that the driver asks neither PGPASSWORD nor ~/.pgpass.
    password: () => secret?.reveal() ?? '',
    ssl: spec.tls === true ? { rejectUnauthorized: true } : false,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    statement_timeout: CONNECT_TIMEOUT,
    query_timeout: CONNECT_TIMEOUT,
    application_name: 'gxops',
    options: '-c default_transaction_read_only=on',
  });
  // A lost connection after the answer must not become an uncaught error.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const sent = Date.now();
    const { rows } = await client.query<Facts>(FACTS);
    return reached(rows[0], (sent + Date.now()) / 2);
  } catch (error) {
    return { ok: false, mode: 'pg', ...troubleOf(spec, error as PostgresError) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

function reached(facts: Facts | undefined, ours: number): Reach {
  if (facts === undefined) return { ok: false, mode: 'pg', trouble: t('the server answered without a row') };
  const skew = Math.round(Number(facts.clock) - ours);
  const base = { ok: true, version: facts.version, mode: 'pg', skew };
  if (!facts.mighty && !facts.writes) return base;
  return {
    ...base,
    trouble: t('the account may do more than read'),
    advice: t('Use an account with SELECT only: gxops asks for nothing more.'),
  };
}

interface PostgresError {
  readonly code?: string;
  readonly message?: string;
}

/** By SQLSTATE or system error; the driver's own words may hold the user's name, never the password. */
function troubleOf(spec: PostgresSpec, error: PostgresError): { trouble: Phrase; advice: Phrase } {
  const { host, user, database } = spec;
  const port = spec.port ?? 5432;
  switch (error.code) {
    case 'ECONNREFUSED':
      return {
        trouble: t('nothing listens on {host}:{port}', { host, port }),
        advice: t('Start the server, or correct host and port in site.yml.'),
      };
    case '28P01':
    case '28000':
      return {
        trouble: t('the server does not let {user} in ({code})', { user, code: error.code }),
        advice: t('Check the secret and pg_hba.conf; gxops tried once.'),
      };
    case '3D000':
      return {
        trouble: t('there is no database {database}', { database }),
        advice: t('Correct the name in site.yml.'),
      };
    case '53300':
      return {
        trouble: t('the server takes no more connections'),
        advice: t('Wait, or ask for a connection limit of its own for this account.'),
      };
    default:
      return {
        trouble: t('{host}:{port} could not be reached: {why}', {
          host,
          port,
          why: error.code ?? error.message ?? 'unknown',
        }),
        advice: t('Check the route, the firewall and that the server is up.'),
      };
  }
}
