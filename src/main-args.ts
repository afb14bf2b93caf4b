/** Where the words of the command line lead, found without judging the flags. */
import type { Noun, Option, Verb } from './commands/command.ts';
import { EVERYWHERE } from './commands/everywhere.ts';
import { notAllowed } from './core/nearest.ts';

export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Where the words lead. `noun` undefined: home. `verb` undefined with a noun: its help. `rest`: all words but those two. */
export interface Route {
  readonly noun?: Noun;
  readonly verb?: Verb;
  readonly rest: readonly string[];
}

/** The long spelling of a flag, e.g. `--input`. */
export const long = (option: Option): string => /--[\w-]+/.exec(option.flags)?.[0] ?? option.flags;
/** Whether a flag is followed by a value. */
export const takesValue = (option: Option): boolean => option.flags.includes('<');

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
