/** Where the last of the typed words stands: a noun, a verb, a flag, the value of a flag or an argument. Pure, from the nouns' data. */
import type { Noun, Option, Values, Verb } from '../command.ts';
import { EVERYWHERE } from '../everywhere.ts';

/** `before` is put before each candidate (`--host=`, `host=`), `typed` is what is there already. */
export interface Place {
  readonly typed: string;
  readonly before: string;
  readonly words?: readonly string[];
  readonly values?: Values;
}

const long = (option: Option): string => /--[\w-]+/.exec(option.flags)?.[0] ?? option.flags;
const takesValue = (option: Option): boolean => option.flags.includes('<');

/** The place of the last word; `words` are without the program's name, the last may be empty. */
export function placeOf(words: readonly string[], nouns: readonly Noun[]): Place {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const plain = plainWords(before, nouns);
  const noun = nouns.find(({ name }) => name === plain[0]);
  const verb = verbOf(noun, plain[1]);
  const flags = [...(verb?.options ?? []), ...EVERYWHERE];
  const asked = flagBefore(before, typed, flags);
  if (asked !== undefined) return valuePlace(asked.option, asked.given, asked.lead, typed);
  if (typed.startsWith('-')) return { typed, before: '', words: flags.map(long) };
  if (plain[0] === 'help') return { typed, before: '', words: helpWords(plain.slice(1), nouns) };
  if (plain.length === 0) return { typed, before: '', words: [...nouns.map(({ name }) => name), 'help'] };
  if (noun !== undefined && verb === undefined) return { typed, before: '', words: noun.verbs.map(({ name }) => name) };
  return argumentPlace(verb, plain.length - (verb?.name === '' ? 1 : 2), typed);
}

function verbOf(noun: Noun | undefined, word: string | undefined): Verb | undefined {
  return noun?.verbs.find(({ name }) => name === '') ?? noun?.verbs.find(({ name }) => name === word);
}

/** The words that are neither flags nor their values. */
function plainWords(words: readonly string[], nouns: readonly Noun[]): string[] {
  const options = [...EVERYWHERE, ...nouns.flatMap(({ verbs }) => verbs.flatMap((verb) => verb.options ?? []))];
  const valued = new Set(options.filter(takesValue).map(long));
  const found: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (valued.has(word)) i++;
    else if (!word.startsWith('-')) found.push(word);
  }
  return found;
}

interface Asked {
  readonly option: Option;
  readonly given: string;
  readonly lead: string;
}

/** The flag whose value is being typed: the word before, or the one before `=`. */
function flagBefore(before: readonly string[], typed: string, flags: readonly Option[]): Asked | undefined {
  const [, name, given] = /^(--[\w-]+)=(.*)$/s.exec(typed) ?? [];
  const word = name ?? before.at(-1);
  const option = flags.find((one) => takesValue(one) && long(one) === word);
  if (option === undefined) return undefined;
  return name === undefined ? { option, given: typed, lead: '' } : { option, given: given ?? '', lead: `${name}=` };
}

function valuePlace(option: Option, given: string, lead: string, typed: string): Place {
  if (option.choices !== undefined) return { typed, before: lead, words: option.choices };
  // `--input host=…`: the inputs that take a name from site.yml carry its kind as their name.
  const [, name] = /^(\w+)=/.exec(given) ?? [];
  const values = NAMED[name ?? ''];
  if (long(option) === '--input' && values !== undefined) return { typed, before: `${lead}${name}=`, values };
  if (option.complete === undefined) return { typed, before: lead };
  return { typed, before: option.complete === 'files' ? '' : lead, values: option.complete };
}

const NAMED: Readonly<Record<string, Values>> = {
  host: 'hosts',
  database: 'databases',
  from: 'databases',
  to: 'databases',
};

function argumentPlace(verb: Verb | undefined, index: number, typed: string): Place {
  const declared = verb?.arguments ?? [];
  const argument = declared[index] ?? (declared.at(-1)?.name.endsWith('...') ? declared.at(-1) : undefined);
  return argument?.complete === undefined ? { typed, before: '' } : { typed, before: '', values: argument.complete };
}

function helpWords(words: readonly string[], nouns: readonly Noun[]): string[] {
  if (words.length === 0) return ['all', 'exit-codes', ...nouns.map(({ name }) => name)];
  const noun = nouns.find(({ name }) => name === words[0]);
  return words.length > 1 ? [] : (noun?.verbs ?? []).map(({ name }) => name).filter((name) => name !== '');
}
