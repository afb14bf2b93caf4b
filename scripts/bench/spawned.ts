/** A command from exec to exit: its wall time, and the peak memory of it and of the processes that it starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';

export interface Spent {
  readonly seconds: number;
  /** Highest resident set of the process plus that of each of its children, in MB. Pages that they share count for each. */
  readonly megabytes: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface How {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard output goes to this file. */
  readonly to?: string;
}

const EVERY = 20;

/** Runs it to its end. Rejects only where it cannot be started. */
export function spent(file: string, argv: readonly string[], { env, to }: How = {}): Promise<Spent> {
  const began = performance.now();
  const out = to === undefined ? 'pipe' : openSync(to, 'w', 0o600);
  const child = spawn(file, [...argv], { stdio: ['ignore', out, 'pipe'], ...(env === undefined ? {} : { env }) });
  const peaks = new Map<number, number>();
  const timer = setInterval(() => watch(child, peaks), EVERY);
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr?.on('data', (chunk) => (texts.stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => clearInterval(timer));
    child.on('close', (code) => {
      const seconds = (performance.now() - began) / 1_000;
      const megabytes = [...peaks.values()].reduce((sum, one) => sum + one, 0) / 1_024;
      resolve({ seconds, megabytes, code, ...texts });
    });
  });
}

/** VmHWM only grows: the last look before the end is the peak, to within what the last moments add. */
function watch({ pid = 0 }: ChildProcess, peaks: Map<number, number>): void {
  for (const one of [pid, ...childrenOf(pid)]) {
    const kilobytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${one}/status`))?.[1] ?? 0);
    if (kilobytes > 0) peaks.set(one, Math.max(kilobytes, peaks.get(one) ?? 0));
  }
}

function childrenOf(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
