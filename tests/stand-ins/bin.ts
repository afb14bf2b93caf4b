/** The real bin/gxops as a child process without a terminal, and sandbox sites for it, in temporary folders that vanish. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const bin = join(root, 'bin/gxops');

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<Ran>;
}

export interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Milliseconds; 60 s unless given. */
  readonly timeout?: number;
}

/** An environment with nothing of the tester's own but the PATH. */
export function cleanEnv(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: tmpdir(), LANG: 'C.UTF-8', ...more };
}

/** Starts gxops; `done` resolves when it ended and both streams are drained. */
export function start(args: readonly string[], options: Options = {}): Running {
  const child = spawn(bin, [...args], {
    cwd: options.cwd ?? tmpdir(),
    env: options.env ?? cleanEnv(),
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeout ?? 60_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const done = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        code,
        signal,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
  });
  return { child, done };
}

/** Runs gxops to its end. */
export function gxops(args: readonly string[], options: Options = {}): Promise<Ran> {
  return start(args, options).done;
}

/** The Report a `--json` run printed. */
export interface Document {
  readonly schema: number;
  readonly command: string;
  readonly verdict: string;
  readonly exit: number;
  readonly run?: string;
  readonly sections: readonly unknown[];
  readonly data: Readonly<Record<string, unknown>>;
}

/** Runs gxops with --json and reads its one document; on failure the streams are part of the error. */
export async function gxopsJson(
  args: readonly string[],
  options: Options = {},
): Promise<Document & { code: number | null }> {
  const ran = await gxops([...args, '--json'], options);
  try {
    return { ...(JSON.parse(ran.stdout) as Document), code: ran.code };
  } catch {
    throw new Error(`no JSON document (exit ${ran.code}):\n${ran.stdout}\n${ran.stderr}`);
  }
}

export interface Sandbox {
  readonly dir: string;
  /** Runs a command on this site. */
  run(args: readonly string[], options?: Options): Promise<Ran>;
  json(args: readonly string[], options?: Options): Promise<Document & { code: number | null }>;
  remove(): void;
}

/** A fresh sandbox site, made by the real `site init --sandbox`. */
export async function makeSandbox(rows = 200, seed = '7'): Promise<Sandbox> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-site-'));
  const dir = join(folder, 'site');
  const made = await gxops(['site', 'init', dir, '--sandbox', '--rows', String(rows), '--seed', seed]);
  if (made.code !== 0) throw new Error(`site init ended ${made.code}:\n${made.stdout}\n${made.stderr}`);
  return {
    dir,
    run: (args, options) => gxops(['--site', dir, ...args], options),
    json: (args, options) => gxopsJson(['--site', dir, ...args], options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
