/** Help: of the program, of a noun, of a verb, and the table of exit codes. */
import type { Noun, Verb } from './commands/command.ts';
import { EVERYWHERE } from './commands/everywhere.ts';
import { notAllowed } from './core/nearest.ts';
import { type Dictionary, speak, type Text, t } from './core/text.ts';
import { EXIT, type Verdict } from './core/verdict.ts';

type Say = (text: Text) => string;

/** The help for the words behind `help`: none, `all`, `exit-codes`, a noun, a noun and its verb. */
export function helpFor(words: readonly string[], nouns: readonly Noun[], dictionary: Dictionary): string {
  const say: Say = (text) => speak(text, dictionary);
  const [first, second] = words.filter((word) => word !== '' && !word.startsWith('-'));
  if (first === undefined) return overview(nouns, ['do', 'watch', 'desk'], say);
  if (first === 'all') return overview(nouns, ['do', 'watch', 'desk', 'rest'], say, ALL);
  if (first === 'exit-codes') return exitCodes(say);
  const noun = nouns.find((one) => one.name === first);
  const known = nouns.map(({ name }) => name);
  if (!noun) throw notAllowed('gxops help', first, ['all', 'exit-codes', ...known], ['gxops help all']);
  const own = noun.verbs.find(({ name }) => name === '');
  if (own) return ofVerb(noun, own, say);
  if (second === undefined) return ofNoun(noun, say);
  const verb = noun.verbs.find(({ name }) => name === second);
  const verbs = noun.verbs.map(({ name }) => name);
  if (!verb) throw notAllowed(`gxops help ${first}`, second, verbs, [`gxops help ${first}`]);
  return ofVerb(noun, verb, say);
}

/** What every terminal has. */
const SCREEN = 80;

/** Our own sentences, Latin or Chinese, at most `room` columns a line. The exact widths of core cost more than all the rest of the start. */
function wrap(text: string, room: number): string[] {
  const lines = [''];
  let used = 0;
  for (const piece of text.match(/[\u2e80-\uffff][，。；：、）》]*|[^\s\u2e80-\uffff]+|\s+/g) ?? []) {
    const width = widthOf(piece);
    if (used + width > room && used > 0) {
      lines.push('');
      used = 0;
    }
    if (used === 0 && piece.trim() === '') continue;
    lines[lines.length - 1] += piece;
    used += width;
  }
  return lines.map((line) => line.trimEnd());
}

/** A command to be copied: too long for the screen, it goes on behind the shell's own mark, before a flag. */
function copied(command: string): string[] {
  const lines: string[] = [];
  for (const part of command.split(/ (?=--)/)) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(`${line} ${part}`) <= SCREEN - 4) lines[lines.length - 1] = `${line} ${part}`;
    else lines.push(`${line === undefined ? '' : '  '}${part}`);
  }
  return lines.map((line, index) => `  ${line}${index < lines.length - 1 ? ' \\' : ''}`);
}

const widthOf = (text: string): number => [...text].reduce((sum, glyph) => sum + (glyph >= '\u2e80' ? 2 : 1), 0);

/** Two columns, the right one wrapped to the screen; the left one is always ASCII. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(30, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrap(right, SCREEN - width - 4);
    const below = (line: string) => `  ${' '.repeat(width)}  ${line}`;
    if (left.length > width) return [`  ${left}`, below(first), ...rest.map(below)];
    return [`  ${left.padEnd(width)}  ${first}`, ...rest.map(below)];
  });
}

const HEADINGS: Readonly<Record<Noun['group'], Text>> = {
  do: t('Do'),
  watch: t('Watch'),
  desk: t('Desk'),
  rest: t('The rest'),
};

function overview(nouns: readonly Noun[], groups: readonly Noun['group'][], say: Say, end = END): string {
  const lines = [say(t('gxops: guided, recorded, reversible operations')), '', 'gxops NOUN VERB [flags]'];
  for (const group of groups) {
    const members = nouns.filter((noun) => noun.group === group);
    if (members.length > 0) lines.push('', say(HEADINGS[group]));
    if (members.length > 0) lines.push(...columns(members.map(({ name, title }) => [name, say(title)])));
  }
  lines.push('', say(end));
  return page(lines);
}

const MORE = { all: 'gxops help all', noun: 'gxops help NOUN', codes: 'gxops help exit-codes' };
const END = t('Nothing changes without --execute. More: {all}, {noun}, {codes}', MORE);
/** Below the whole list there is nothing more to list. */
const ALL = t('Nothing changes without --execute. More: {noun}, {codes}', MORE);

