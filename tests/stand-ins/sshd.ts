/** A real OpenSSH server on loopback, with its own host key and one authorized key, in a temporary folder. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort, reachable, type Stoppable } from './port.ts';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
const KEYGEN = ['/usr/bin/ssh-keygen'].find((path) => existsSync(path));

/** What a test says aloud when it must skip; undefined where a server can be started and this account may log in. */
export const sshdMissing: string | undefined = missing();

function missing(): string | undefined {
  if (SSHD === undefined || KEYGEN === undefined) return 'no sshd or ssh-keygen on this machine';
  const shell = userInfo().shell ?? '';
  return /\/(nologin|false)$/.test(shell) ? `this account has no login shell (${shell})` : undefined;
}

export interface Sshd extends Stoppable {
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  /** The known_hosts file that names this server's real key. */
  readonly knownHosts: string;
  readonly fingerprint: string;
  readonly pid: number;
  readonly folder: string;
  /** Ends all its connections, as a network that breaks does. */
  cut(): void;
}

/** Starts one as the user who runs the tests; stops with everything that it started. */
export async function startSshd(): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-sshd-'));
  const hostKey = keyIn(folder, 'host');
  const identityFile = keyIn(folder, 'id');
  writeFileSync(join(folder, 'authorized'), readFileSync(`${identityFile}.pub`), { mode: 0o600 });
  const port = await freePort();
  const [type, key] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${type} ${key}\n`);
  const config = join(folder, 'sshd_config');
  writeFileSync(config, configuration(folder, port, hostKey));
  // Demanded by sshd when it runs as root.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn(SSHD ?? '', ['-D', '-e', '-f', config], { stdio: 'ignore', detached: true });
  const pid = child.pid ?? 0;
  await reachable(port, () => child.exitCode === null);
  const fingerprint =
    spawnSync(KEYGEN ?? '', ['-lf', `${hostKey}.pub`])
      .stdout.toString()
      .split(' ')[1] ?? '';
  return {
    port,
    user: userInfo().username,
    identityFile,
    knownHosts,
    fingerprint,
    pid,
    folder,
    cut: () => cut(pid),
    stop: () => stop(pid, child, folder),
  };
}

function keyIn(folder: string, name: string): string {
  const path = join(folder, name);
  spawnSync(KEYGEN ?? '', ['-q', '-t', 'ed25519', '-N', '', '-f', path], { timeout: 20_000 });
  chmodSync(path, 0o600);
  return path;
}

function configuration(folder: string, port: number, hostKey: string): string {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${hostKey}`,
    `PidFile ${join(folder, 'pid')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PermitUserRC no',
    'LogLevel ERROR',
    '',
  ].join('\n');
}

function cut(pid: number): void {
  for (const session of spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
    .stdout.toString()
    .split('\n')) {
    end(Number(session));
  }
}

async function stop(pid: number, child: ReturnType<typeof spawn>, folder: string): Promise<void> {
  cut(pid);
  const gone = new Promise<void>((resolve) =>
    child.exitCode === null ? child.once('exit', () => resolve()) : resolve(),
  );
  end(pid);
  await gone;
  rmSync(folder, { recursive: true, force: true });
}

function end(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, 'SIGTERM');
  } catch {
    // It had ended by itself.
  }
}
