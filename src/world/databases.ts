/** Looks at the databases of site.yml, each by its own driver, loaded on first use. */
import type { RowQuery } from '../core/product.ts';
import type { DatabaseSpec, Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { ColumnSeen, DataState, Estimate, Reach, RowStream } from '../core/world.ts';
import { type Lazy, lazy } from './lazy.ts';
import type { Secret } from './secret.ts';
import { sqlitePlace } from './sqlite-place.ts';
import { unshared } from './unshared-state.ts';

export interface Databases {
  rows(query: RowQuery, signal?: AbortSignal): Promise<RowStream>;
  columns(database: string, sql: string): Promise<readonly ColumnSeen[]>;
  estimate(query: RowQuery): Promise<Estimate | undefined>;
  catalogue(database: string): Promise<readonly ColumnSeen[]>;
  fingerprint(database: string): Promise<Readonly<Record<string, string>>>;
  privileges(database: string): Promise<readonly string[]>;
  reach(database: string): Promise<Reach>;
  /** For reading one state in several sessions; where a kind of database has no such thing, each look sees its own. */
  state(database: string): Promise<DataState>;
}

/**
 * One database as its kind answers for it. Each verb may open a session of its own and leaves none behind; what could not be looked at
 * is Stop('unreachable'), what the server refuses Stop('refused'), both without a word of the server that may hold a value.
 * `reach` never throws for a refusal. Promises of the single verbs: core/world.ts.
 */
export interface DatabaseDriver {
  rows(query: RowQuery, signal?: AbortSignal): Promise<RowStream>;
  columns(sql: string): Promise<readonly ColumnSeen[]>;
  estimate(query: RowQuery): Promise<Estimate | undefined>;
  catalogue(): Promise<readonly ColumnSeen[]>;
  fingerprint(): Promise<Readonly<Record<string, string>>>;
  privileges(): Promise<readonly string[]>;
  reach(): Promise<Reach>;
  state?(): Promise<DataState>;
}

/** Where a driver works: the database's name in site.yml for its sentences, the site folder and time zone, and the secret, read on first use. */
export interface DatabasePlace {
  readonly name: string;
  readonly dir: string;
  readonly timeZone: string;
  readonly secret: Lazy<Secret | undefined>;
}

/** The databases of a site. */
export function openDatabases(site: Site): Databases {
  const opened = new Map<string, Lazy<DatabaseDriver>>();
  const of = (name: string): Promise<DatabaseDriver> => {
    const driver = opened.get(name) ?? lazy(() => driverOf(site, name));
    opened.set(name, driver);
    return driver();
  };
  return {
    rows: async (query, signal) => (await of(query.database)).rows(query, signal),
    columns: async (database, sql) => (await of(database)).columns(sql),
    estimate: async (query) => (await of(query.database)).estimate(query),
    catalogue: async (database) => (await of(database)).catalogue(),
    fingerprint: async (database) => (await of(database)).fingerprint(),
    privileges: async (database) => (await of(database)).privileges(),
    reach: async (database) => (await of(database)).reach(),
    state: async (database) => (await (await of(database)).state?.()) ?? unshared(),
  };
}

async function driverOf(site: Site, name: string): Promise<DatabaseDriver> {
  const spec = specOf(site, name);
  if (spec.kind === 'sqlite') return sqliteDriver(site.dir, spec.file);
  const secret = lazy(async () => {
    const { readSecret } = await import('./secret.ts');
    return readSecret(site.dir, `databases.${name}`, spec);
  });
  const place: DatabasePlace = { name, dir: site.dir, timeZone: site.timeZone, secret };
  if (spec.kind === 'postgres') return (await import('./postgres.ts')).postgresDriver(spec, place);
  return (await import('./oracle-source.ts')).oracleDriver(spec, place);
}

async function sqliteDriver(dir: string, named: string): Promise<DatabaseDriver> {
  const sqlite = await import('./sqlite.ts');
  const file = () => sqlitePlace(dir, named);
  return {
    rows: async (query, signal) => sqlite.sqliteRows(file(), query, signal),
    columns: async (sql) => sqlite.sqliteColumns(file(), sql),
    estimate: async (query) => sqlite.sqliteEstimate(file(), query),
    catalogue: async () => sqlite.sqliteCatalogue(file()),
    fingerprint: async () => sqlite.sqliteFingerprint(file()),
    state: async () => (await import('./sqlite-state.ts')).sqliteState(file()),
    // A file opened read-only under a default-deny authorizer can do nothing else.
    privileges: async () => {
      file();
      return [];
    },
    reach: async () => (await import('./sqlite-reach.ts')).sqliteReach(file()),
  };
}

function specOf(site: Site, name: string): DatabaseSpec {
  const spec = Object.hasOwn(site.databases, name) ? site.databases[name] : undefined;
  if (spec !== undefined) return spec;
  const names = Object.keys(site.databases).join(', ');
  throw new Stop('usage', t('site.yml has no database {name}; its databases: {names}', { name, names }), {
    notDone: t('Nothing was looked at or changed.'),
    next: ['gxops site show'],
  });
}
