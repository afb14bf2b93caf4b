/** A host reached by the system's OpenSSH. */
import type { Site } from '../core/site.ts';
import { t } from '../core/text.ts';
import { type Carrier, notDone } from './carrier.ts';
import type { SshSpec } from './ssh-argv.ts';

/** The ssh carrier. */
export function sshHost(host: { name: string; signal?: AbortSignal }, spec: SshSpec, site: Site): Carrier {
  void spec;
  void site;
  const none = async (): Promise<never> => {
    throw notDone('unreachable', t('host {host}: the ssh carrier is not there yet', { host: host.name }));
  };
  return { command: none, perform: none, file: none, folder: none, write: none, alive: none, reach: none };
}
