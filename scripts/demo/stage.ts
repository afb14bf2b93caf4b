/** The stage of the demo: a sandbox site in a temporary folder, the real gxops as a child, narration in two languages. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const bin = join(root, 'bin/gxops');

export type Language = 'zh-CN' | 'en';
export type Words = Readonly<Record<Language, string>>;

/** A finished command: its exit code, what it printed, and its Report as data. */
export interface Shown {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: Report;
}

export interface Report {
  readonly verdict?: string;
  readonly run?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sections?: readonly unknown[];
}

export interface Stage {
  readonly folder: string;
  readonly site: string;
  readonly language: Language;
  /** Prints a paragraph of narration. */
  tell(words: Words): void;
  /** Prints the command, runs it, prints `lines` of what it shows, beginning with the first that matches `from`; throws where the exit code is not one of those expected. */
  show(args: readonly string[], expected: readonly number[], lines?: number, from?: RegExp): Shown;
  /** Runs a command without showing it. */
  quiet(args: readonly string[], env?: Readonly<Record<string, string>>): Shown;
  /** Starts `gxops …` and kills it with SIGKILL as soon as `now` holds; false where it ended before that. */
  killWhen(args: readonly string[], now: () => boolean): Promise<boolean>;
}

/** Fails the part: the demo promises only what it has seen. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

export function openStage(folder: string, language: Language): Stage {
  const site = join(folder, 'site');
  const colour = process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
  const env = { ...process.env, GXOPS_LANG: language, ...(colour ? { FORCE_COLOR: '1' } : {}) };
  const quiet: Stage['quiet'] = (args, more = {}) => {
    const facts = join(folder, 'facts.json');
    const asked = args.includes('--report') ? [] : ['--report', facts, '--format', 'json'];
    const all = [...siteFlag(args, site), ...args, ...asked];
    const ran = spawnSync(bin, all, { env: { ...env, ...more }, encoding: 'utf8', timeout: 60_000, cwd: folder });
    return { code: ran.status ?? -1, stdout: ran.stdout, stderr: ran.stderr, report: takeReport(facts) };
  };
  return {
    ...{ folder, site, language, quiet },
    tell: (words) => console.log(`\n${colour ? `\x1b[36m${words[language]}\x1b[0m` : words[language]}`),
    show(args, expected, lines = 14, from = /^/) {
      console.log(
        colour ? `\x1b[1m$ gxops ${args.map(quoted).join(' ')}\x1b[0m` : `$ gxops ${args.map(quoted).join(' ')}`,
      );
      const shown = quiet(args);
      console.log(`${excerpt(shown.stdout || shown.stderr, from, lines, language)}\n  → exit ${shown.code}`);
      must(
        expected.includes(shown.code),
        `gxops ${args.join(' ')} ended ${shown.code}, not ${expected.join(' or ')}:\n${shown.stderr}`,
      );
      return shown;
    },
    killWhen: (args, now) => killWhen([...siteFlag(args, site), ...args], env, now),
  };
}

function siteFlag(args: readonly string[], site: string): string[] {
  return args.includes('--site') || (args[0] === 'site' && args[1] === 'init') ? [] : ['--site', site];
}

function takeReport(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return { data: {} };
  } finally {
    rmSync(file, { force: true });
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

function excerpt(text: string, from: RegExp, most: number, language: Language): string {
  const all = text.trimEnd().split('\n');
  const at = Math.max(
    0,
    all.findIndex((line) => from.test(line)),
  );
  const left = (count: number) => (language === 'en' ? `… ${count} more lines` : `… 另有 ${count} 行`);
  const above = at > 1 ? [...all.slice(0, 1), left(at - 1)] : all.slice(0, at);
  const shown = all.slice(at, at + most);
  const below = all.length - at - shown.length;
  return [...above, ...shown, ...(below > 0 ? [left(below)] : [])].map((line) => `  ${line}`).join('\n');
}

async function killWhen(args: readonly string[], env: NodeJS.ProcessEnv, now: () => boolean): Promise<boolean> {
  const child = spawn(bin, args, { env, stdio: 'ignore' });
  let ended = false;
  const end = new Promise<void>((resolve) =>
    child.on('close', () => {
      ended = true;
      resolve();
    }),
  );
  while (!ended && !now()) await new Promise((resolve) => setImmediate(resolve));
  const killed = !ended && child.kill('SIGKILL');
  await end;
  return killed && child.signalCode === 'SIGKILL';
}
