/** From understood words to a Call: site, journal, operator and world, each real, built here and nowhere else. */
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Call, Verb } from './commands/command.ts';
import { splitPairs } from './core/inputs.ts';
import type { Site } from './core/site.ts';
import { Stop } from './core/stop.ts';
import { t } from './core/text.ts';
import type { Options } from './main-args.ts';
import { type Output, openTalk } from './main-output.ts';
import type { Signals } from './main-signals.ts';
import { emptySite, findOperator, findSite, loadSite, noSite } from './main-site.ts';
import { openKeep } from './world/keep.ts';
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
  const site = await siteFor(verb, args, text('site'));
  if (!site) return undefined;
  if (!output.chosen && site.name !== '') output.language = site.language;
  const account = accountName();
  const keep = openKeep({ site, account });
  const operator = verb.site === 'none' ? '' : await findOperator(keep, text('as'), account);
  insistOnOperator(verb, options, operator, account);
  const given = Array.isArray(options.answer) ? options.answer : [];
  const world = buildWorld({
    site,
    keep,
    answers: answersOf(given),
    yes: options.yes === true,
    input: options.input !== false,
    dictionary: output.dictionary(),
    signal: signals.signal,
  });
  const talk = await openTalk(output, options.verbose === true || (verb.kind === 'acting' && !output.json));
  const session = { world, site, operator, signal: signals.signal, ...talk };
  return { args, options, session, execute: options.execute === true };
}

async function siteFor(verb: Verb, args: readonly string[], flag: string | undefined): Promise<Site | undefined> {
  if (verb.site === 'none' && verb.arguments?.[0]?.name === 'dir') return emptySite(resolve(args[0] ?? '.'));
  const dir = findSite(flag);
  if (verb.site === 'none') return emptySite(dir ?? process.cwd());
  if (dir !== undefined) return loadSite(dir);
  if (verb.name === '' && verb.kind === 'reading' && verb.site === undefined) return undefined;
  throw noSite();
}

/** What records or changes something needs a name to record it under; looking and rehearsing do not. */
function insistOnOperator(verb: Verb, options: Options, operator: string, account: string): void {
  if (operator !== '' || verb.site === 'none' || verb.kind === 'reading') return;
  if (verb.kind === 'acting' && options.execute !== true) return;
  throw new Stop('refused', t('No operator is mapped to the account {account}, and --as names none.', { account }), {
    notDone: t('Nothing was done.'),
    next: ['gxops operator list', 'gxops --as OPERATOR …'],
  });
}

function answersOf(given: readonly string[]): Record<string, string> {
  const pairs = Object.entries(splitPairs('--answer', given));
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
