/** Runs one local program for a look: argv only, clean environment, bounded output, and a time-out that ends everything it started. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** The PATH of every child: what the caller's own PATH holds does not matter. */
export const SAFE_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const OUTPUT_CAP = 4 * 1024 * 1024;

/** How a child ended; `code` only where it exited by itself. */
export interface Ended {
  readonly how: 'exit' | 'timeout' | 'too-much' | 'aborted' | 'missing' | 'signal';
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface Running {
  readonly argv: readonly string[];
  readonly stdin?: string | Uint8Array;
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes of stdout; 4 MiB unless given. */
  readonly cap?: number;
  readonly signal?: AbortSignal;
  /** Added to the clean environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The environment of every child, whatever ours is: an allow-list, so that LD_PRELOAD or NODE_OPTIONS reach no one. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: SAFE_PATH, LC_ALL: 'C', HOME: home(), ...more };
}

/** From the account, not from HOME. */
function home(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/';
  }
}

/** How what was never started ended, since the interruption came first. */
export const UNSTARTED: Ended = { how: 'aborted', code: -1, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

/** Runs it to the end; never throws for how it ended. After an interruption nothing is started any more. */
export async function runChild(running: Running): Promise<Ended> {
  const { execa } = await import('execa');
  // From here to the guard's listener nothing waits, so that no interruption can fall between.
  if (running.signal?.aborted) return UNSTARTED;
  const [file = '', ...args] = running.argv;
  const child = execa(file, args, {
    env: cleanEnvironment(running.env),
    extendEnv: false,
    cwd: '/',
    detached: true,
    reject: false,
    buffer: false,
    encoding: 'buffer',
    stdin: 'pipe',
  });
  const guard = guardOf(child.pid, running);
  child.stdin.on('error', () => undefined);
  child.stdin.end(running.stdin ?? '');
  const out = collect(child.stdout, running.cap ?? OUTPUT_CAP, guard.end);
  const err = collect(child.stderr, OUTPUT_CAP, guard.end);
  try {
    const result = await child;
    const how = guard.why() ?? ended(result);
    return { how, code: result.exitCode ?? -1, stdout: out(), stderr: err() };
  } finally {
    guard.rest();
  }
}

function ended(result: { exitCode?: number | undefined; signal?: string | undefined }): Ended['how'] {
  if (result.exitCode !== undefined) return 'exit';
  return result.signal === undefined ? 'missing' : 'signal';
}

type Why = 'timeout' | 'too-much' | 'aborted';

function guardOf(pid: number | undefined, running: Running) {
  let why: Why | undefined;
  const end = (reason: Why): void => {
    if (why === undefined && pid !== undefined) endTree(pid, 'SIGKILL');
    why ??= reason;
  };
  const timer = setTimeout(() => end('timeout'), running.timeout);
  const aborted = (): void => end('aborted');
  running.signal?.addEventListener('abort', aborted, { once: true });
  const rest = (): void => {
    clearTimeout(timer);
    running.signal?.removeEventListener('abort', aborted);
  };
  return { end, why: () => why, rest };
}

function collect(stream: NodeJS.ReadableStream, cap: number, end: (why: 'too-much') => void): () => Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= cap) parts.push(part);
    else end('too-much');
  });
  return () => Buffer.concat(parts);
}

/**
 * Signals a process group and every living descendant, also those that left the group for one of their own.
 * Done when it returns, not some time later: whoever interrupts leaves the process soon after.
 */
export function endTree(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const target of [-pid, ...descendants(pid)]) {
    try {
      process.kill(target, signal);
    } catch {
      // It has ended meanwhile, which is what was wanted.
    }
  }
}

function descendants(pid: number): number[] {
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = names.map((name) => [Number(name), parentOf(name)] as const);
  const found = new Set([pid]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [child, parent] of parents) if (parent !== undefined && found.has(parent)) found.add(child);
  }
  found.delete(pid);
  return [...found];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(fieldsOf(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
  } catch {
    return undefined;
  }
}

/** Fields of /proc/PID/stat from the third (state) on; undefined where there is no such process. */
export async function statFields(pid: number | string): Promise<readonly string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : fieldsOf(text);
}

/** The name in field 2 may itself hold blanks and brackets. */
function fieldsOf(stat: string): readonly string[] {
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
}

/** The kernel's start tick (field 22), which tells a process from a later one under the same number; undefined where it is gone. */
export async function startTick(pid: number): Promise<string | undefined> {
  return (await statFields(pid))?.[19];
}
