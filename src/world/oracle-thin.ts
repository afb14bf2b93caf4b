/**
 * Oracle sessions by oracledb in Thin mode: no client library, no native add-on. Two things of the driver are used that it does not
 * offer: its reader of dates is replaced (it gives JavaScript Dates: milliseconds, in this process's zone), and the socket of a server
 * that does not answer is cut. The package is pinned exactly; a driver that changed either gives Dates, which are refused, never rounded.
 */
import type { Connection, Metadata, Oracledb } from 'oracledb';
import type { DatabasePlace } from './databases.ts';
import { attributesOf, type OracleSpec } from './oracle-connect.ts';
import { daysText, momentOf, yearsText } from './oracle-moment.ts';
import type {
  OracleBinds,
  OracleColumn,
  OracleCursor,
  OracleDoor,
  OracleSession,
  OracleValue,
} from './oracle-session.ts';

/**
 * Milliseconds for logging off. All other calls are timed by oracle-watch.ts: the driver's own time-out waits for ever where the server
 * does not answer its break.
 */
const CLOSE_TIMEOUT = 5_000;

/** Sessions of one database of site.yml. */
export function thinDoor(spec: OracleSpec, place: DatabasePlace): OracleDoor {
  return {
    mode: async () => `oracledb ${(await driver()).versionString} Thin`,
    async open() {
      const oracledb = await driver();
      const connection = await oracledb.getConnection(await attributesOf(spec, place));
      // Told to the server with the next call: by these its DBA and its audit trail know whose session it is.
      connection.module = 'gxops';
      connection.action = 'read';
      connection.clientId = `gxops:${place.name}`;
      return sessionOn(connection, oracledb);
    },
  };
}

async function driver(): Promise<Oracledb> {
  const [{ default: oracledb }] = await Promise.all([import('oracledb'), readDatesExactly()]);
  return oracledb;
}

/** Puts our reader of dates in the place of the driver's, for all its sessions in this process. */
export async function readDatesExactly(): Promise<void> {
  const { BaseBuffer } = (await import('oracledb/lib/impl/datahandlers/buffer.js')).default;
  BaseBuffer.prototype.parseOracleDate = function (bytes, local = true, databaseZone = false) {
    if (databaseZone) {
      const { dbTzRegion = null, dbTzOffset } = this.caps ?? {};
      return momentOf(bytes, { database: dbTzRegion === null ? (dbTzOffset ?? undefined) : undefined });
    }
    return momentOf(bytes, local ? 'none' : 'own');
  };
}

/** The session over a connection of the driver. */
export function sessionOn(connection: Connection, oracledb: Oracledb): OracleSession {
  return {
    version: connection.oracleServerVersionString,
    describe: async (sql) => ((await connection.getStatementInfo(sql)).metaData ?? []).map(columnOf),
    async query(sql, binds, rows) {
      const { resultSet } = await connection.execute(sql, bound(binds, oracledb), {
        resultSet: true,
        outFormat: oracledb.OUT_FORMAT_ARRAY,
        fetchArraySize: rows,
        prefetchRows: rows,
        fetchTypeHandler: (column) => fetched(column, oracledb),
      });
      if (resultSet === undefined) throw new Error('ORA-00900: not a query');
      return {
        columns: resultSet.metaData.map(columnOf),
        next: async (count) => (await resultSet.getRows(count)) as Awaited<ReturnType<OracleCursor['next']>>,
        close: () => resultSet.close(),
      };
    },
    async execute(sql) {
      await connection.execute(sql, {}, {});
    },
    cancel: () => connection.break(),
    async close() {
      connection.callTimeout = CLOSE_TIMEOUT;
      await connection.close();
    },
    drop() {
      connection._impl?.nscon?.forceDisconnect?.();
    },
  };
}

/** Bytes of the longest CHAR. */
const LONGEST_CHAR = 2_000;

/** Text as CHAR, which literals are too: bound as VARCHAR2 it would not be equal to a CHAR column's value and the blanks behind it. */
function bound(binds: OracleBinds, { DB_TYPE_CHAR }: Oracledb): object {
  const typed = Object.entries(binds).map(([name, value]) => {
    const short = value !== null && Buffer.byteLength(value) <= LONGEST_CHAR;
    return [name, short ? { val: value, type: DB_TYPE_CHAR } : value];
  });
  return Object.fromEntries(typed);
}

/** `name` may be made different from that of a column before; `dbColumnName` is what the server said. */
function columnOf({ name, dbColumnName = name, dbTypeName, byteSize, precision }: Metadata): OracleColumn {
  const timed = dbTypeName.startsWith('TIMESTAMP') && precision !== undefined;
  return {
    name: dbColumnName,
    type: dbTypeName,
    ...(byteSize === undefined ? {} : { bytes: byteSize }),
    ...(timed ? { digits: precision } : {}),
  };
}

/** NUMBER as text, intervals as our text; all else as the driver gives it. LOBs come as locators that know their length. */
function fetched({ dbTypeName }: Metadata, oracledb: Oracledb) {
  if (dbTypeName === 'NUMBER') return { type: oracledb.DB_TYPE_VARCHAR };
  if (dbTypeName === 'INTERVAL YEAR TO MONTH') return { converter: orNull(yearsText) };
  if (dbTypeName === 'INTERVAL DAY TO SECOND') return { converter: orNull(daysText) };
  return undefined;
}

function orNull<T>(text: (value: T) => string): (value: unknown) => OracleValue {
  return (value) => (value === null || value === undefined ? null : text(value as T));
}
