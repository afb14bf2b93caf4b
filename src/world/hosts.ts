/** Looks and deeds on the hosts of site.yml, each by its own carrier, opened on first use. */
import { resolve } from 'node:path';
import type { Argv, CommandChange, FileChange, Made, Spawned } from '../core/change.ts';
import type { HostSpec, Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen, Hooks, Output, Reach } from '../core/world.ts';
import { type Carrier, LOOK_TIMEOUT, notDone } from './carrier.ts';
import { insistReading } from './read-list.ts';

export interface Hosts {
  command(look: Argv, timeout?: number): Promise<Output>;
  file(host: string, path: string, as?: string): Promise<FileSeen>;
  folder(host: string, path: string): Promise<readonly string[] | undefined>;
  perform(change: CommandChange | FileChange, hooks: Hooks): Promise<Made>;
  alive(process: Spawned): Promise<boolean | undefined>;
  reach(host: string): Promise<Reach>;
}

/** The hosts of a site. `signal` ends looks under way. */
export function openHosts(site: Site, signal?: AbortSignal): Hosts {
  const open = new Map<string, Promise<Carrier>>();
  const carrier = (name: string): Promise<Carrier> => {
    const opened = open.get(name) ?? openHost(site, name, signal);
    open.set(name, opened);
    return opened;
  };
  return {
    async command(look, timeout = LOOK_TIMEOUT) {
      const host = await carrier(look.host);
      if (!rootedHostIs(site, look.host)) insistReading(look.argv);
      return host.command(look, timeout);
    },
    file: async (host, path, as) => (await carrier(host)).file(path, as),
    folder: async (host, path) => (await carrier(host)).folder(path),
    async perform(change, hooks) {
      const host = await carrier(change.host);
      return change.kind === 'file' ? host.write(change, hooks) : host.perform(change, hooks);
    },
    alive: async ({ host, pid, started }) => (await carrier(host)).alive(pid, started),
    reach: async (host) => (await carrier(host)).reach(),
  };
}

/** True where the host is a folder taken as a root; Stop('usage') for a name that site.yml does not know. */
export function rootedHostIs(site: Site, name: string): boolean {
  const spec = specOf(site, name);
  return spec.connect === 'local' && spec.root !== undefined;
}

function specOf(site: Site, name: string): HostSpec {
  const spec = Object.hasOwn(site.hosts, name) ? site.hosts[name] : undefined;
  if (spec !== undefined) return spec;
  const names = Object.keys(site.hosts).join(', ');
  throw new Stop('usage', t('site.yml has no host {host}; its hosts: {names}', { host: name, names }), {
    notDone: t('Nothing was looked at or changed.'),
    next: ['gxops site show'],
    data: { state: 'not-done' },
  });
}

async function openHost(site: Site, name: string, signal: AbortSignal | undefined): Promise<Carrier> {
  const spec = specOf(site, name);
  const common = { name, ...(signal === undefined ? {} : { signal }) };
  if (spec.connect === 'ssh') {
    const { sshHost } = await import('./host-ssh.ts');
    return sshHost(common, spec, site);
  }
  if (spec.connect === 'hand') return byHand(name);
  if (spec.root !== undefined) {
    const { rootedHost } = await import('./host-rooted.ts');
    return rootedHost(name, resolve(site.dir, spec.root));
  }
  const { localHost } = await import('./host-local.ts');
  return localHost({ ...common, ...(spec.become === undefined ? {} : { become: spec.become }) });
}

function byHand(name: string): Carrier {
  const none = async (): Promise<never> => {
    throw notDone(
      'unreachable',
      t('host {host} is reached by hand, and the by-hand carrier is not there yet', { host: name }),
    );
  };
  return {
    command: none,
    perform: none,
    file: none,
    folder: none,
    write: none,
    alive: async () => undefined,
    reach: none,
  };
}
