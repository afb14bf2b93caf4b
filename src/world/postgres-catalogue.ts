/** What a PostgreSQL database holds for its account: columns, origins of a statement's columns, plans, and which database it is. */
import type { RowQuery } from '../core/product.ts';
import type { ColumnSeen, Estimate } from '../core/world.ts';
import { type PostgresPlace, type Session, withSession } from './postgres-session.ts';
import { refuseShadows } from './postgres-shadow.ts';

/** Milliseconds for one of these questions. */
const TIMEOUT = 30_000;
/** Characters of a column's comment. */
const LONGEST_COMMENT = 400;

/**
 * A column's type by the name that it has in PostgreSQL; a domain's is that of what it is made of, and a type that is not the server's
 * own says nothing, whatever it is called.
 */
const TYPE = `CASE
  WHEN t.typtype = 'd' THEN (
    WITH RECURSIVE base(o) AS (
      SELECT t.typbasetype UNION ALL SELECT d.typbasetype FROM pg_catalog.pg_type d JOIN base ON d.oid = base.o WHERE d.typtype = 'd')
    SELECT pg_catalog.format_type(e.oid, NULL) FROM base JOIN pg_catalog.pg_type e ON e.oid = base.o
    JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace WHERE e.typtype <> 'd' AND en.nspname = 'pg_catalog')
  WHEN tn.nspname = 'pg_catalog' THEN pg_catalog.format_type(t.oid, NULL) END`;

const COLUMN = `
  SELECT c.oid AS oid, a.attnum AS attnum, a.attname AS name, ${TYPE} AS type,
    CASE WHEN c.relkind IN ('v', 'm') THEN 'view' END AS view,
    pg_catalog.col_description(c.oid, a.attnum) AS comment,
    CASE WHEN t.oid IN (20, 21, 23) AND EXISTS (
      SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid
        AND i.indnatts = 1 AND i.indkey[0] = a.attnum) THEN 'key' END AS key,
    CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS "table"
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace`;

/**
 * Tables, partitioned tables, views and materialized views. Left out: what reaches elsewhere or runs somebody's code (foreign tables,
 * views that call functions or operators which are not the server's own, and views of such), the pieces of a partitioned table (read
 * through the whole, under its classification), and names that would be taken for another.
 */
const CATALOGUE = `
  WITH RECURSIVE uses(view, class, object) AS (
    SELECT r.ev_class, d.refclassid, d.refobjid FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
    WHERE d.refobjid <> r.ev_class),
  outside(oid) AS (
    SELECT oid FROM pg_catalog.pg_class WHERE relkind = 'f'
    UNION
    SELECT view FROM uses WHERE class IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_operator'::pg_catalog.regclass)
    UNION
    SELECT u.view FROM uses u JOIN outside o ON u.object = o.oid AND u.class = 'pg_catalog.pg_class'::pg_catalog.regclass)
  ${COLUMN}
  WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
    AND pg_catalog.strpos(n.nspname || c.relname, '.') = 0
    AND c.oid NOT IN (SELECT oid FROM outside)
    AND c.oid NOT IN (SELECT inhrelid FROM pg_catalog.pg_inherits)
    AND NOT (n.nspname = 'public' AND EXISTS (
      SELECT 1 FROM pg_catalog.pg_class s JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
      WHERE sn.nspname = 'pg_catalog' AND s.relname = c.relname))
  ORDER BY n.nspname, c.relname, a.attnum`;

/** Every column of every table that the account may read and a statement may name. */
export function postgresCatalogue(place: PostgresPlace): Promise<readonly ColumnSeen[]> {
  return withSession(place, TIMEOUT, async (session) => {
    const rows = await session.ask(CATALOGUE);
    return rows.map(({ name, table, type, view, comment, key }) => ({
      name: String(name),
      table: String(table),
      column: String(name),
      type: type ?? '',
      ...(view === null ? {} : { view: true }),
      ...(key === null ? {} : { key: true }),
      ...(typeof comment === 'string' ? { comment: comment.slice(0, LONGEST_COMMENT) } : {}),
    }));
  });
}

