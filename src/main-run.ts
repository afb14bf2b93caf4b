/** One invocation from its words to its exit code: the only place that builds the real World, and the only catch. */

import type { Verb } from './commands/command.ts';
import { NOUNS } from './commands/index.ts';
import type { Report } from './core/report.ts';
import { shellWord } from './core/shell.ts';
import { Stop } from './core/stop.ts';
import { t } from './core/text.ts';
import { EXIT } from './core/verdict.ts';
import { asks, bareWords, early, type Options, route } from './main-args.ts';
import { insistOnForm, languageOf, type Output, openOutput, showReport, showStop } from './main-output.ts';
import { listen, type Signals } from './main-signals.ts';

/** Sets the process's exit code; output drains by itself, so nothing is cut off. */
export async function run(words: readonly string[]): Promise<void> {
  const spoken = [early(words, '--lang'), process.env.GXOPS_LANG];
  const locale = [process.env.LC_ALL, process.env.LC_MESSAGES, process.env.LANG];
  const output = openOutput(asks(words, '--json'), languageOf([...spoken, ...locale]) ?? 'en');
  output.chosen = languageOf(spoken) !== undefined;
  output.colour = !asks(words, '--no-color');
  const signals = listen(output);
  try {
    process.exitCode = await invoke(words, output, signals);
  } catch (cause) {
    process.exitCode = await refuse(cause, words, output, signals);
  }
}

async function invoke(words: readonly string[], output: Output, signals: Signals): Promise<number> {
  if (asks(words, '--version', '-V')) return said(output, `gxops ${process.env.GXOPS_VERSION}\n`);
  const bare = bareWords(words).map((place) => words[place] ?? '');
  if (bare[0] === 'help') return help(bare.slice(1), output);
  const { noun, verb, rest } = route(words, NOUNS);
  if (asks(words, '--help', '-h')) return help([noun?.name ?? '', verb?.name ?? ''], output);
  if (noun && !verb) return help([noun.name], output);
  const label = [noun?.name, verb?.name].filter(Boolean).join(' ');
  const home = verb ?? HOME;
  const { parse } = await import('./main-parse.ts');
  const { args, options } = parse(home, `gxops ${label}`.trim(), rest);
  const form = { format: text(options, 'format'), report: text(options, 'report') };
  insistOnForm(form);
  const { callFor } = await import('./main-call.ts');
  const call = await callFor(home, args, options, output, signals);
  if (!call) return help([], output);
  signals.quick(home.kind === 'reading');
  const { run: work } = await home.load();
  const made = await work(call);
  const report = made.next ? { ...made, next: sited(made.next, words) } : made;
  await showReport(output, report, label || 'home', form);
  const chosen = verb || output.json ? undefined : await (await import('./main-menu.ts')).choose(report, call);
  return chosen ? invoke([...chosen, ...inherited(words)], output, signals) : exitOf(report, signals);
}

/** The flags of a bare `gxops` that a command chosen there takes over. */
function inherited(words: readonly string[]): string[] {
  return ['--site', '--as', '--lang', '--key'].flatMap((flag) => {
    const value = early(words, flag);
    return value === undefined ? [] : [flag, value];
  });
}

/** Bare `gxops`. */
const HOME: Verb = {
  name: '',
  title: t('what is open, due or waiting for you'),
  kind: 'reading',
  load: () => import('./commands/home.ts'),
};

const text = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

function exitOf(report: Report, signals: Signals): number {
  if (report.verdict === 'interrupted') return signals.code() ?? EXIT.interrupted;
  return report.exit ?? EXIT[report.verdict];
}

function said(output: Output, line: string): number {
  output.data(line);
  return 0;
}

async function help(words: readonly string[], output: Output): Promise<number> {
  const { helpFor } = await import('./main-help.ts');
  return said(output, helpFor(words, NOUNS, output.dictionary()));
}

/** Says what went wrong and gives the exit code for it; when even that fails, one plain line. */
async function refuse(cause: unknown, words: readonly string[], output: Output, signals: Signals): Promise<number> {
  try {
    const stop = cause instanceof Stop ? cause : (await import('./main-bug.ts')).bugStop(cause, words);
    if (process.env.GXOPS_DEBUG === '1') output.talk((await import('./main-bug.ts')).redacted(cause, words));
    await showStop(output, reachable(stop, words), commandOf(words));
    return stop.verdict === 'interrupted' ? (signals.code() ?? EXIT.interrupted) : EXIT[stop.verdict];
  } catch {
    output.talk('gxops: a fault of gxops itself, and it could not be described. Next: gxops runbook runs --open');
    return EXIT.bug;
  }
}

/** Next commands work as they stand: where the site was named by a flag, they name it too. */
function sited(next: readonly string[], words: readonly string[]): readonly string[] {
  const site = early(words, '--site');
  if (site === undefined) return next;
  const free = /^gxops (?!site init|help\b)(?!.*--site\b)/;
  return next.map((line) => (free.test(line) ? `${line} --site ${shellWord(site)}` : line));
}

function reachable(stop: Stop, words: readonly string[]): Stop {
  const { next } = stop.detail;
  return next ? new Stop(stop.verdict, stop.text, { ...stop.detail, next: sited(next, words) }) : stop;
}

/** Noun and verb as typed where they are ours; never a value. */
function commandOf(words: readonly string[]): string {
  try {
    const { noun, verb } = route(words, NOUNS);
    return [noun?.name, verb?.name].filter(Boolean).join(' ') || 'gxops';
  } catch {
    return 'gxops';
  }
}
