/** A session that can only read, and in which the names of a statement mean what the guard took them to mean. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import {
  connectPostgres,
  type Field,
  type PostgresSpec,
  type Protocol,
  running,
  type Wire,
} from './postgres-connect.ts';
import { stopOf, unreachable } from './postgres-stops.ts';
import type { Secret } from './secret.ts';

/** Where a session works: the database's name in site.yml for its sentences, its secret, the site's time zone. */
export interface PostgresPlace {
  readonly name: string;
  readonly spec: PostgresSpec;
  readonly secret: Secret | undefined;
  /** Dates of statements and results are the site's: a day begins when it begins there. */
  readonly timeZone: string;
}

export interface Session {
  readonly wire: Wire;
  /** Rows of one of our own statements, every cell as the server's text. `$1` … are bound. */
  ask(sql: string, binds?: readonly unknown[]): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** What the server makes of a statement, which is not executed: its columns, and the types of `$1` … */
  describe(sql: string): Promise<{ readonly fields: readonly Field[]; readonly parameters: readonly number[] }>;
}

/** Milliseconds to wait for a lock that a statement needs. */
const LOCK_TIMEOUT = 10_000;
/** For our own questions. */
const ASK_TIMEOUT = 15_000;

/**
 * pg_catalog stands first and pg_temp last, so that neither a table nor a function of somebody's can stand before the server's own; what
 * only fits better by its types is found by postgres-shadow.ts. Unqualified tables are those of `public`, as in the catalogue.
 */
const SEARCH_PATH = 'pg_catalog, public, pg_temp';

/** Opens a read-only transaction, gives it to `work`, and leaves whatever happens. Stop('unreachable') where there is no session. */
export async function withSession<T>(
  place: PostgresPlace,
  timeout: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(place, timeout);
  // The server's own limit is the statement's; this one is for a network that swallows its answer.
  const guard = setTimeout(() => session.wire.socket.destroy(), timeout + ASK_TIMEOUT);
  try {
    return await work(session);
  } catch (error) {
    throw stopOf(place.name, error, 0);
  } finally {
    clearTimeout(guard);
    await session.wire.close();
  }
}

/** One that its caller closes. `timeout` in milliseconds is the server's for one statement; `snapshot` is one that another session exported. */
export async function openSession(place: PostgresPlace, timeout: number, snapshot?: string): Promise<Session> {
  const wire = await connectPostgres(place.spec, place.secret).catch((error) => {
    throw unreachable(place.name, error);
  });
  return sessionOver(wire, place, timeout, snapshot);
}

/** The same over a connection that is there; closes it where there is no session. */
export async function sessionOver(
  wire: Wire,
  place: PostgresPlace,
  timeout: number,
  snapshot?: string,
): Promise<Session> {
  const session: Session = {
    wire,
    ask: (sql, binds) => ask(wire, sql, binds),
    describe: (sql) => describe(wire, sql),
  };
  const guard = setTimeout(() => wire.socket.destroy(), ASK_TIMEOUT);
  try {
    await settle(session, place, timeout);
    await ask(wire, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // The grammar takes a literal only; what the server gave is of this form.
    if (snapshot !== undefined && SNAPSHOT.test(snapshot)) await ask(wire, `SET TRANSACTION SNAPSHOT '${snapshot}'`);
    return session;
  } catch (error) {
    await wire.close();
    throw unreachable(place.name, error);
  } finally {
    clearTimeout(guard);
  }
}

/** A snapshot's name: numbers in hexadecimal. */
export const SNAPSHOT = /^[0-9A-F]{1,16}(-[0-9A-F]{1,16}){0,3}$/i;

/** Those without which nothing is read; of the others a server of the family may not know all. */
const NEEDED = [
  'search_path',
  'default_transaction_read_only',
  'statement_timeout',
  'client_encoding',
  'DateStyle',
  'bytea_output',
  'standard_conforming_strings',
];

async function settle(session: Session, { name, timeZone }: PostgresPlace, timeout: number): Promise<void> {
  const settings: Readonly<Record<string, string>> = {
    search_path: SEARCH_PATH,
    default_transaction_read_only: 'on',
    statement_timeout: String(timeout),
    lock_timeout: String(Math.min(timeout, LOCK_TIMEOUT)),
    idle_in_transaction_session_timeout: String(timeout + ASK_TIMEOUT),
    // The server, too, notices a network that swallows everything.
    tcp_keepalives_idle: '30',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '6',
    tcp_user_timeout: '90000',
    client_encoding: 'UTF8',
    standard_conforming_strings: 'on',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    TimeZone: timeZone,
    extra_float_digits: '3',
    bytea_output: 'hex',
  };
  const known = await session.ask(
    `SELECT s.name, pg_catalog.set_config(s.name, w.value, false) AS value
     FROM pg_catalog.pg_settings s
     JOIN (SELECT pg_catalog.unnest($1::pg_catalog.text[]) AS name, pg_catalog.unnest($2::pg_catalog.text[]) AS value) w
       ON pg_catalog.lower(s.name) OPERATOR(pg_catalog.=) pg_catalog.lower(w.name)`,
    [Object.keys(settings), Object.values(settings)],
  );
  const set = new Set(known.map((row) => row.name?.toLowerCase()));
  const missing = NEEDED.filter((wanted) => !set.has(wanted.toLowerCase()));
  if (missing.length === 0) return;
  const names = missing.join(', ');
  throw new Stop(
    'refused',
    t('{database} does not know the settings {names}: its sessions cannot be trusted', { database: name, names }),
    {
      notDone: t('No statement was sent.'),
    },
  );
}

const AS_TEXT = { getTypeParser: () => (value: string) => value };

async function ask(wire: Wire, sql: string, binds: readonly unknown[] = []) {
  const values = binds.length > 0 ? { values: [...binds] } : {};
  const { rows } = await wire.client.query<Record<string, string | null>>({ text: sql, ...values, types: AS_TEXT });
  return rows;
}

/** Parse and Describe: the server reads the statement and says what it would give. More than one statement is refused by the protocol. */
function describe(wire: Wire, sql: string): ReturnType<Session['describe']> {
  return new Promise((resolve, reject) => {
    let parameters: readonly number[] = [];
    let fields: readonly Field[] = [];
    const heard = (message: { dataTypeIDs: readonly number[] }): void => {
      parameters = message.dataTypeIDs;
    };
    const submit = (connection: Protocol): void => {
      connection.once('parameterDescription', heard);
      connection.parse({ text: sql });
      connection.describe({ type: 'S', name: '' });
      connection.sync();
    };
    wire.client.query(
      running(submit, {
        handleRowDescription: (message) => {
          fields = message.fields;
        },
        handleError: (error) => {
          wire.connection.off('parameterDescription', heard);
          reject(error);
        },
        handleReadyForQuery: () => resolve({ fields, parameters }),
      }),
    );
  });
}
