/** The carriers that the contract tests run over: this machine, a rooted folder, and a real sshd where there is one. */
import type { Site } from '../../src/core/site.ts';
import { type Sshd, sshdMissing, startSshd } from '../stand-ins/sshd.ts';

if (sshdMissing !== undefined) console.warn(`ssh carrier not tested: ${sshdMissing}`);

/** Their names in the site that `hosts` makes. */
export const CARRIERS = ['local', 'rooted', ...(sshdMissing === undefined ? ['ssh'] : [])] as const;

export interface Carriers {
  readonly sshd: Sshd | undefined;
  hosts(): Partial<Site>;
  stop(): Promise<void>;
}

/** Starts what they need. */
export async function startCarriers(): Promise<Carriers> {
  const sshd = sshdMissing === undefined ? await startSshd() : undefined;
  return {
    sshd,
    hosts: () => ({
      hosts: {
        local: { connect: 'local' },
        rooted: { connect: 'local', root: 'root' },
        ...(sshd === undefined ? {} : { ssh: sshOf(sshd) }),
      },
    }),
    stop: async () => sshd?.stop(),
  };
}

function sshOf({ port, user, identityFile, knownHosts }: Sshd) {
  return { connect: 'ssh', address: '127.0.0.1', port, user, identityFile, knownHosts } as const;
}
