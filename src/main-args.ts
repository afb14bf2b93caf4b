/** The words of the command line, understood: which noun and verb, which flags, or a Stop that names the nearest. */
import { Command, CommanderError, Option as Flag } from 'commander';
import type { Noun, Option, Verb } from './commands/command.ts';
import { EVERYWHERE } from './commands/everywhere.ts';
import { nearest, notAllowed } from './core/nearest.ts';
import { Stop } from './core/stop.ts';
import { t } from './core/text.ts';

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Where the words lead. `noun` undefined: home. `verb` undefined with a noun: its help. `rest`: all words but those two. */
export interface Route {
  readonly noun?: Noun;
  readonly verb?: Verb;
  readonly rest: readonly string[];
}

const long = (option: Option): string => /--[\w-]+/.exec(option.flags)?.[0] ?? option.flags;
const takesValue = (option: Option): boolean => option.flags.includes('<');
const repeats = (option: Option): boolean => option.flags.includes('...');

/** Finds noun and verb among the words; Stop('usage') with the nearest name for unknown ones. */
export function route(words: readonly string[], nouns: readonly Noun[]): Route {
  const [first, second] = bareWords(words);
  if (first === undefined) return { rest: words };
  const name = words[first] ?? '';
  const noun = nouns.find((one) => one.name === name);
  const known = nouns.map((one) => one.name);
  if (!noun) throw notAllowed('gxops', name, [...known, 'help'], ['gxops help all']);
  const own = noun.verbs.find((verb) => verb.name === '');
  if (own) return { noun, verb: own, rest: words.toSpliced(first, 1) };
  if (second === undefined) return { noun, rest: words.toSpliced(first, 1) };
  const verb = noun.verbs.find((one) => one.name === words[second]);
  const verbs = noun.verbs.map((one) => one.name);
  if (!verb) throw notAllowed(`gxops ${name}`, words[second] ?? '', verbs, [`gxops help ${name}`]);
  return { noun, verb, rest: words.toSpliced(second, 1).toSpliced(first, 1) };
}

/** Places of the words that are neither a flag nor the value of a flag that is known everywhere. */
export function bareWords(words: readonly string[]): number[] {
  const valued = new Set(EVERYWHERE.filter(takesValue).map(long));
  const places: number[] = [];
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    if (valued.has(words[i] ?? '')) i++;
    else if (!words[i]?.startsWith('-')) places.push(i);
  }
  return places;
}

/** Whether `flag` (its long or short form) stands among the words before a `--`. */
export function asks(words: readonly string[], ...flags: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some((word) => flags.includes(word));
}

/** The value of a flag known everywhere, found without judging the other words: for what must be known before they are judged. */
export function early(words: readonly string[], flag: string): string | undefined {
  const place = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const word = words[place];
  return word === undefined ? undefined : word === flag ? words[place + 1] : word.slice(flag.length + 1);
}

/** Options and arguments of a verb, and the flags known everywhere; a verb's own flag hides the general one of its name. */
export function parse(verb: Verb, label: string, words: readonly string[]): { args: string[]; options: Options } {
  const own = verb.options ?? [];
  const hidden = new Set(own.map(long));
  const all = [...own, ...EVERYWHERE.filter((option) => !hidden.has(long(option)))];
  const command = new Command(label).helpOption(false).exitOverride().allowExcessArguments(false);
  command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  for (const argument of verb.arguments ?? []) {
    const name = argument.name;
    command.argument(argument.optional ? `[${name}]` : `<${name}>`);
  }
  for (const option of all) command.addOption(flagOf(option));
  try {
    command.parse(spread(words, all, verb), { from: 'user' });
  } catch (cause) {
    if (cause instanceof CommanderError) throw misfit(cause, verb, label, all);
    throw cause;
  }
  const options = command.opts<Record<string, string | boolean | readonly string[]>>();
  for (const option of all) checkChoice(option, options);
  return { args: command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string'), options };
}

/** A repeated flag collects; commander's own lists would swallow the arguments behind them. */
function flagOf(option: Option): Flag {
  const flag = new Flag(option.flags.replace('...', ''));
  return repeats(option) ? flag.argParser((value: string, sofar: string[] = []) => [...sofar, value]) : flag;
}

/** `--role a b` becomes `--role a --role b` where the further words can be nothing else. */
function spread(words: readonly string[], all: readonly Option[], verb: Verb): string[] {
  const end = words.indexOf('--');
  const known = new Map(all.map((option) => [long(option), option]));
  const wanted = (verb.arguments ?? []).some(({ name }) => name.endsWith('...'))
    ? Infinity
    : (verb.arguments?.length ?? 0);
  const out: string[] = [];
  let seen = 0;
  let list: Option | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const option = known.get(word);
    if (end >= 0 && i >= end) out.push(word);
    else if (option && takesValue(option)) {
      out.push(word, ...words.slice(i + 1, ++i + 1));
      list = repeats(option) ? option : undefined;
    } else if (word.startsWith('-')) {
      out.push(word);
      list = undefined;
    } else if (list && (list.flags.includes('=') ? word.includes('=') : seen >= wanted)) out.push(long(list), word);
    else {
      out.push(word);
      list = undefined;
      seen++;
    }
  }
  return out;
}

function checkChoice(option: Option, options: Options): void {
  if (!option.choices) return;
  const name = long(option)
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  for (const value of [options[name] ?? []].flat()) {
    if (typeof value === 'string' && !option.choices.includes(value))
      throw notAllowed(long(option), value, option.choices);
  }
}

/** commander's complaint as a Stop that names the flag, what is allowed and what to type. */
function misfit(cause: CommanderError, verb: Verb, label: string, all: readonly Option[]): Stop {
  const word = /'([^']*)'/.exec(cause.message)?.[1] ?? '';
  const flags = all.map(long);
  const next = [`${label} --help`];
  const nothing = { notDone: t('Nothing was done.'), next };
  if (cause.code === 'commander.unknownOption') {
    const near = nearest(word, flags);
    const text = near
      ? t('{label}: {flag} is not a flag of this command. Did you mean {near}?', { label, flag: word, near })
      : t('{label}: {flag} is not a flag of this command. Allowed: {allowed}.', {
          label,
          flag: word,
          allowed: flags.join(', '),
        });
    return new Stop('usage', text, nothing);
  }
  if (cause.code === 'commander.missingArgument')
    return new Stop('usage', t('{label}: {name} is missing.', { label, name: word.toUpperCase() }), nothing);
  if (cause.code === 'commander.optionMissingArgument')
    return new Stop('usage', t('{label}: {flag} needs a value.', { label, flag: word }), nothing);
  if (cause.code === 'commander.excessArguments') {
    const usage = [label, ...(verb.arguments ?? []).map(({ name }) => name.toUpperCase())].join(' ');
    return new Stop('usage', t('{label}: too many words. Allowed: {usage}.', { label, usage }), nothing);
  }
  return new Stop('usage', t('{label}: {why}', { label, why: cause.message.replace(/^error: /, '') }), nothing);
}
