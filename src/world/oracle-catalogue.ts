/** What Oracle says of itself and of the account: tables that may be read, what tells the database from others, rights beyond reading, plans. */
import { createHash } from 'node:crypto';
import type { ColumnSeen, Estimate } from '../core/world.ts';
import type { OracleSession, OracleValue } from './oracle-session.ts';
import { isForbidden } from './oracle-stops.ts';

/** Characters of a column's comment. */
const LONGEST_COMMENT = 400;
const READER = "SYS_CONTEXT('USERENV', 'SESSION_USER')";

/** Columns that are their table's primary key by themselves; a constraint that is off or was never checked is none. */
const KEYS = `SELECT k.owner, k.table_name, MAX(k.column_name) FROM all_constraints p
    JOIN all_cons_columns k ON k.owner = p.owner AND k.constraint_name = p.constraint_name
    WHERE p.constraint_type = 'P' AND p.status = 'ENABLED' AND p.validated = 'VALIDATED'
    GROUP BY k.owner, k.table_name HAVING COUNT(*) = 1`;

/**
 * Tables and views of the account's own, and those it was granted SELECT or READ on, itself, by a role it has on, or as everybody.
 * What Oracle itself owns is left out, and so are hidden columns. Virtual columns are computed from others, like those of a view.
 */
const CATALOGUE = `SELECT CASE WHEN c.owner = ${READER} THEN NULL ELSE c.owner END, c.table_name, c.column_name, c.data_type,
  CASE WHEN c.virtual_column = 'YES' OR (c.owner, c.table_name) IN (SELECT v.owner, v.view_name FROM all_views v)
    OR (c.owner, c.table_name) IN (SELECT w.owner, w.mview_name FROM all_mviews w) THEN 'view' END, SUBSTR(m.comments, 1, ${LONGEST_COMMENT}),
  CASE WHEN c.data_type = 'NUMBER' AND c.data_scale = 0 AND (c.owner, c.table_name, c.column_name) IN (${KEYS}) THEN 'key' END
FROM all_tab_cols c
LEFT JOIN all_col_comments m ON m.owner = c.owner AND m.table_name = c.table_name AND m.column_name = c.column_name
WHERE c.hidden_column = 'NO' AND (c.owner = ${READER} OR (c.owner, c.table_name) IN (
    SELECT p.table_schema, p.table_name FROM all_tab_privs p WHERE p.privilege IN ('SELECT', 'READ')
    AND (p.grantee IN (${READER}, 'PUBLIC') OR p.grantee IN (SELECT role FROM session_roles))))
  AND c.owner NOT IN (SELECT username FROM all_users WHERE oracle_maintained = 'Y')
ORDER BY c.owner, c.table_name, c.column_id`;

const FINGERPRINT = `SELECT SYS_CONTEXT('USERENV', 'DB_NAME'), SYS_CONTEXT('USERENV', 'DB_UNIQUE_NAME'),
  SYS_CONTEXT('USERENV', 'DB_DOMAIN'), SYS_CONTEXT('USERENV', 'CON_NAME'), SYS_CONTEXT('USERENV', 'SERVICE_NAME'),
  (SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET') FROM dual`;
const DBID = 'SELECT TO_CHAR(dbid) FROM v$database';

/** Roles that stand for more than object privileges, or let other sessions' values be seen. */
const ROLES = [
  ...['DBA', 'CDB_DBA', 'PDB_DBA', 'RESOURCE', 'IMP_FULL_DATABASE', 'EXP_FULL_DATABASE', 'DATAPUMP_IMP_FULL_DATABASE'],
  ...[
    'DATAPUMP_EXP_FULL_DATABASE',
    'EXECUTE_CATALOG_ROLE',
    'DELETE_CATALOG_ROLE',
    'SELECT_CATALOG_ROLE',
    'JAVASYSPRIV',
  ],
];
/**
 * In the server's words. What PUBLIC has, every account has, and is not this account's excess; CONNECT's two privileges are needed.
 * Tables of its own an account may always write.
 */
const PRIVILEGES = `SELECT 'SYSDBA' FROM dual WHERE SYS_CONTEXT('USERENV', 'ISDBA') = 'TRUE'
UNION SELECT privilege FROM session_privs WHERE privilege NOT IN ('CREATE SESSION', 'SET CONTAINER')
UNION SELECT 'ROLE ' || role FROM session_roles WHERE role IN (${ROLES.map((role) => `'${role}'`).join(', ')})
UNION SELECT privilege || ' on ' || owner || '.' || table_name FROM user_tab_privs
  WHERE grantee = ${READER} AND privilege NOT IN ('SELECT', 'READ')
UNION SELECT privilege || ' on ' || owner || '.' || table_name FROM user_col_privs WHERE grantee = ${READER}
UNION SELECT privilege || ' on ' || owner || '.' || table_name || ' by ' || role FROM role_tab_privs
  WHERE role IN (SELECT role FROM session_roles) AND privilege NOT IN ('SELECT', 'READ')
UNION SELECT 'OWNER of ' || object_type || ' ' || object_name FROM user_objects
  WHERE object_type IN ('TABLE', 'PROCEDURE', 'FUNCTION', 'PACKAGE', 'TRIGGER', 'SEQUENCE', 'DATABASE LINK')`;

