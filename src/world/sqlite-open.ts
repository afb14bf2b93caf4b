/** Opens a SQLite file so that it can only be read, and only what is named: SQLite itself is the second judge of a statement. */
import { constants, DatabaseSync } from 'node:sqlite';

/** Functions that SQLite may call for us. A list of its own on purpose: what the guard overlooks is stopped here. */
const FUNCTIONS = new Set(
  (
    'count sum total avg min max abs round floor ceil ceiling sign mod lower upper length trim ltrim rtrim substr substring ' +
    'concat concat_ws date datetime time julianday strftime unixepoch ifnull nullif coalesce iif instr like typeof unicode ' +
    'row_number rank dense_rank lag lead first_value last_value ntile percent_rank cume_dist string_agg group_concat ' +
    'current_date current_time current_timestamp ' +
    // The guard accepts no random(): it is ours, for rows whose order would tell what a mask hides.
    'random'
  ).split(' '),
);

/** Read-only, no extensions, no strings in double quotes, nothing set aside on a disk. `tables` in lower case; undefined allows every table that is not SQLite's own. */
export function openReadOnly(file: string, tables?: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(file, {
    readOnly: true,
    allowExtension: false,
    enableDoubleQuotedStringLiterals: false,
    timeout: 5_000,
  });
  // What SQLite sorts or sets aside would else lie in a file under TMPDIR, in clear.
  database.exec('PRAGMA temp_store = MEMORY');
  database.setAuthorizer((action, first, second) =>
    allowed(action, first, second, tables) ? constants.SQLITE_OK : constants.SQLITE_DENY,
  );
  return database;
}

/** Default deny. SQLITE_READ names table and column; SQLITE_FUNCTION has the function second. */
function allowed(
  action: number,
  first: string | null,
  second: string | null,
  tables: readonly string[] | undefined,
): boolean {
  if (action === constants.SQLITE_SELECT || action === constants.SQLITE_RECURSIVE) return true;
  if (action === constants.SQLITE_FUNCTION) return FUNCTIONS.has((second ?? '').toLowerCase());
  if (action !== constants.SQLITE_READ) return false;
  const table = (first ?? '').toLowerCase();
  return tables === undefined ? !table.startsWith('sqlite_') : tables.includes(table);
}

/** The text of an error of SQLite that names no value: its own words for the statement, or its code. */
export function sqliteWords(error: unknown): string {
  const { message, errcode, errstr } = error as { message?: string; errcode?: number; errstr?: string };
  const own =
    /^(near |no such |not authorized|ambiguous column|access to |incomplete input|too many |unrecognized token|SELECTs to the left)/;
  return message !== undefined && own.test(message) ? message : (errstr ?? `SQLite ${errcode ?? 'error'}`);
}
