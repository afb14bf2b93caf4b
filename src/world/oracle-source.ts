/** Oracle as a source of rows and facts: every verb logs in, reads in a read-only transaction, and logs off. */
import type { DatabaseSpec } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import type { DatabaseDriver, DatabasePlace } from './databases.ts';
import { explained } from './oracle.ts';
import { oracleCatalogue, oracleEstimate, oracleFingerprint, oraclePrivileges } from './oracle-catalogue.ts';
import { readRows, shownName } from './oracle-read.ts';
import type { OracleDoor, OracleSession, OracleValue } from './oracle-session.ts';
import { isLoginRefused, stopOf } from './oracle-stops.ts';
import { type Watch, watchOver } from './oracle-watch.ts';

/** Milliseconds for a look that is not the reading of rows. */
const LOOK_TIMEOUT = 60_000;
const REACH_TIMEOUT = 20_000;

/**
 * Nothing that depends on where the client runs: dates and numbers in one form, comparison byte by byte, days that begin when they
 * begin at the site. Then the transaction, whose first statement must say that it only reads: FOR UPDATE, DML and DDL are refused in it.
 */
const setUp = (timeZone: string) => [
  `ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD HH24:MI:SS' NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF'
  NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF TZH:TZM' NLS_NUMERIC_CHARACTERS = '.,'
  NLS_SORT = BINARY NLS_COMP = BINARY TIME_ZONE = '${timeZone.replaceAll("'", "''")}'`,
  'SET TRANSACTION READ ONLY',
];

/** By number, and by the number of the audit trail: the same SID may be another session's by then. SERIAL# is not for this account to see. */
const IDENTITY = `SELECT SYS_CONTEXT('USERENV', 'SID'), SYS_CONTEXT('USERENV', 'SESSIONID'),
  SYS_CONTEXT('USERENV', 'INSTANCE_NAME') FROM dual`;
const CLOCK = `SELECT TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"'),
  (SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET') FROM dual`;

/** The verbs over sessions of `door`. A login that was refused is not tried again by this driver: the next one may lock the account. */
export function oracleSource(place: Named, door: OracleDoor): DatabaseDriver {
  const { name } = place;
  const once = loginOnce(door);
  const look = <T>(work: (session: OracleSession) => Promise<T>): Promise<T> => looking(place, once, work);
  return {
    async rows({ idle, ...query }, signal) {
      const asked = { ...query, idle: idle ?? query.timeout };
      const watch = watchOver({ database: name, timeout: asked.timeout, idle: asked.idle, signal });
      try {
        await begin(watch, once, place);
        return await readRows(watch, asked);
      } catch (error) {
        await watch.end();
        throw stopOf(name, error);
      }
    },
    columns: (sql) =>
      look(async (session) => {
        const columns = await session.describe(sql);
        return columns.map((column) => ({ name: shownName(column.name), type: column.type }));
      }),
    estimate: (query) => look((session) => oracleEstimate(session, query.sql)),
    catalogue: () => look(oracleCatalogue),
    fingerprint: () => look(oracleFingerprint),
    privileges: () => look(oraclePrivileges),
    reach: () => reached(place, once),
  };
}

/**
 * Behind a login that was refused none is tried, and behind the first none begins before it has ended: several looks at once would
 * else try a wrong password as often.
 */
function loginOnce(door: OracleDoor): OracleDoor {
  let shut: unknown;
  let first: Promise<unknown> | undefined;
  const login = async (): Promise<OracleSession> => {
    if (shut !== undefined) throw shut;
    try {
      return await door.open();
    } catch (error) {
      if (isLoginRefused(error)) shut = error;
      throw error;
    }
  };
  return {
    mode: () => door.mode(),
    async open() {
      if (first === undefined) {
        const opened = login();
        first = opened.catch(() => undefined);
        return opened;
      }
      await first;
      return login();
    },
  };
}

