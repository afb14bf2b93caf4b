/** A command from exec to exit: its wall time, and the peak memory of it and of the processes that it starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readdirSync, readFileSync } from 'node:fs';

export interface Spent {
  readonly seconds: number;
  /** Highest resident set in MB: what the process and its children ever had, added up at the moment when that was most. The pages of the program file, which they share, count once. */
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
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryOf(child));
  }, EVERY);
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (texts.stdout += chunk));
  child.stderr?.on('data', (chunk) => (texts.stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => clearInterval(timer));
    child.on('close', (code) => {
      const seconds = (performance.now() - began) / 1_000;
      resolve({ seconds, megabytes: peak / 1_024, code, ...texts });
    });
  });
}

/** In kB. VmHWM only grows: the last look before the end is the peak, to within what the last moments add. */
function memoryOf({ pid = 0 }: ChildProcess): number {
  const seen = [pid, ...childrenOf(pid)].map((one) => {
    const status = read(`/proc/${one}/status`);
    const of = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return { highest: of('VmHWM'), file: of('RssFile') };
  });
  const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
  const files = seen.map(({ file }) => file);
  return sum(seen.map(({ highest }) => highest)) - sum(files) + Math.max(...files);
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
