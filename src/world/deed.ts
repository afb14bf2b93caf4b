/** Runs one command deed on this machine so that neither Ctrl-C nor the death of gxops reaches it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Made, Spawned } from '../core/change.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Hooks } from '../core/world.ts';
import { lastLines } from './bounds.ts';
import { failedDeed, notDone, unknownDeed } from './carrier.ts';
import { cleanEnvironment, endTree, SAFE_PATH, startTick } from './child.ts';
import { tailOf, unlinkedFile } from './child-file.ts';

/**
 * An own process group, and unlinked files (not pipes) as input and output, so that no SIGPIPE reaches it either.
 * Waits on descriptor 3 for the word that the process is recorded; end of file there means that it never will be.
 */
const GATE = 'read -r go <&3 || exit 125; exec 3<&-; exec "$@"';
const OUTPUT_ON_DISK = 16 * 1024 * 1024;
const GRACE = 2000;

export interface LocalDeed {
  readonly host: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Milliseconds; then the whole process group is ended and nobody knows what it did. */
  readonly timeout: number;
  readonly hooks: Hooks;
}

/** Promise: `{ code: 0 }`, or a Stop whose `detail.data.state` says what is known. */
export async function runDeed(deed: LocalDeed): Promise<Made> {
  const program = deed.argv[0] ?? '';
  if (!(await runnable(program))) {
    throw notDone('failed', t('{program} is not on {host}, or may not be run', { program, host: deed.host }));
  }
  const input = await unlinkedFile(deed.stdin ?? '').catch((error) => noFile(error));
  const output = await unlinkedFile('').catch((error) => noFile(error));
  try {
    return await gated(deed, input, output);
  } finally {
    await input.close();
    await output.close();
  }
}

function noFile(error: NodeJS.ErrnoException): never {
  throw notDone('failed', t('no temporary file could be made ({code})', { code: error.code ?? 'EIO' }), error);
}

async function gated(deed: LocalDeed, input: FileHandle, output: FileHandle): Promise<Made> {
  const child = spawn('/bin/sh', ['-c', GATE, 'gxops', ...deed.argv], {
    env: cleanEnvironment(),
    cwd: '/',
    detached: true,
    stdio: [input.fd, output.fd, output.fd, 'pipe'],
  });
  const ended = endOf(child);
  const gate = child.stdio[3] as Writable;
  gate.on('error', () => undefined);
  await recorded(deed, child.pid, gate);
  const watch = watchOver(deed, child.pid ?? 0, output);
  gate.end('go\n');
  // What runs as another user cannot be signalled from here: then it is left, and `alive` goes on telling that it lives.
  const end = await Promise.race([ended, watch.givenUp]).finally(() => watch.rest());
  return judged(deed, { ...end, timedOut: watch.timedOut(), tail: lastLines((await tailOf(output)).toString('utf8')) });
}

/** Listened to from the start: the end may come before the process is recorded. */
function endOf(child: ChildProcess): Promise<Pick<End, 'exitCode' | 'signal'>> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ exitCode: undefined, signal: undefined }));
    child.once('exit', (code, signal) => resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }));
  });
}

/** Tells the journal of the process; where it cannot be told, the gate closes and the program never starts. */
async function recorded(deed: LocalDeed, pid: number | undefined, gate: Writable): Promise<void> {
  const started = pid === undefined ? undefined : await startTick(pid);
  try {
    if (pid === undefined || started === undefined) {
      throw notDone('failed', t('no process could be started on {host}', { host: deed.host }));
    }
    const process: Spawned = { host: deed.host, pid, started };
    await deed.hooks.spawned(process);
  } catch (error) {
    gate.end();
    if (!(error instanceof Stop)) throw error;
    throw new Stop(error.verdict, error.text, { ...error.detail, data: { state: 'not-done' } });
  }
}

interface End {
  readonly timedOut: boolean;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly tail: string;
}

function judged(deed: LocalDeed, end: End): Made {
  const program = deed.argv[0] ?? '';
  const { host } = deed;
  if (end.timedOut) {
    const seconds = Math.round(deed.timeout / 1000);
    throw unknownDeed(
      t('{program} on {host} did not end within {seconds} s and was told to end', { program, host, seconds }),
    );
  }
  if (end.exitCode === 0) return { code: 0 };
  if (end.exitCode === undefined) {
    throw unknownDeed(
      t('{program} on {host} was killed by {signal}', { program, host, signal: end.signal ?? 'a signal' }),
    );
  }
  throw failed(program, host, end.exitCode, end.tail);
}

/** The Stop for a program that ended with another code than 0; `output` is its last lines. */
export function failed(program: string, host: string, code: number, output: string): Stop {
  const text = output === '' ? '' : t(': {output}', { output });
  return failedDeed(t('{program} on {host} ended with code {code}{text}', { program, host, code, text }), code, output);
}

/** The time-out, and the bound on what its output may take on disk (the file is opened for appending, so it can be cut). */
function watchOver(deed: LocalDeed, pid: number, output: FileHandle) {
  let late = false;
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<Pick<End, 'exitCode' | 'signal'>>();
  const timer = setTimeout(() => {
    late = true;
    void endTree(pid, 'SIGTERM');
    setTimeout(() => void endTree(pid, 'SIGKILL'), GRACE).unref();
    setTimeout(() => giveUp({ exitCode: undefined, signal: undefined }), 2 * GRACE).unref();
  }, deed.timeout);
  const cutter = setInterval(() => void cut(output), 1000);
  const rest = (): void => {
    clearTimeout(timer);
    clearInterval(cutter);
    // What ignored SIGTERM in the group must not outlive the verdict.
    if (late) void endTree(pid, 'SIGKILL');
  };
  return { timedOut: () => late, givenUp, rest };
}

async function cut(output: FileHandle): Promise<void> {
  const { size } = await output.stat();
  if (size > OUTPUT_ON_DISK) await output.truncate(0);
}

async function runnable(program: string): Promise<boolean> {
  const candidates = program.includes('/') ? [program] : SAFE_PATH.split(':').map((folder) => `${folder}/${program}`);
  for (const path of candidates) {
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
