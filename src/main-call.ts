/** From understood words to a Call: site, journal, operator and world, each real, built here and nowhere else. */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Call, Verb } from './commands/command.ts';
import { whoActs } from './commands/operator/who.ts';
import { splitPairs } from './core/inputs.ts';
import type { Report } from './core/report.ts';
import type { Site } from './core/site.ts';
import { Stop } from './core/stop.ts';
import { type Phrase, t } from './core/text.ts';
import type { Keep, World } from './core/world.ts';
import type { Options } from './main-args.ts';
import { type Output, openTalk, showBefore } from './main-output.ts';
import type { Signals } from './main-signals.ts';
import {
  emptySite,
  findSite,
  journalIsMissing,
  journalMissing,
  loadSite,
  noSite,
  withoutJournal,
} from './main-site.ts';
import { readActor } from './world/actor.ts';
import { openKeep } from './world/keep.ts';
import { terminal } from './world/machine.ts';
import { buildWorld } from './world/world.ts';

/** The Call; undefined for home where there is no site to be at home in. */
export async function callFor(
  verb: Verb,
  args: readonly string[],
  options: Options,
  output: Output,
  signals: Signals,
): Promise<Call | undefined> {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const found = await siteFor(verb, args, text('site'));
  const site = found && { ...found, sandbox: found.sandbox || options.sandbox === true };
  if (!site) return undefined;
  if (!output.chosen && site.name !== '') output.language = site.language;
  const account = accountName();
  const asking = { yes: options.yes === true, input: options.noInput !== true };
  const outside = { site, ...asking, answers: answersOf(options.answer), dictionary: output.dictionary() };
  const who = { operator: '' };
  const keyFile = verb.options?.some(({ flags }) => flags.startsWith('--key ')) ? undefined : text('key');
  // The journal's artefacts read through the world and the world keeps through the journal: bound late.
  const keep: Keep = openKeep({
    ...keepPlace(site, who, keyFile),
    rows: (query, aborted) => world.look.rows(query, aborted),
    state: (database) => world.look.state(database),
    passphrase: async (operator) => String(await world.ask(passphraseOf(operator))),
    ask: (question) => world.ask(question),
    signal: signals.signal,
  });
  let world: World = heeding(buildWorld({ ...outside, keep, signal: signals.signal }), signals.signal);
  const missing = verb.site !== 'none' && (await journalIsMissing(keep));
  if (missing) world = { ...world, keep: withoutJournal(keep, site) };
  else if (verb.site !== 'none') who.operator = await whoActs(keep, named(text('as')), account);
  const operator = who.operator;
  if (missing && needsOperator(verb, options)) throw journalMissing(site, 'refused');
  insistOnOperator(verb, options, operator, account);
  const { tell, progress } = await openTalk(
    output,
    options.verbose === true || (verb.kind === 'acting' && !output.json),
    site.timeZone,
  );
  const session = { world, site, operator, signal: signals.signal, tell, progress };
  const asked = asking.input && !asking.yes && terminal();
  const show = async (report: Report) => {
    if (asked) await showBefore(output, report);
    return asked && !output.json && options.report === undefined;
  };
  return { args, options, session, execute: options.execute === true, show, read, pieces };
}

function keepPlace(site: Site, who: { readonly operator: string }, keyFile: string | undefined) {
  return {
    dir: site.dir,
    actor: () => readActor(who.operator),
    appVersion: process.env.GXOPS_VERSION ?? '0',
    node: process.version,
    sandbox: site.sandbox,
    keys: site.keys,
    ...(keyFile === undefined ? {} : { keyFile }),
    templates: fileURLToPath(new URL('../templates', import.meta.url)),
    page: fileURLToPath(new URL('open.html', import.meta.url)),
  };
}

function passphraseOf(operator: string) {
  return {
    id: 'passphrase',
    kind: 'secret' as const,
    message: t('Passphrase for the key of {operator}:', { operator }),
  };
}

/** A signal also ends a question that nobody has answered yet. */
function heeding(world: World, signal: AbortSignal): World {
  return { ...world, ask: (question) => Promise.race([world.ask(question), broken(signal)]) };
}

function broken(signal: AbortSignal): Promise<never> {
  const stop = () =>
    new Stop('interrupted', t('The question was broken off by a signal.'), { notDone: t('It was not answered.') });
  return new Promise((_, reject) => {
    if (signal.aborted) reject(stop());
    signal.addEventListener('abort', () => reject(stop()), { once: true });
  });
}

const MOST = 64 * 1024 * 1024;

async function read(flag: string, path: string, most = MOST): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > most)
      throw unread(t('{flag}: {path} has {size} bytes. Allowed: {most} at most.', { flag, path, size, most }));
    return await readFile(path);
  } catch (cause) {
    throw unreadable(flag, path, cause);
  }
}

async function* pieces(flag: string, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1024 * 1024 });
  } catch (cause) {
    throw unreadable(flag, path, cause);
  }
}

function unreadable(flag: string, path: string, cause: unknown): Stop {
  if (cause instanceof Stop) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  return unread(t('{flag}: {path} cannot be read ({code}). Allowed: a file.', { flag, path, code }), cause);
}

function unread(text: Phrase, cause?: unknown): Stop {
  return new Stop('usage', text, { notDone: t('Nothing was done.'), ...(cause === undefined ? {} : { cause }) });
}

async function siteFor(verb: Verb, args: readonly string[], flag: string | undefined): Promise<Site | undefined> {
  if (verb.site === 'none' && verb.arguments?.[0]?.name === 'dir') return emptySite(resolve(args[0] ?? '.'));
  const dir = findSite(flag);
  if (verb.site === 'none') return emptySite(dir ?? process.cwd());
  if (dir !== undefined) return loadSite(dir);
  if (verb.name === '' && verb.kind === 'reading' && verb.site === undefined) return undefined;
  throw noSite();
}

function needsOperator(verb: Verb, options: Options): boolean {
  if (verb.site === 'none' || verb.kind === 'reading') return false;
  return verb.kind === 'recording' || options.execute === true;
}

/** What records or changes something needs a name to record it under; looking and rehearsing do not. */
function insistOnOperator(verb: Verb, options: Options, operator: string, account: string): void {
  if (operator !== '' || !needsOperator(verb, options)) return;
  throw new Stop('refused', t('No operator is mapped to the account {account}, and --as names none.', { account }), {
    notDone: t('Nothing was done.'),
    next: ['gxops operator list'],
  });
}

function named(flag: string | undefined) {
  const name = flag ?? process.env.GXOPS_OPERATOR;
  return name ? { flag: flag === undefined ? 'GXOPS_OPERATOR' : '--as', name } : undefined;
}

function answersOf(given: Options[string]): Record<string, string> {
  const pairs = Object.entries(splitPairs('--answer', Array.isArray(given) ? given : []));
  return Object.fromEntries(
    pairs.map(([step, value]) => [step, typeof value === 'string' ? value : (value.at(-1) ?? '')]),
  );
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without a passwd entry, as in some containers.
    return String(process.getuid?.() ?? 'unknown');
  }
}