/** The plan that the server made when it described the statement; the root's cost, the first step's rows. */
const PLAN = `SELECT p.id, p.operation, p.options, CASE WHEN p.object_owner = ${READER} THEN NULL ELSE p.object_owner END,
  p.object_name, TO_CHAR(p.cost), TO_CHAR(p.cardinality) FROM v$sql_plan p
WHERE p.sql_id = :b1 AND p.child_number = (SELECT MAX(q.child_number) FROM v$sql_plan q WHERE q.sql_id = :b1) ORDER BY p.id`;

/** All rows of a small look. */
async function allRows(session: OracleSession, sql: string, binds: Record<string, string> = {}) {
  const cursor = await session.query(sql, binds, 1_000);
  const all: (readonly OracleValue[])[] = [];
  for (let rows = await cursor.next(1_000); rows.length > 0; rows = await cursor.next(1_000)) all.push(...rows);
  await cursor.close();
  return all;
}

const word = (value: OracleValue | undefined): string => (typeof value === 'string' ? value : '');

/**
 * `table` is a plain name in the account's own schema, else `owner.table`; names are in small letters. A name that needs quotes (small
 * letters in it, signs) is left out with its table or column: unquoted, the same letters would name something else.
 */
export async function oracleCatalogue(session: OracleSession): Promise<readonly ColumnSeen[]> {
  const rows = await allRows(session, CATALOGUE);
  return rows.flatMap(([owner, table, column, type, view, comment, key]) => {
    const names = [...(owner === null ? [] : [word(owner)]), word(table)];
    if (![...names, word(column)].every(isPlain)) return [];
    const name = word(column).toLowerCase();
    const more = {
      ...(view === 'view' ? { view: true } : {}),
      ...(key === 'key' ? { key: true } : {}),
      ...(comment === null ? {} : { comment: word(comment) }),
    };
    return [{ name, table: names.join('.').toLowerCase(), column: name, type: word(type), ...more }];
  });
}

/** A name as Oracle stores one that was written without quotes. */
function isPlain(name: string): boolean {
  return /^[\p{L}][\p{L}\p{N}_$#]*$/u.test(name) && name === name.toUpperCase();
}

/** Names of database, container and service, its character set (a GBK database cannot hold every character), and its DBID where the account may see it. */
export async function oracleFingerprint(session: OracleSession): Promise<Readonly<Record<string, string>>> {
  const [row = []] = await allRows(session, FINGERPRINT);
  const [database, unique, domain, container, service, charset] = row.map(word);
  const dbid = await unlessForbidden(() => allRows(session, DBID));
  const known = { database, unique, domain, container, service, charset, dbid: word(dbid?.[0]?.[0]) };
  const told = Object.entries(known).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return { kind: 'oracle', ...Object.fromEntries(told) };
}

/** See `Look.privileges`. */
export async function oraclePrivileges(session: OracleSession): Promise<readonly string[]> {
  return (await allRows(session, PRIVILEGES)).map(([what]) => word(what));
}

/**
 * What the server expects of a statement, from the plan it made when it described it. Undefined where the account may not see plans
 * (V$SQL_PLAN) or none was made yet. EXPLAIN PLAN would write into PLAN_TABLE, which a reading session must not.
 */
export async function oracleEstimate(session: OracleSession, sql: string): Promise<Estimate | undefined> {
  await session.describe(sql);
  const steps = await unlessForbidden(() => allRows(session, PLAN, { b1: sqlId(sql) }));
  if (steps === undefined || steps.length === 0) return undefined;
  const full = steps.filter(
    ([, operation, options]) => word(operation) === 'TABLE ACCESS' && /FULL$/.test(word(options)),
  );
  const tables = full.map(([, , , owner, name]) => [word(owner), word(name)].filter(Boolean).join('.').toLowerCase());
  const cost = count(steps[0]?.[5]);
  const rows = count(steps[1]?.[6]);
  return {
    ...(cost === undefined ? {} : { cost }),
    ...(rows === undefined ? {} : { rows }),
    fullScans: [...new Set(tables)],
  };
}

function count(value: OracleValue | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

async function unlessForbidden<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

const DIGITS = '0123456789abcdfghjkmnpqrstuvwxyz';

/** SQL_ID: the last 64 bits of the MD5 of the text and a NUL, two little-endian words, in base 32. Known to everybody, used by Oracle to find a cursor. */
export function sqlId(sql: string): string {
  const hash = createHash('md5').update(sql).update('\0').digest();
  let number = (BigInt(hash.readUInt32LE(8)) << 32n) | BigInt(hash.readUInt32LE(12));
  let text = '';
  for (let i = 0; i < 13; i++) {
    text = `${DIGITS.charAt(Number(number & 31n))}${text}`;
    number >>= 5n;
  }
  return text;
}
