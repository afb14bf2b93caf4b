/** The flags and words of one verb, understood by commander, or a Stop that names the wrong one and the nearest. */
import { Command, CommanderError, Option as Flag } from 'commander';
import type { Option, Verb } from './commands/command.ts';
import { EVERYWHERE } from './commands/everywhere.ts';
import { nearest, notAllowed } from './core/nearest.ts';
import { Stop } from './core/stop.ts';
import { type Text, t } from './core/text.ts';
import { asks, long, type Options, takesValue } from './main-args.ts';

const repeats = (option: Option): boolean => option.flags.includes('...');

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
  for (const option of all) if (option.flags !== NO_INPUT) command.addOption(flagOf(option));
  const plain = spread(withoutNoInput(words), all, verb);
  checkValues(plain, all, label);
  try {
    command.parse(plain, { from: 'user' });
  } catch (cause) {
    if (cause instanceof CommanderError) throw misfit(cause, verb, label, all, command.args);
    throw cause;
  }
  const options = {
    ...command.opts<Record<string, string | boolean | readonly string[]>>(),
    noInput: asks(words, NO_INPUT),
  };
  for (const option of all) checkChoice(option, options);
  return { args: command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string'), options };
}

/** commander would take it for the opposite of a verb's own --input, and the one would undo the other. */
const NO_INPUT = '--no-input';

function withoutNoInput(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.filter((word, i) => word !== NO_INPUT || (end >= 0 && i > end));
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

/** Refused are a flag taken for the value of the one before it, and a second value where only one can count. */
function checkValues(words: readonly string[], all: readonly Option[], label: string): void {
  const known = new Map(all.map((option) => [long(option), option]));
  const seen = new Set<string>();
  const refused = (text: Text) =>
    new Stop('usage', text, { notDone: t('Nothing was done.'), next: [`${label} --help`] });
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const word = words[i] ?? '';
    const joined = word.includes('=');
    const flag = joined ? word.slice(0, word.indexOf('=')) : word;
    const option = known.get(flag);
    if (option === undefined || !takesValue(option)) continue;
    const next = words[i + 1];
    if (!joined && (next === undefined || known.has(next)))
      throw refused(t('{label}: {flag} needs a value.', { label, flag }));
    if (seen.has(flag) && !repeats(option))
      throw refused(t('{label}: {flag} is given twice. Allowed: one value.', { label, flag }));
    seen.add(flag);
    if (!joined) i++;
  }
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
function misfit(
  cause: CommanderError,
  verb: Verb,
  label: string,
  all: readonly Option[],
  args: readonly string[],
): Stop {
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
    const surplus = args[verb.arguments?.length ?? 0] ?? '';
    const text = t('{label}: “{surplus}” is one word too many. Allowed: {usage}.', { label, surplus, usage });
    return new Stop('usage', text, nothing);
  }
  return new Stop('usage', t('{label}: {why}', { label, why: cause.message.replace(/^error: /, '') }), nothing);
}
