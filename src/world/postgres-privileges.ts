/** What an account of PostgreSQL may do beyond reading: by itself, by PUBLIC, or as any role that it is a member of. */
import { type PostgresPlace, type Session, withSession } from './postgres-session.ts';

const TIMEOUT = 30_000;

/** Attributes of roles, openGauss's among them; a server that has no such column has no such right. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  rolsuper: 'SUPERUSER',
  rolcreaterole: 'CREATEROLE',
  rolcreatedb: 'CREATEDB',
  rolreplication: 'REPLICATION',
  rolbypassrls: 'BYPASSRLS',
  rolsystemadmin: 'SYSADMIN',
  rolauditadmin: 'AUDITADMIN',
  rolmonitoradmin: 'MONADMIN',
  roloperatoradmin: 'OPRADMIN',
  rolpolicyadmin: 'POLADMIN',
};

/** Predefined roles that only read. */
const READERS = ['pg_read_all_data', 'pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats', 'pg_stat_scan_tables'];

/** The roles that this session is or could become. */
const MINE = `mine AS (SELECT oid, rolname FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(oid, 'MEMBER'))`;
const FOREIGN = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** Each gives rows of one column, `name`. */
const RIGHTS: readonly string[] = [
  `SELECT 'member of ' || rolname AS name FROM mine
   WHERE rolname ~ '^(pg|gs)_' AND rolname <> ALL ($1::pg_catalog.name[])`,
  `SELECT p.name || ' on ' || n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN (SELECT pg_catalog.unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS name) p
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${FOREIGN} AND EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_table_privilege(mine.oid, c.oid, p.name))`,
  `SELECT p.name || ' on columns of ' || n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN (SELECT pg_catalog.unnest(ARRAY['INSERT', 'UPDATE', 'REFERENCES']) AS name) p
   WHERE c.relkind IN ('r', 'p', 'v', 'f') AND ${FOREIGN} AND EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_any_column_privilege(mine.oid, c.oid, p.name)
       AND NOT pg_catalog.has_table_privilege(mine.oid, c.oid, p.name))`,
  `SELECT p.name || ' on sequence ' || n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
   JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   CROSS JOIN (SELECT pg_catalog.unnest(ARRAY['USAGE', 'UPDATE']) AS name) p
   WHERE c.relkind = 'S' AND ${FOREIGN} AND EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_sequence_privilege(mine.oid, c.oid, p.name))`,
  `SELECT 'CREATE on database ' || d.datname AS name FROM pg_catalog.pg_database d
   WHERE d.datname = pg_catalog.current_database() AND EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_database_privilege(mine.oid, d.oid, 'CREATE'))`,
  // Every account has TEMPORARY through PUBLIC from the start, and no read-only transaction can use it: only a grant of its own is too much.
  `SELECT 'TEMPORARY on database ' || d.datname AS name FROM pg_catalog.pg_database d
   WHERE d.datname = pg_catalog.current_database() AND EXISTS (SELECT 1 FROM pg_catalog.aclexplode(d.datacl) e
     WHERE e.privilege_type = 'TEMPORARY' AND e.grantee IN (SELECT oid FROM mine))`,
  `SELECT 'CREATE on schema ' || n.nspname AS name FROM pg_catalog.pg_namespace n
   WHERE n.nspname !~ '^pg_(temp|toast)' AND EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_schema_privilege(mine.oid, n.oid, 'CREATE'))`,
  `SELECT 'EXECUTE on ' || n.nspname || '.' || p.proname || ' (SECURITY DEFINER)' AS name FROM pg_catalog.pg_proc p
   JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
   WHERE p.prosecdef AND ${FOREIGN} AND EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_function_privilege(mine.oid, p.oid, 'EXECUTE')
       AND pg_catalog.has_schema_privilege(mine.oid, n.oid, 'USAGE'))`,
  `SELECT 'UPDATE on large object ' || m.oid AS name FROM pg_catalog.pg_largeobject_metadata m
   WHERE m.lomowner IN (SELECT oid FROM mine) OR EXISTS (SELECT 1 FROM pg_catalog.aclexplode(m.lomacl) e
     WHERE e.privilege_type = 'UPDATE' AND (e.grantee = 0 OR e.grantee IN (SELECT oid FROM mine)))`,
  `SELECT 'USAGE on foreign server ' || s.srvname AS name FROM pg_catalog.pg_foreign_server s WHERE EXISTS (SELECT 1 FROM mine
     WHERE pg_catalog.has_server_privilege(mine.oid, s.oid, 'USAGE'))`,
];

/** Every right that is too much, in words of the server, with its object's name; empty where the account may only read. */
export function postgresPrivileges(place: PostgresPlace): Promise<readonly string[]> {
  return withSession(place, TIMEOUT, privilegesOf);
}

/** The same in a session that is open. */
export async function privilegesOf(session: Session): Promise<readonly string[]> {
  const roles = await session.ask(
    `SELECT r.rolname = current_user AS self, r.rolname AS name, pg_catalog.row_to_json(r) AS facts FROM pg_catalog.pg_roles r
     WHERE pg_catalog.pg_has_role(r.oid, 'MEMBER') ORDER BY 1 DESC, 2`,
  );
  const self = roles.find((role) => role.self === 't');
  const own = attributesOf(self?.facts);
  // A superuser passes every check: naming each table would say nothing more.
  if (own.includes('SUPERUSER')) return own;
  const become = roles
    .filter((role) => role !== self)
    .flatMap(({ name, facts }) => attributesOf(facts).map((attribute) => `${attribute} as ${name}`));
  const rights: string[] = [];
  for (const [i, sql] of RIGHTS.entries()) {
    const rows = await session.ask(`WITH ${MINE} ${sql} ORDER BY 1`, i === 0 ? [READERS] : []);
    rights.push(...rows.map(({ name }) => String(name)));
  }
  return [...own, ...become, ...rights];
}

function attributesOf(facts: string | null | undefined): string[] {
  const role = JSON.parse(facts ?? '{}') as Record<string, unknown>;
  return Object.entries(ATTRIBUTES).flatMap(([column, name]) => (role[column] === true ? [name] : []));
}
