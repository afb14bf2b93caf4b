/** The table, WITH query or stand-in that a name in FROM means. */
import { t } from '../../core/text.ts';
import { type Dialect, refuse } from './refusal.ts';
import { type Context, type Ctes, NOTHING, type Relation } from './scope.ts';
import { type Body, locationOf } from './tree.ts';

const OWN_SCHEMAS: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: ['main'],
  postgres: ['public'],
  oracle: [],
};
const SYSTEM = /^(sqlite_|pg_|information_schema)/i;
const ORACLE_SYSTEM = /^((sys|system)\.|g?v_?\$|x\$|(all|dba|user|cdb|session|role)_)/;

/** Refuses what the catalogue does not hold: views, synonyms and tables that nobody listed, and the system's own. */
export function tableOf(body: Body, context: Context, ctes: Ctes): Relation {
  const { fold, dialect } = context;
  const name = String(body.relname ?? '');
  const schema = body.schemaname === undefined ? undefined : fold(String(body.schemaname));
  const cte = schema === undefined ? ctes.get(fold(name)) : undefined;
  if (cte !== undefined) {
    if (body.moment !== undefined) refuse('not-accepted', locationOf(body), t('AS OF stands behind a table only'));
    return { name, columns: cte };
  }
  const plain = schema === undefined || OWN_SCHEMAS[dialect].includes(schema);
  const asked = fold(plain ? name : `${schema}.${name}`);
  // "a.b" in quotes is one name, not a schema and a table.
  const dotted = [name, schema ?? ''].some((part) => part.includes('.'));
  const table = dotted ? undefined : context.catalogue.get(asked);
  const system = dialect === 'oracle' ? table === undefined && ORACLE_SYSTEM.test(asked) : SYSTEM.test(asked);
  if (dialect === 'oracle' && table === undefined && DUAL.includes(asked)) return DUMMY;
  if (system) refuse('system-table', locationOf(body), t('{name} is a system table', { name: asked }));
  if (table === undefined)
    refuse('unknown-table', locationOf(body), t('there is no readable table {name}', { name: asked }));
  context.tables.add(table.name);
  return {
    name,
    columns: table.columns.map((column) => ({
      name: column.name,
      value: { origins: new Set([column.origin]), pure: true },
    })),
  };
}
const DUAL = ['dual', 'sys.dual'];
const DUMMY: Relation = { name: 'dual', columns: [{ name: 'dummy', value: NOTHING }] };
