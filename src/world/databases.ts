/** Looks at the databases of site.yml, each by its own driver, loaded on first use. */
import type { RowQuery } from '../core/product.ts';
import type { DatabaseSpec, Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { ColumnSeen, Estimate, Reach, RowStream } from '../core/world.ts';
import { sqlitePlace } from './sqlite-place.ts';

export interface Databases {
  rows(query: RowQuery, signal?: AbortSignal): Promise<RowStream>;
  columns(database: string, sql: string): Promise<readonly ColumnSeen[]>;
  estimate(query: RowQuery): Promise<Estimate | undefined>;
  catalogue(database: string): Promise<readonly ColumnSeen[]>;
  fingerprint(database: string): Promise<Readonly<Record<string, string>>>;
  privileges(database: string): Promise<readonly string[]>;
  reach(database: string): Promise<Reach>;
}

/** The databases of a site. */
export function openDatabases(site: Site): Databases {
  const fileOf = (name: string): string => {
    const spec = specOf(site, name);
    if (spec.kind !== 'sqlite') throw laterIssue(name, spec.kind);
    return sqlitePlace(site.dir, spec.file);
  };
  const sqlite = () => import('./sqlite.ts');
  return {
    rows: async (query, signal) => {
      const file = fileOf(query.database);
      return (await sqlite()).sqliteRows(file, query, signal);
    },
    columns: async (database, sql) => {
      const file = fileOf(database);
      return (await sqlite()).sqliteColumns(file, sql);
    },
    estimate: async (query) => {
      const file = fileOf(query.database);
      return (await sqlite()).sqliteEstimate(file, query);
    },
    catalogue: async (database) => {
      const file = fileOf(database);
      return (await sqlite()).sqliteCatalogue(file);
    },
    fingerprint: async (database) => {
      const file = fileOf(database);
      return (await sqlite()).sqliteFingerprint(file);
    },
    // A file opened read-only under a default-deny authorizer can do nothing else.
    privileges: async (database) => {
      fileOf(database);
      return [];
    },
    reach: async (database) => reachOf(site, database, specOf(site, database)),
  };
}

async function reachOf(site: Site, name: string, spec: DatabaseSpec): Promise<Reach> {
  if (spec.kind === 'sqlite') {
    const { sqliteReach } = await import('./sqlite-reach.ts');
    return sqliteReach(sqlitePlace(site.dir, spec.file));
  }
  const { readSecret } = await import('./secret.ts');
  const secret = await readSecret(site.dir, `databases.${name}`, spec);
  if (spec.kind === 'postgres') return (await import('./postgres.ts')).reachPostgres(spec, secret);
  return (await import('./oracle.ts')).reachOracle(spec, secret);
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

function laterIssue(name: string, kind: string): Stop {
  return new Stop(
    'refused',
    t('rows of {name} cannot be read: this version reads rows only from SQLite, not from {kind}', { name, kind }),
    {
      notDone: t('No statement was sent.'),
      next: ['gxops doctor'],
    },
  );
}
