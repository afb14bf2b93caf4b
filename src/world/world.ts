/** Builds the World from the site: each part is loaded when it is first used, so that a command that looks at nothing loads nothing. */
import type { Site } from '../core/site.ts';
import type { Dictionary } from '../core/text.ts';
import type { Keep, Look, World } from '../core/world.ts';
import { now, wait } from './clock.ts';
import { type Lazy, lazy } from './lazy.ts';
import { recording, replaying } from './record.ts';

export interface Outside {
  readonly site: Site;
  readonly keep: Keep;
  /** `--answer STEP=VALUE`, by step. */
  readonly answers: Readonly<Record<string, string>>;
  /** `--yes`: confirmations are answered. */
  readonly yes: boolean;
  /** Whether a person may be asked at all (`--no-input` says no). */
  readonly input: boolean;
  /** The language of questions. */
  readonly dictionary: Dictionary;
  /** Ends looks under way when the invocation is interrupted; deeds finish. */
  readonly signal?: AbortSignal;
}

/** The real World. */
export function buildWorld(outside: Outside): World {
  const { site, keep, signal } = outside;
  const hosts = lazy(async () => (await import('./hosts.ts')).openHosts(site, signal));
  const look = lookOf(outside, hosts);
  const asked = new Set<string>();
  const world: World = {
    look,
    keep,
    now,
    wait,
    perform: async (change, hooks) => (await import('./perform.ts')).performChange(hosts, change, hooks),
    ask: async (question) => (await import('./prompts.ts')).ask(question, outside, asked),
  };
  const { GXOPS_REPLAY: replay, GXOPS_RECORD: record } = process.env;
  if (replay) return replaying(world, replay);
  return record ? recording(world, record) : world;
}

type Hosts = import('./hosts.ts').Hosts;

function lookOf({ site, input, signal }: Outside, hosts: Lazy<Hosts>): Look {
  const databases = lazy(async () => (await import('./databases.ts')).openDatabases(site));
  const redis = lazy(async () => (await import('./redis.ts')).openRedis(site));
  return {
    command: async (argv, timeout) => (await hosts()).command(argv, timeout),
    file: async (host, path, as) => (await hosts()).file(host, path, as),
    folder: async (host, path) => (await hosts()).folder(host, path),
    rooted: (host) => rooted(site, host),
    rows: async (query, aborted) => (await databases()).rows(query, aborted ?? signal),
    columns: async (database, sql) => (await databases()).columns(database, sql),
    estimate: async (query) => (await databases()).estimate(query),
    catalogue: async (database) => (await databases()).catalogue(database),
    fingerprint: async (database) => (await databases()).fingerprint(database),
    state: async (database) => (await databases()).state(database),
    privileges: async (database) => (await databases()).privileges(database),
    redis: async (name, argv) => (await redis()).command(name, argv),
    reach: async (target) => (await import('./reach.ts')).reach(target, { site, hosts, databases, redis }),
    alive: async (process) => (await hosts()).alive(process),
    machine: async () => (await import('./machine.ts')).machineFacts(site.dir, input),
  };
}

function rooted(site: Site, name: string): boolean {
  const spec = Object.hasOwn(site.hosts, name) ? site.hosts[name] : undefined;
  return spec?.connect === 'local' && spec.root !== undefined;
}
