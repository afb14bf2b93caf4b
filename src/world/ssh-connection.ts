/** One shared OpenSSH connection to a host, and what its refusals mean. */
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import { type Ended, runChild } from './child.ts';
import { runToFile } from './child-file.ts';
import { lazy } from './lazy.ts';
import { remoteLine, type SshSpec, sshWords } from './ssh-argv.ts';

/** Room for a slash, 16 characters of hash and ssh's own temporary suffix in the 104 bytes that a socket's path may have. */
const FOLDER_LENGTH = 104 - 1 - 16 - 18;
const CONNECT_TIMEOUT = 30_000;

/** What the parts of the ssh carrier share. */
export interface Ssh {
  readonly name: string;
  readonly spec: SshSpec;
  readonly become?: NonNullable<SshSpec['become']>;
  readonly signal?: AbortSignal;
  readonly connection: Connection;
}

/** The shared connection. */
export interface Connection {
  /** Words to call ssh with; the remote argv is the last. The shared connection stands when it returns, or Stop('unreachable'). */
  words(argv: readonly string[]): Promise<readonly string[]>;
  readonly env: Readonly<Record<string, string>>;
}

/** Nothing is connected before the first `words`; `signal` ends a connecting that is under way, and none begins after it. */
export function openConnection(site: Site, name: string, spec: SshSpec, signal?: AbortSignal): Connection {
  const env = agent();
  const ready = lazy(async () => {
    const words = sshWords(site, name, spec, await controlFolder(site));
    const around = { env, ...(signal === undefined ? {} : { signal }) };
    if (!(await standing(words, around))) await connect(words, name, spec, around);
    return words;
  });
  return {
    env,
    async words(argv) {
      const words = await ready();
      // Should the shared connection have gone meanwhile, ssh makes one of its own for this call.
      return [...noMaster(words), remoteLine(argv)];
    },
  };
}

/** The agent's socket is the only thing of our environment that ssh gets. */
function agent(): Record<string, string> {
  const socket = process.env.SSH_AUTH_SOCK;
  return socket === undefined ? {} : { SSH_AUTH_SOCK: socket };
}

function noMaster(words: readonly string[]): readonly string[] {
  return words.map((word) => (word === 'ControlMaster=auto' ? 'ControlMaster=no' : word));
}

interface Around {
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function standing(words: readonly string[], around: Around): Promise<boolean> {
  const [ssh = 'ssh', ...rest] = words;
  const ended = await runChild({ argv: [ssh, '-O', 'check', ...rest], timeout: 5000, ...around });
  return ended.how === 'exit' && ended.code === 0;
}

/** The master goes to the background; it would hold a pipe open for as long as it lives, so its talk goes to a file. */
async function connect(words: readonly string[], name: string, spec: SshSpec, around: Around): Promise<void> {
  const [ssh = 'ssh', ...rest] = words;
  const ended = await runToFile({ argv: [ssh, '-f', '-N', ...rest], timeout: CONNECT_TIMEOUT, ...around });
  if (ended.how !== 'exit' || ended.code !== 0) throw unreached(name, spec, ended);
}

/** XDG_RUNTIME_DIR where it is ours alone, else below the site folder, else (paths too long) under /tmp; 0700 always. */
async function controlFolder(site: Site): Promise<string> {
  const runtime = process.env.XDG_RUNTIME_DIR;
  const uid = process.getuid?.() ?? 0;
  const candidates = [
    ...(runtime !== undefined && (await oursAlone(runtime)) ? [join(runtime, 'gxops')] : []),
    join(site.dir, 'run'),
    `/tmp/gxops-${uid}`,
  ];
  for (const folder of candidates) {
    if (Buffer.byteLength(folder) > FOLDER_LENGTH) continue;
    await mkdir(folder, { mode: 0o700 }).catch(() => undefined);
    if (await oursAlone(folder)) return folder;
  }
  throw new Stop('refused', t('there is no private folder for the sockets of ssh connections'), {
    notDone: t('Nothing was connected.'),
    safe: t('Tried: {folders}', { folders: candidates.join(', ') }),
    data: { state: 'not-done' },
  });
}

async function oursAlone(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined);
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
}

/** What ssh said, as a Stop: an unknown or changed host key with its fingerprint, a refused login, no route. */
export function unreached(name: string, spec: SshSpec, ended: Ended): Stop {
  const said = ended.stderr.toString('utf8');
  const { trouble, safe } = explained(name, spec, said, ended.how);
  return new Stop('unreachable', trouble, {
    notDone: t('Nothing was looked at or changed on {host}.', { host: name }),
    ...(safe === undefined ? {} : { safe }),
    data: { state: 'not-done', ssh: said.trim().slice(-1000) },
  });
}

function explained(name: string, spec: SshSpec, said: string, how: string): { trouble: Phrase; safe?: Phrase } {
  const host = name;
  const address = spec.address;
  const fingerprint = /SHA256:[\w+/=]+/.exec(said)?.[0] ?? '?';
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/.test(said)) {
    return {
      trouble: t('the host key of {host} ({address}) has changed; it is now {fingerprint}', {
        host,
        address,
        fingerprint,
      }),
      safe: t(
        'Do not connect before its administrator has confirmed the new fingerprint; then renew the line in known_hosts.',
      ),
    };
  }
  if (/No .* host key is known|Host key verification failed/.test(said)) {
    return {
      trouble: t('the host key of {host} ({address}) is not known', { host, address }),
      safe: t(
        'Have its administrator tell the fingerprint, compare it, and add the key to known_hosts; gxops never accepts one by itself.',
      ),
    };
  }
  if (/Permission denied/.test(said)) {
    return {
      trouble: t('{host} ({address}) does not let the account in', { host, address }),
      safe: t('gxops logs in by key or agent only: check user, identityFile and authorized_keys.'),
    };
  }
  if (how === 'aborted')
    return { trouble: t('{program} on {host} was ended by the interruption', { program: 'ssh', host }) };
  if (how === 'timeout' || /timed out/i.test(said))
    return { trouble: t('{host} ({address}) did not answer in time', { host, address }) };
  const why = said.trim().split('\n').at(-1) ?? '';
  return {
    trouble: t('{host} ({address}) could not be reached by ssh: {why}', { host, address, why: why.slice(0, 200) }),
  };
}
