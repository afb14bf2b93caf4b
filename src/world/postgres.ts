/** PostgreSQL and what speaks its protocol (openGauss, Kingbase) as a source, and whether it can be reached, and with which rights. */
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import type { DatabaseDriver, DatabasePlace } from './databases.ts';
import { connectPostgres, type PostgresSpec } from './postgres-connect.ts';
import type { PostgresPlace, Session } from './postgres-session.ts';
import type { PostgresError } from './postgres-stops.ts';

const REACH_TIMEOUT = 5_000;

/** The verbs of one database. Each opens a session of its own and closes it. */
export function postgresDriver(spec: PostgresSpec, { name, timeZone, secret }: DatabasePlace): DatabaseDriver {
  const place = async (): Promise<PostgresPlace> => ({ name, spec, timeZone, secret: await secret() });
  const catalogue = () => import('./postgres-catalogue.ts');
  return {
    rows: async (query, signal) => (await import('./postgres-rows.ts')).postgresRows(await place(), query, signal),
    columns: async (sql) => (await catalogue()).postgresColumns(await place(), sql),
    estimate: async (query) => (await catalogue()).postgresEstimate(await place(), query),
    catalogue: async () => (await catalogue()).postgresCatalogue(await place()),
    fingerprint: async () => (await catalogue()).postgresFingerprint(await place()),
    state: async () => (await import('./postgres-state.ts')).postgresState(await place()),
    privileges: async () => (await import('./postgres-privileges.ts')).postgresPrivileges(await place()),
    reach: async () => reachPostgres(await place()),
  };
}

/** Connects, asks version, clock and rights in a read-only transaction, and leaves. Never throws for a refusal. */
async function reachPostgres(place: PostgresPlace): Promise<Reach> {
  try {
    const { sessionOver } = await import('./postgres-session.ts');
    // By itself: only here are the driver's own errors seen, by which the advice is chosen.
    const wire = await connectPostgres(place.spec, place.secret);
    try {
      return await reached(await sessionOver(wire, place, REACH_TIMEOUT));
    } finally {
      await wire.close();
    }
  } catch (error) {
    return { ok: false, mode: 'pg', ...troubleOf(place.spec, error) };
  }
}

async function reached(session: Session): Promise<Reach> {
  const { privilegesOf } = await import('./postgres-privileges.ts');
  const sent = Date.now();
  const [facts] = await session.ask(
    `SELECT pg_catalog.current_setting('server_version') AS version, pg_catalog.version() AS server,
       (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::pg_catalog.int8 AS clock`,
  );
  const skew = Math.round(Number(facts?.clock) - (sent + Date.now()) / 2);
  const seen = { ok: true, version: facts?.version ?? '', mode: modeOf(facts?.server ?? ''), skew };
  return { ...seen, ...excess(await privilegesOf(session)) };
}

function modeOf(server: string): string {
  const family = /openGauss|GaussDB|Kingbase/i.exec(server)?.[0];
  return family === undefined ? 'pg' : `pg, ${family}`;
}

function excess(rights: readonly string[]): Pick<Reach, 'trouble' | 'advice'> {
  if (rights.length === 0) return {};
  return {
    trouble: t('the account may do more than read: {rights}', { rights: rights.join('; ') }),
    advice: t('Use an account with SELECT only: gxops asks for nothing more.'),
  };
}

/** By SQLSTATE or system error; the driver's own words may hold the user's name, never the password. */
function troubleOf(spec: PostgresSpec, error: unknown): { trouble: Stop['text']; advice: Phrase } {
  const ours = t('Check the route, the firewall and that the server is up.');
  if (error instanceof Stop) return { trouble: error.text, advice: ours };
  const { code } = error as PostgresError;
  const { host, user, database } = spec;
  const port = spec.port ?? 5432;
  switch (code) {
    case 'ECONNREFUSED':
      return {
        trouble: t('nothing listens on {host}:{port}', { host, port }),
        advice: t('Start the server, or correct host and port in site.yml.'),
      };
    case '28P01':
    case '28000':
      return {
        trouble: t('the server does not let {user} in ({code})', { user, code }),
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
          why: code ?? driverWords(error),
        }),
        advice: t('Check the route, the firewall and that the server is up.'),
      };
  }
}

/** The driver's own sentences, none of which names a value; any other may be the server's. */
function driverWords(error: unknown): string {
  const { message = '' } = error as PostgresError;
  return (
    /^(timeout expired|Connection terminated|The server does not support SSL|SASL: Only mechanism)/.exec(message)
      ?.input ?? 'unknown'
  );
}
