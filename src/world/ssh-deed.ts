/** A command deed on a host behind ssh: begins only after its process is recorded, outlives the connection, and is never said to be known when it is not. */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { CommandChange, Made } from '../core/change.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Hooks } from '../core/world.ts';
import { becoming, sudoRefusal } from './become.ts';
import { lastLines } from './bounds.ts';
import { DEED_TIMEOUT, notDone, unknownDeed } from './carrier.ts';
import { cleanEnvironment, endTree, runChild } from './child.ts';
import { failed } from './deed.ts';
import { DEED, END, marked, RUN, SPAWN_MARK, script } from './remote-scripts.ts';
import { type Ssh, unreached } from './ssh-connection.ts';

const STDERR_CAP = 64 * 1024;
/** How long the far side may take to start the process, in milliseconds. */
const START_TIMEOUT = 30_000;

interface Process {
  readonly pid: number;
  readonly started: string;
}

/** The ssh child with what it said, as it comes. */
interface Line {
  readonly gate: Writable;
  /** Of the remote process; undefined where the connection ended first. */
  readonly process: Promise<Process | undefined>;
  readonly end: Promise<{ code: number | null; stdout: Buffer; stderr: Buffer }>;
  cut(): void;
}

/** Promise: `{ code: 0 }`, or a Stop whose `detail.data.state` says what is known. */
export async function runRemoteDeed(ssh: Ssh, change: CommandChange, hooks: Hooks): Promise<Made> {
  const argv = becoming(ssh, change.argv, change.as);
  const input = Buffer.from(change.stdin ?? '', 'utf8');
  const words = await ssh.connection.words(script(RUN, ...script(DEED, String(input.length), ...argv)));
  const line = open(words, ssh);
  line.gate.write(input);
  const process = await begun(ssh, line, hooks);
  line.gate.end('go\n');
  try {
    return await finished(ssh, change, line, process);
  } catch (error) {
    throw change.as === undefined ? error : sudoRefusal(error, ssh.name, change.as, change.argv);
  }
}

function open(words: readonly string[], ssh: Ssh): Line {
  const [file = 'ssh', ...args] = words;
  const child = spawn(file, args, {
    env: cleanEnvironment(ssh.connection.env),
    cwd: '/',
    detached: true,
    stdio: 'pipe',
  });
  const out: Buffer[] = [];
  let err = Buffer.alloc(0);
  const { promise: process, resolve: told } = Promise.withResolvers<Process | undefined>();
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => {
    err = Buffer.concat([err, part]).subarray(-STDERR_CAP);
    const found = new RegExp(`^${SPAWN_MARK} (\\d+) (\\d+)$`, 'm').exec(err.toString('latin1'));
    if (found) told({ pid: Number(found[1]), started: String(found[2]) });
  });
  child.stdin.on('error', () => undefined);
  const end = new Promise<Awaited<Line['end']>>((resolve) => {
    child.once('error', () => resolve({ code: null, stdout: Buffer.alloc(0), stderr: err }));
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(out), stderr: err }));
  });
  void end.then(() => told(undefined));
  const cut = (): void => {
    if (child.pid !== undefined) endTree(child.pid, 'SIGKILL');
  };
  return { gate: child.stdin, process, end, cut };
}

/** Waits for the remote process and has it recorded. Whatever fails here, the gate stays shut and nothing was done. */
async function begun(ssh: Ssh, line: Line, hooks: Hooks): Promise<Process> {
  const timer = setTimeout(line.cut, START_TIMEOUT);
  const process = await line.process.finally(() => clearTimeout(timer));
  try {
    if (process === undefined) throw await unstarted(ssh, line);
    await hooks.spawned({ host: ssh.name, ...process });
    return process;
  } catch (error) {
    line.gate.end();
    if (!(error instanceof Stop)) throw error;
    throw new Stop(error.verdict, error.text, { ...error.detail, data: { state: 'not-done' } });
  }
}

async function unstarted(ssh: Ssh, line: Line): Promise<Stop> {
  const { code, stdout, stderr } = await line.end;
  const { code: remote, rest } = marked(stderr);
  if (remote === undefined) return unreached(ssh.name, ssh.spec, { how: 'exit', code: code ?? -1, stdout, stderr });
  const why = rest.toString('utf8').trim().slice(0, 300);
  return notDone('failed', t('no process could be started on {host}: {why}', { host: ssh.name, why }));
}

async function finished(ssh: Ssh, change: CommandChange, line: Line, process: Process): Promise<Made> {
  const program = change.argv[0] ?? '';
  const host = ssh.name;
  const timeout = change.timeout ?? DEED_TIMEOUT;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void endRemote(ssh, process, change.as).finally(line.cut);
  }, timeout);
  const { stdout, stderr } = await line.end.finally(() => clearTimeout(timer));
  if (late) {
    const seconds = Math.round(timeout / 1000);
    throw unknownDeed(
      t('{program} on {host} did not end within {seconds} s and was ended', { program, host, seconds }),
    );
  }
  const { code } = marked(stderr);
  if (code === undefined) throw unknownDeed(t('the connection to {host} broke while {program} ran', { host, program }));
  if (code === 0) return { code: 0 };
  const output = lastLines(stdout.toString('utf8'));
  if (code > 128)
    throw unknownDeed(t('{program} on {host} ended with code {code}, as after a signal', { program, host, code }));
  throw failed(program, host, code, output);
}

/** Best effort: what it could not end still lives, and `alive` tells. */
async function endRemote(ssh: Ssh, process: Process, as: string | undefined): Promise<void> {
  const { env } = ssh.connection;
  if (as !== undefined) {
    // Behind sudo the processes are that user's: a script would need sudoers to allow any shell, kill alone does not.
    const kill = becoming(ssh, ['kill', '-s', 'TERM', '--', `-${process.pid}`], as);
    await runChild({ argv: await ssh.connection.words(kill), timeout: 5000, env });
  }
  const end = script(END, String(process.pid), process.started);
  await runChild({ argv: await ssh.connection.words(end), timeout: 10_000, env });
}
