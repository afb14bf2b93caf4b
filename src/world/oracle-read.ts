/** A statement's rows from Oracle in batches: described before it runs, about a mebibyte a round trip, the limit met exactly. */
import { randomBytes } from 'node:crypto';
import type { Batch } from '../core/batch.ts';
import type { RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import type { RowStream } from '../core/world.ts';
import { isLarge, LARGEST, packerFor, TOO_LARGE } from './oracle-pack.ts';
import type { OracleBinds, OracleColumn, OracleCursor, OracleLarge, OracleValue } from './oracle-session.ts';
import { stopOf } from './oracle-stops.ts';
import type { Watch } from './oracle-watch.ts';

/** Bytes that a round trip, and a batch, is meant to have. */
const TRIP = 1 << 20;
const FEWEST = 100;
const MOST = 10_000;
/** Bytes that a round trip may have at the very worst: every value as long as its column allows. */
const WORST = 64 << 20;
/** Rows a round trip, at first and at most, where values of any size may be among them. */
const FEW = 2;
const FEW_MOST = 100;
/** What a value takes that the server says no size of. */
const USUAL = 24;

const READ: ReadonlySet<string> = new Set([
  ...['NUMBER', 'BINARY_FLOAT', 'BINARY_DOUBLE', 'BINARY_INTEGER', 'BOOLEAN', 'CHAR', 'NCHAR', 'VARCHAR2', 'NVARCHAR2'],
  ...['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP WITH LOCAL TIME ZONE', 'ROWID', 'UROWID', 'RAW'],
  ...['INTERVAL YEAR TO MONTH', 'INTERVAL DAY TO SECOND', 'CLOB', 'NCLOB', 'BLOB', 'LONG', 'LONG RAW'],
]);
const ENDLESS: ReadonlySet<string> = new Set(['CLOB', 'NCLOB', 'BLOB', 'LONG', 'LONG RAW']);

/** Executes and streams. Stop('refused') for more rows than the limit and for a value that cannot be given exactly. `end` of the watch is called when the last batch was given, or none will be. */
export async function readRows(watch: Watch, query: RowQuery): Promise<RowStream> {
  const columns = await watch.call((session) => session.describe(query.sql));
  insistOnReadable(columns, query.database);
  const first = Math.min(firstTrip(columns), query.limit + 1);
  const binds = bindsOf(query);
  const sql = query.shuffled === true ? shuffled(query.sql, columns) : query.sql;
  const cursor = await watch.call((session) => session.query(sql, binds, first));
  insistOnSame(columns, cursor.columns, query.database);
  return {
    columns: columns.map(({ name }) => shownName(name)),
    batches: batchesOf(watch, query, columns, cursor, first),
  };
}

async function* batchesOf(
  watch: Watch,
  query: RowQuery,
  columns: readonly OracleColumn[],
  cursor: OracleCursor,
  first: number,
): AsyncGenerator<Batch> {
  const packer = packerFor(columns, (column, why) => unreadable(query.database, column, why));
  const large = columns.some(({ type }) => ENDLESS.has(type));
  let [count, asked] = [0, first];
  try {
    while (true) {
      const rows = await watch.call(() => cursor.next(asked));
      if (rows.length === 0) break;
      const over = count + rows.length > query.limit;
      if (over && query.truncate !== true) throw tooMany(query);
      const kept = over ? rows.slice(0, query.limit - count) : rows;
      const before = count;
      let bytes = 0;
      for (const row of kept) {
        packer.add(large && row.some(isLarge) ? await whole(row, watch, columns, query.database) : row);
        count++;
        if (packer.bytes < TRIP) continue;
        bytes += packer.bytes;
        yield packer.take();
      }
      bytes += packer.bytes;
      if (packer.rows > 0) yield packer.take();
      if (over) break;
      asked = Math.min(nextTrip(bytes, count - before, columns), query.limit + 1 - count);
    }
  } catch (error) {
    throw stopOf(query.database, error);
  } finally {
    await watch.end();
  }
}

/** Rows for the first round trip, by what the columns may take. */
export function firstTrip(columns: readonly OracleColumn[]): number {
  const { fewest, most, row } = boundsOf(columns);
  return Math.max(fewest, Math.min(fewest === FEW ? FEW : most, Math.floor(TRIP / row)));
}

/** Rows for the next one, by what the last took: about a mebibyte, but never so many that they could fill the memory. */
export function nextTrip(bytes: number, rows: number, columns: readonly OracleColumn[]): number {
  const { fewest, most } = boundsOf(columns);
  return Math.max(fewest, Math.min(most, Math.floor((TRIP * rows) / Math.max(1, bytes))));
}

function boundsOf(columns: readonly OracleColumn[]) {
  const row = columns.reduce((sum, { bytes }) => sum + (bytes ?? USUAL), 1);
  if (columns.some(({ type }) => ENDLESS.has(type))) return { fewest: FEW, most: FEW_MOST, row };
  return { fewest: FEWEST, most: Math.max(FEWEST, Math.min(MOST, Math.floor(WORST / row))), row };
}

/**
 * In an order that nobody can guess: around the very text that was judged, by a keyed hash of each row's number, which asks for no right
 * (DBMS_RANDOM does). Names that columns share, which a view may not have, are replaced; the description has them.
 */
function shuffled(sql: string, columns: readonly OracleColumn[]): string {
  const by = `ORDER BY STANDARD_HASH(ROWNUM || '${randomBytes(32).toString('hex')}', 'SHA256')`;
  if (new Set(columns.map(({ name }) => name)).size === columns.length) return `SELECT * FROM (${sql}\n) ${by}`;
  const names = columns.map((_, i) => `c${i + 1}`).join(', ');
  return `WITH gxops_rows (${names}) AS (${sql}\n) SELECT * FROM gxops_rows ${by}`;
}

/** The row with its large values read, each by a call of its own, none of them larger than may be held. */
async function whole(row: readonly OracleValue[], watch: Watch, columns: readonly OracleColumn[], database: string) {
  const read: OracleValue[] = [];
  for (const [c, value] of row.entries())
    read.push(isLarge(value) ? await content(value, c + 1, watch, columns[c], database) : value);
  return read;
}

async function content(
  value: OracleLarge,
  number: number,
  watch: Watch,
  column: OracleColumn | undefined,
  database: string,
): Promise<OracleValue> {
  if (value.length > LARGEST) unreadable(database, number, TOO_LARGE);
  // An empty LOB is not NULL: it is a text, or bytes, of length 0.
  const empty = column?.type === 'BLOB' ? new Uint8Array() : '';
  if (value.length === 0) return empty;
  const data = (await watch.call(() => value.getData())) ?? empty;
  if (data.length !== value.length) unreadable(database, number, t('only a part of the value came'));
  return data;
}

/** A table that was changed between describing and running would give rows of another shape. */
function insistOnSame(described: readonly OracleColumn[], given: readonly OracleColumn[], database: string): void {
  if (given.length === described.length && given.every(({ type }, i) => type === described[i]?.type)) return;
  throw new Stop('refused', t('the columns of the statement on {database} changed while it was read', { database }), {
    notDone: t('No row was handed over.'),
  });
}

function insistOnReadable(columns: readonly OracleColumn[], database: string): void {
  if (columns.length === 0)
    throw new Stop('refused', t('what was to be read from {database} is no query', { database }), {
      notDone: t('No statement was sent.'),
    });
  const bad = columns.findIndex(({ type }) => !READ.has(type));
  if (bad >= 0) unreadable(database, bad + 1, t('its type {type} is not read', { type: columns[bad]?.type ?? '' }));
}

function unreadable(database: string, column: number, why: Phrase): never {
  throw new Stop(
    'refused',
    t('column {column} of the rows of {database} cannot be read: {why}', { column, database, why }),
    {
      notDone: t('No row was handed over.'),
      safe: t('Leave the column out, or turn it into text in the statement (TO_CHAR).'),
      data: { column },
    },
  );
}

function tooMany({ database, limit }: RowQuery): Stop {
  return new Stop('refused', t('{database} has more than the {limit} rows that are allowed', { database, limit }), {
    notDone: t('Nothing was handed over; what had been read is discarded.'),
  });
}

/**
 * All as text: compared with a number, Oracle would turn every value of a text column (codes made of digits) into one, past its index and
 * failing at the first that is none; compared with a text, it turns that into what the column is.
 */
function bindsOf({ binds }: RowQuery): OracleBinds {
  const texts = Object.entries(binds).map(([place, value]) => {
    const text = value === null ? null : String(value);
    if (text?.isWellFormed() === false)
      throw new Stop('refused', t('the value for {place} holds half a character', { place }), {
        notDone: t('No statement was sent.'),
      });
    return [place.replace(/^:/, ''), text];
  });
  return Object.fromEntries(texts);
}

/** Oracle's capitals are how it stores a name that was written without quotes; shown as it is usually written. */
export function shownName(name: string): string {
  return name === name.toUpperCase() ? name.toLowerCase() : name;
}
