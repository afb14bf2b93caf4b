/** A host reached by the system's OpenSSH: argv quoted word by word, fixed scripts fed by arguments, a broken connection never mistaken for an answer. */
import type { Argv, FileChange, Made } from '../core/change.ts';
import { bytesOf } from '../core/change.ts';
import { sha256 } from '../core/json.ts';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen, Output, Reach } from '../core/world.ts';
import { becoming, insistBecome } from './become.ts';
import { outputOf } from './bounds.ts';
import { type Carrier, DEED_TIMEOUT, editedByOthers, FILE_CAP, LOOK_TIMEOUT, notDone, unknownDeed } from './carrier.ts';
import { type Ended, runChild } from './child.ts';
import { fileAs, statOf, writeAs } from './file-become.ts';
import { settle } from './host-local.ts';
import { ALIVE, marked, READ_FILE, READ_FOLDER, RUN, script, WRITE_CODES, WRITE_FILE } from './remote-scripts.ts';
import type { SshSpec } from './ssh-argv.ts';
import { openConnection, type Ssh, unreached } from './ssh-connection.ts';
import { runRemoteDeed } from './ssh-deed.ts';
import { refusal } from './walk.ts';

/** The ssh carrier. */
export function sshHost(host: { name: string; signal?: AbortSignal }, spec: SshSpec, site: Site): Carrier {
  const become = spec.become === undefined ? {} : { become: spec.become };
  // What changes something is never cut off by an interruption: whoever asked for it would not know what it did.
  const whole: Ssh = {
    name: host.name,
    spec,
    ...become,
    connection: openConnection(site, host.name, spec, host.signal),
  };
  const ssh: Ssh = { ...host, ...whole };
  return {
    command: (look, timeout) => command(ssh, look, timeout),
    file: (path, as) => (as === undefined ? file(ssh, path) : fileAs(ssh.name, path, runAs(ssh, as))),
    folder: (path) => folder(ssh, path),
    perform: (change, hooks) => runRemoteDeed(whole, change, hooks),
    async write(change, hooks) {
      const { as } = change;
      const made = as === undefined ? await write(whole, change) : await writeAs(whole.name, change, runAs(whole, as));
      await settle(change, (deed) => runRemoteDeed(whole, deed, hooks));
      return made;
    },
    alive: (pid, started) => alive(ssh, pid, started),
    reach: () => reach(ssh),
  };
}

interface Remote {
  readonly stdin?: string | Uint8Array;
  readonly timeout?: number;
  readonly cap?: number;
}

/** Runs an argv there and knows how it ended; a connection that broke before that is Stop('unreachable'). */
async function run(ssh: Ssh, argv: readonly string[], remote: Remote = {}): Promise<Ended> {
  const timeout = remote.timeout ?? LOOK_TIMEOUT;
  // Ended there too, a little later than here: what lost its listener must not run on.
  const bounded = ['timeout', '-k', '2', String(Math.ceil(timeout / 1000) + 1), ...argv];
  const words = await ssh.connection.words(script(RUN, ...bounded));
  const { connection, signal } = ssh;
  const common = { argv: words, timeout, env: connection.env, ...(signal === undefined ? {} : { signal }) };
  const ended = await runChild({ ...common, ...remote, timeout });
  if (ended.how !== 'exit') return ended;
  const { code, rest } = marked(ended.stderr);
  if (code === undefined) throw unreached(ssh.name, ssh.spec, ended);
  return { ...ended, code, stderr: rest };
}

async function command(ssh: Ssh, look: Argv, timeout: number): Promise<Output> {
  const argv = becoming(ssh, look.argv, look.as);
  const ended = await run(ssh, argv, { timeout, ...(look.stdin === undefined ? {} : { stdin: look.stdin }) });
  const output = outputOf(ssh.name, look.argv, ended);
  if (look.as !== undefined) insistBecome(ssh.name, look.as, look.argv, output);
  return output;
}

function runAs(ssh: Ssh, as: string) {
  return async (argv: readonly string[], stdin?: Uint8Array): Promise<Ended> => {
    const remote = { cap: FILE_CAP + 1, ...(stdin === undefined ? {} : { stdin }) };
    const ended = await run(ssh, becoming(ssh, argv, as), remote);
    if (ended.how === 'exit') insistBecome(ssh.name, as, argv, { code: ended.code, stderr: ended.stderr.toString() });
    return ended;
  };
}