function ofNoun(noun: Noun, say: Say): string {
  const rows = noun.verbs.map(
    (verb) => [callOf(noun, verb), `${say(verb.title)} (${say(verb.changes ?? KINDS[verb.kind])})`] as const,
  );
  const lines = [`gxops ${noun.name}: ${say(noun.title)}`, '', ...columns(rows)];
  return page([...lines, '', say(t('More: {command}', { command: `gxops help ${noun.name} VERB` }))]);
}

const KINDS: Readonly<Record<Verb['kind'], Text>> = {
  reading: t('changes nothing'),
  recording: t('writes the journal only'),
  acting: t('rehearses without --execute'),
};

function callOf(noun: Noun, verb: Verb): string {
  const words = (verb.arguments ?? []).map(({ name, optional }) =>
    optional ? `[${name.toUpperCase()}]` : name.toUpperCase(),
  );
  return [noun.name, verb.name, ...words].filter((word) => word !== '').join(' ');
}

function ofVerb(noun: Noun, verb: Verb, say: Say): string {
  const lines = [`gxops ${callOf(noun, verb)}`, '', `${say(verb.title)} (${say(verb.changes ?? KINDS[verb.kind])})`];
  if (verb.examples?.length) lines.push('', say(t('Examples')), ...verb.examples.flatMap(copied));
  const given = (verb.arguments ?? []).map(({ name, title }) => [name.toUpperCase(), say(title)] as const);
  if (given.length > 0) lines.push('', say(t('Words')), ...columns(given));
  if (verb.options?.length)
    lines.push('', say(t('Flags')), ...columns(verb.options.map((option) => flagRow(option, say))));
  return page([...lines, '', say(t('Everywhere')), ...columns(EVERYWHERE.map((option) => flagRow(option, say)))]);
}

function flagRow(
  option: { flags: string; title: Text; choices?: readonly string[] },
  say: Say,
): readonly [string, string] {
  const choices = option.choices ? `: ${option.choices.join(', ')}` : '';
  return [option.flags.replace('...>', '>…'), `${say(option.title)}${choices}`];
}

const MEANINGS: readonly (readonly [Verdict, Text])[] = [
  ['done', t('finished; the latest findings all pass')],
  ['findings', t('finished; a warn or fail stands, or differences were found')],
  ['usage', t('not understood, or invalid file; nothing touched')],
  ['refused', t('a gate said no; nothing further touched')],
  ['waiting', t('suspended until a person approves, answers or decides; resumable')],
  ['undone', t('the run was undone, because it failed or because you asked; verified')],
  ['half-done', t('a person is needed; the report lists the remaining steps')],
  ['in-doubt', t('it is not known whether a deed happened; a decision is needed')],
  ['unreachable', t('something that decides could not be looked at')],
  ['failed', t('it failed; the state is known and nothing was left half-done')],
  ['bug', t('a fault of gxops; a report is prepared, redacted')],
  ['interrupted', t('by a signal (129 hang-up, 130 Ctrl-C, 143 terminate); resumable')],
];

function exitCodes(say: Say): string {
  const rows = MEANINGS.map(
    ([verdict, text]) => [`${String(EXIT[verdict]).padStart(3)} ${verdict}`, say(text)] as const,
  );
  return page([say(t('Exit codes: what state is the system in?')), '', ...columns(rows)]);
}

const page = (lines: readonly string[]): string =>
  `${lines.flatMap((line) => (line.startsWith('  ') ? [line] : wrap(line, SCREEN))).join('\n')}\n`;
