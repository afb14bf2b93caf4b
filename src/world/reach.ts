/** One question for every target and driver: can we look there? */
import type { Target } from '../core/change.ts';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import type { Databases } from './databases.ts';
import type { Hosts } from './hosts.ts';
import type { Lazy } from './lazy.ts';
import type { Redises } from './redis.ts';

interface Parts {
  readonly site: Site;
  readonly hosts: Lazy<Hosts>;
  readonly databases: Lazy<Databases>;
  readonly redis: Lazy<Redises>;
}

/** Never throws for a refusal: what stood in the way is in `trouble`. */
export async function reach(target: Target | `driver:${string}`, parts: Parts): Promise<Reach> {
  try {
    return await reached(target, parts);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const next = error.detail.next?.[0];
    return { ok: false, trouble: error.text, ...(next === undefined ? {} : { advice: next }) };
  }
}

async function reached(target: string, { site, hosts, databases, redis }: Parts): Promise<Reach> {
  const kind = target.slice(0, target.indexOf(':'));
  const name = target.slice(kind.length + 1);
  switch (kind) {
    case 'host':
      return (await hosts()).reach(name);
    case 'database':
      return (await databases()).reach(name);
    case 'redis':
      return (await redis()).reach(name);
    case 'search':
      return reachedSearch(site, name);
    case 'driver':
      return (await import('./drivers.ts')).reachDriver(name);
    default:
      return { ok: false, trouble: t('{kind} targets cannot be reached in this version', { kind }) };
  }
}

async function reachedSearch(site: Site, name: string): Promise<Reach> {
  const spec = Object.hasOwn(site.search, name) ? site.search[name] : undefined;
  if (spec === undefined) return { ok: false, trouble: t('site.yml has no search {name}', { name }) };
  const { readSecret } = await import('./secret.ts');
  const secret = await readSecret(site.dir, `search.${name}`, spec);
  return (await import('./search.ts')).reachSearch(spec, secret);
}