/** One round trip: a line of facts, then the bytes. */
async function file(ssh: Ssh, path: string): Promise<FileSeen> {
  const ended = await run(ssh, script(READ_FILE, plainPath(path), String(FILE_CAP + 1)), { cap: FILE_CAP + 4096 });
  const { line, bytes } = headed(ssh, path, ended);
  if (line === 'absent') return { kind: 'absent' };
  const found = statOf(Buffer.from(line));
  if (found.kind === 'link') return { kind: 'link', ...found.owners, target: bytes.toString('utf8') };
  if (found.kind !== 'file') return { kind: found.kind, ...found.owners };
  if (bytes.length > FILE_CAP) throw unreadable(ssh, path, 'EFBIG');
  const label = line.split(' ')[5] ?? '?';
  return { kind: 'file', bytes, ...found.owners, modified: found.modified, ...(label === '?' ? {} : { label }) };
}

async function folder(ssh: Ssh, path: string): Promise<readonly string[] | undefined> {
  const { line, bytes } = headed(ssh, path, await run(ssh, script(READ_FOLDER, plainPath(path))));
  if (line === 'absent') return undefined;
  return bytes.toString('utf8').split('\0').slice(0, -1).sort();
}

function headed(ssh: Ssh, path: string, ended: Ended): { line: string; bytes: Buffer } {
  if (ended.how !== 'exit' || ended.code !== 0) {
    throw unreadable(ssh, path, ended.stderr.toString('utf8').trim().slice(0, 300) || ended.how);
  }
  const end = ended.stdout.indexOf(10);
  return { line: ended.stdout.subarray(0, end).toString('utf8'), bytes: ended.stdout.subarray(end + 1) };
}

function unreadable(ssh: Ssh, path: string, code: string): Stop {
  return new Stop('unreachable', t('{path} on {host} could not be read ({code})', { path, host: ssh.name, code }), {
    notDone: t('Nothing was judged from this look, and nothing was changed.'),
  });
}

function plainPath(path: string): string {
  if (path.startsWith('/') && !/\0|(^|\/)\.\.?(\/|$)/.test(path)) return path;
  throw refusal(path, t('only plain absolute paths are taken'));
}

async function write(ssh: Ssh, change: FileChange): Promise<Made> {
  const bytes = change.content === null ? new Uint8Array() : bytesOf(change.content);
  const length = change.content === null ? 'remove' : String(bytes.length);
  const mode = change.mode === undefined ? '-' : change.mode.toString(8).padStart(4, '0');
  const values = [plainPath(change.path), change.before, length, mode, word(change.owner), word(change.group)];
  const remote = { stdin: bytes, timeout: change.timeout ?? DEED_TIMEOUT };
  // The shared connection first: what fails there has surely done nothing.
  await ssh.connection.words(['true']);
  const ended = await run(ssh, script(WRITE_FILE, ...values), remote).catch((error) => {
    throw unknownDeed(
      t('the connection to {host} broke while {path} was written', { host: ssh.name, path: change.path }),
      error,
    );
  });
  insistWritten(ssh, change, ended);
  return { post: change.content === null ? 'absent' : sha256(bytes) };
}

function word(id: number | undefined): string {
  return id === undefined ? '-' : String(id);
}

function insistWritten(ssh: Ssh, change: FileChange, ended: Ended): void {
  const { path } = change;
  const host = ssh.name;
  const why = ended.stderr.toString('utf8').trim().slice(0, 300);
  if (ended.how !== 'exit')
    throw unknownDeed(t('writing {path} on {host} did not end by itself ({how})', { path, host, how: ended.how }));
  switch (ended.code) {
    case 0:
      return;
    case WRITE_CODES.noFolder:
      throw notDone('failed', t('{path} cannot be written: its folder is absent', { path }));
    case WRITE_CODES.link:
      throw refusal(path, t('it, or its folder, is a symbolic link or not a regular file'));
    case WRITE_CODES.edited:
      throw editedByOthers(path);
    case WRITE_CODES.failed:
    case WRITE_CODES.cutOff:
      throw notDone('failed', t('{path} on {host} could not be changed: {why}', { path, host, why }));
    default:
      throw unknownDeed(t('replacing {path} on {host} failed: {why}', { path, host, why }));
  }
}

async function alive(ssh: Ssh, pid: number, started: string): Promise<boolean | undefined> {
  try {
    const ended = await run(ssh, script(ALIVE, String(pid), started));
    const said = ended.stdout.toString('utf8').trim();
    return said === 'yes' ? true : said === 'no' ? false : undefined;
  } catch {
    return undefined;
  }
}

async function reach(ssh: Ssh): Promise<Reach> {
  const sent = Date.now();
  const output = await command(ssh, { host: ssh.name, argv: ['date', '+%s%3N'] }, LOOK_TIMEOUT);
  const skew = Math.round(Number(output.stdout) - (sent + Date.now()) / 2);
  const system = await command(ssh, { host: ssh.name, argv: ['uname', '-srm'] }, LOOK_TIMEOUT);
  const told = Number.isFinite(skew) ? { skew } : {};
  return { ok: system.code === 0, version: system.stdout.trim(), mode: 'ssh', ...told };
}
