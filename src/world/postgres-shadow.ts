/** Functions and operators of others that would be called in place of the server's own because their types fit better. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Session } from './postgres-session.ts';

/** What the grammar spells as functions and operators without their names standing in the text. */
const IMPLIED = ['timezone', 'date_part', 'extract', 'position', 'substring', 'overlay', 'btrim', 'ltrim', 'rtrim'];
const OPERATORS = ['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '||', '~~', '!~~', '~~*', '!~~*'];

/** Those of an extension came from its installation, by a superuser or as trusted; all others are anybody's. */
const SHADOWS = `
  SELECT p.proname AS name FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = 'public' AND p.proname = ANY ($1::pg_catalog.name[])
    AND EXISTS (SELECT 1 FROM pg_catalog.pg_proc c JOIN pg_catalog.pg_namespace m ON m.oid = c.pronamespace
                WHERE m.nspname = 'pg_catalog' AND c.proname = p.proname)
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND d.objid = p.oid AND d.deptype = 'e')
  UNION
  SELECT o.oprname FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
  WHERE n.nspname = 'public' AND o.oprname = ANY ($2::pg_catalog.name[])
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass
                    AND d.objid = o.oid AND d.deptype = 'e')`;

/**
 * Stop('refused') naming what in schema `public` bears the name of one of the server's own functions in this statement (CVE-2018-1058:
 * the order of the search path does not help where the types fit better).
 */
export async function refuseShadows(database: string, sql: string, session: Session): Promise<void> {
  const words = new Set([...IMPLIED, ...(sql.toLowerCase().match(/[a-z_][\w$]{0,62}/g) ?? [])]);
  const found = await session.ask(SHADOWS, [[...words], OPERATORS]);
  if (found.length === 0) return;
  const names = [...new Set(found.map(({ name }) => name))].sort().join(', ');
  throw new Stop(
    'refused',
    t('in {database} somebody\u2019s own {names} in schema public may be called in place of the server\u2019s', {
      database,
      names,
    }),
    {
      notDone: t('No row was read.'),
      safe: t('Write the statement without it, or have the DBA move it to another schema.'),
    },
  );
}