type Named = Pick<DatabasePlace, 'name' | 'timeZone'>;

async function looking<T>(place: Named, door: OracleDoor, work: (session: OracleSession) => Promise<T>): Promise<T> {
  const watch = watchOver({ database: place.name, timeout: LOOK_TIMEOUT });
  try {
    await begin(watch, door, place);
    return await watch.call(work);
  } catch (error) {
    throw stopOf(place.name, error);
  } finally {
    await watch.end();
  }
}

/** Logs in and sets the session up; Stop('unreachable') naming why it could not. */
async function begin(watch: Watch, door: OracleDoor, { name, timeZone }: Named): Promise<void> {
  try {
    await watch.open(door);
  } catch (error) {
    if (error instanceof Stop) throw error;
    const { trouble, advice } = explained(name, error);
    throw new Stop('unreachable', trouble, {
      notDone: t('No statement was sent.'),
      safe: advice,
      next: ['gxops doctor'],
    });
  }
  for (const sql of setUp(timeZone)) await watch.call((session) => session.execute(sql));
  const [sid, audit, instance] = await watch.call((session) => firstRow(session, IDENTITY));
  watch.know(`SID ${sid}, AUDSID ${audit}, instance ${instance}`);
}

/** Whether it can be reached, with version, character set, clock and rights that are too many. Never throws for a refusal. */
async function reached(place: Named, door: OracleDoor): Promise<Reach> {
  const { name } = place;
  const mode = await door.mode();
  const watch = watchOver({ database: name, timeout: REACH_TIMEOUT });
  try {
    const { version } = await watch.open(door);
    const sent = Date.now();
    const [clock, charset] = await watch.call((session) => firstRow(session, CLOCK));
    const skew = Math.round(Date.parse(String(clock)) - (sent + Date.now()) / 2);
    const rights = await watch.call(oraclePrivileges);
    const seen = { ok: true, version, mode: `${mode}, ${String(charset)}`, ...excess(rights) };
    return Number.isNaN(skew) ? seen : { ...seen, skew };
  } catch (error) {
    if (error instanceof Stop) return { ok: false, mode, trouble: error.text };
    return { ok: false, mode, ...explained(name, error) };
  } finally {
    await watch.end();
  }
}

function excess(rights: readonly string[]): Pick<Reach, 'trouble' | 'advice'> {
  if (rights.length === 0) return {};
  return {
    trouble: t('the account may do more than read: {rights}', { rights: rights.join('; ') }),
    advice: t('Use an account with CREATE SESSION and READ alone: gxops asks for nothing more.'),
  };
}

async function firstRow(session: OracleSession, sql: string): Promise<readonly OracleValue[]> {
  const cursor = await session.query(sql, {}, 1);
  const [row = []] = await cursor.next(1);
  await cursor.close();
  return row;
}

/** The driver of a database that site.yml describes; `client: sqlplus` is refused with a sentence. */
export async function oracleDriver(
  spec: Extract<DatabaseSpec, { kind: 'oracle' }>,
  place: DatabasePlace,
): Promise<DatabaseDriver> {
  if (spec.client === 'sqlplus') return sqlplusLater(place.name);
  const { thinDoor } = await import('./oracle-thin.ts');
  return oracleSource(place, thinDoor(spec, place));
}

function sqlplusLater(name: string): DatabaseDriver {
  const trouble = t('client: sqlplus runs sqlplus on the host; this version cannot do that yet');
  const refuse = async (): Promise<never> => {
    throw new Stop('refused', trouble, {
      notDone: t('No statement was sent.'),
      safe: t('Where {name} can be reached from here, write client: thin.', { name }),
      next: ['gxops doctor'],
    });
  };
  return {
    ...{ rows: refuse, columns: refuse, estimate: refuse, catalogue: refuse, fingerprint: refuse, privileges: refuse },
    reach: async () => ({ ok: false, mode: 'sqlplus', trouble }),
  };
}