/** Names, origins and types of a statement's columns as the server sees them; nothing is executed. */
export function postgresColumns(place: PostgresPlace, sql: string): Promise<readonly ColumnSeen[]> {
  return withSession(place, TIMEOUT, async (session) => {
    const { fields } = await session.describe(sql);
    await refuseShadows(place.name, sql, session);
    const tables = [...new Set(fields.map(({ tableID }) => tableID))].filter((oid) => oid !== 0);
    const rows = await session.ask(`${COLUMN} WHERE c.oid = ANY ($1::pg_catalog.oid[])`, [tables]);
    const origins = new Map(rows.map((row) => [`${row.oid}.${row.attnum}`, row]));
    const types = await session.ask(
      `SELECT t.oid AS oid, ${TYPE} AS type FROM pg_catalog.pg_type t
       JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace WHERE t.oid = ANY ($1::pg_catalog.oid[])`,
      [fields.map(({ dataTypeID }) => dataTypeID)],
    );
    const named = new Map(types.map(({ oid, type }) => [oid, type]));
    return fields.map(({ name, tableID, columnID, dataTypeID }) => {
      const origin = origins.get(`${tableID}.${columnID}`);
      const type = named.get(String(dataTypeID)) ?? '';
      return { name, type, ...(origin && { table: String(origin.table), column: String(origin.name) }) };
    });
  });
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Plan Rows'?: number;
  readonly 'Total Cost'?: number;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

/**
 * What the planner expects of a statement, which is not executed: rows, cost in its own unit (a page read in sequence is 1), and the
 * tables that it would read in full, a partition under the name of its whole.
 */
export function postgresEstimate(place: PostgresPlace, query: RowQuery): Promise<Estimate | undefined> {
  return withSession(place, TIMEOUT, async (session) => {
    const { parameters } = await session.describe(query.sql);
    const values = parameters.map((_, i) => query.binds[`$${i + 1}`] ?? null);
    const texts = values.map((value) => (value === null ? null : String(value)));
    const rows = await session.ask(`EXPLAIN (FORMAT JSON, VERBOSE) ${query.sql}`, texts);
    const [first] = JSON.parse(rows.map((row) => Object.values(row)[0]).join('\n')) as readonly { Plan: Plan }[];
    if (first === undefined) return undefined;
    const { 'Plan Rows': expected, 'Total Cost': cost } = first.Plan;
    return {
      ...(expected === undefined ? {} : { rows: expected }),
      ...(cost === undefined ? {} : { cost }),
      fullScans: await wholesOf(session, scansOf(first.Plan)),
    };
  });
}

/** Nodes that read a table from end to end: without an index, or along one without a condition. */
function scansOf(plan: Plan): readonly Plan[] {
  const type = plan['Node Type'];
  const full =
    /(Seq|CStore) Scan$/.test(type) || (/^Index (Only )?Scan$/.test(type) && plan['Index Cond'] === undefined);
  const own = full && plan['Relation Name'] !== undefined ? [plan] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

async function wholesOf(session: Session, scans: readonly Plan[]): Promise<readonly string[]> {
  if (scans.length === 0) return [];
  const rows = await session.ask(
    `WITH RECURSIVE up(oid) AS (
       SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN (SELECT pg_catalog.unnest($1::pg_catalog.text[]) AS s, pg_catalog.unnest($2::pg_catalog.text[]) AS r) w
         ON n.nspname = w.s AND c.relname = w.r
       UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN up ON up.oid = i.inhrelid)
     SELECT DISTINCT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name
     FROM up JOIN pg_catalog.pg_class c ON c.oid = up.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE up.oid NOT IN (SELECT inhrelid FROM pg_catalog.pg_inherits) ORDER BY 1`,
    [scans.map(({ Schema }) => Schema ?? 'public'), scans.map((scan) => scan['Relation Name'] ?? '')],
  );
  return rows.map(({ name }) => String(name).toLowerCase());
}

/**
 * Which database this is, by whatever address it was reached: the cluster's own identifier where the account may ask for it, the
 * database's name and number, the server's kind and main version.
 */
export function postgresFingerprint(place: PostgresPlace): Promise<Readonly<Record<string, string>>> {
  return withSession(place, TIMEOUT, async (session) => {
    const [base] = await session.ask(
      `SELECT d.datname AS database, d.oid AS oid, pg_catalog.version() AS version,
         (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname = 'pg_catalog' AND p.proname = 'pg_control_system' AND p.pronargs = 0
            AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')) AS control
       FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`,
    );
    const asked =
      base?.control === '1'
        ? await session.ask('SELECT system_identifier AS system FROM pg_catalog.pg_control_system()')
        : [];
    const system = asked[0]?.system;
    return {
      kind: 'postgres',
      database: base?.database ?? '',
      oid: base?.oid ?? '',
      version:
        /^\(?\s*([A-Za-z]+)[^\d]*(\d+)/
          .exec(base?.version ?? '')
          ?.slice(1)
          .join(' ') ?? '',
      ...(typeof system === 'string' ? { system } : {}),
    };
  });
}
