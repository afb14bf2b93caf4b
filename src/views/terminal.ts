/** A Report on a terminal: the verdict first, what to type next last; off a terminal the same lines plain, unwrapped and unboxed. */
import type { Report } from '../core/report.ts';
import type { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { EXIT, type Verdict } from '../core/verdict.ts';
import { widthOf } from '../core/width.ts';
import { paintFor, toneOf } from './colour.ts';
import { type How, roomOf, say, sayLine } from './how.ts';
import { factLines, flow } from './terminal/block.ts';
import { drawSection } from './terminal/section.ts';
import { VERDICT_WORDS } from './words.ts';

export type { How } from './how.ts';

/** The report as lines, ending in a newline. A report that is one verbatim text and nothing else is that text alone: made to be piped. */
export function drawTerminal(report: Report, how: How): string {
  const [only] = report.sections;
  if (report.sections.length === 1 && only?.kind === 'verbatim' && only.heading === undefined) {
    return ended(say(only.text, how));
  }
  const blocks = [headOf(report, how), ...report.sections.map((section) => drawSection(section, how))];
  const shown = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  const foot = [...footOf(report, shown, how), ...nextBlock(report.next, how)];
  return `${[...shown, ...foot].join('\n\n')}\n`;
}

/** On a terminal a long report has scrolled its head away: the verdict again, above what to type next. */
function footOf(report: Report, shown: readonly string[], how: How): string[] {
  const long = shown.join('\n\n').split('\n').length > 20;
  return how.columns > 0 && long ? [marked(report.verdict, report.title, how).join('\n')] : [];
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function headOf(report: Report, how: How): string[] {
  const exit = report.exit ?? EXIT[report.verdict];
  const facts = [...(report.run === undefined ? [] : [`${say(t('run'), how)} ${sayLine(report.run, how)}`])];
  facts.push(`${say(t('exit code'), how)} ${exit}`);
  return [...marked(report.verdict, report.title, how), paintFor(how.colour).dim(facts.join('  '))];
}

function marked(verdict: Verdict, title: Text, how: How): string[] {
  const paint = paintFor(how.colour);
  const mark = `[${say(VERDICT_WORDS[verdict], how)}]`;
  return flow(mark, paint[toneOf(verdict)], say(title, how), how, paint.bold);
}

function nextBlock(next: readonly string[] | undefined, how: How): string[] {
  if (next === undefined || next.length === 0) return [];
  const paint = paintFor(how.colour);
  const lines = next.flatMap((command) => continued(sayLine(command, how), roomOf(how) - 2));
  return [[paint.bold(say(t('next:'), how)), ...lines.map((line) => `  ${line}`)].join('\n')];
}

/** A command is there to be copied: too long for the screen, it goes on behind the shell's own mark, before a flag. */
function continued(command: string, room: number): string[] {
  const lines: string[] = [];
  for (const part of widthOf(command) > room ? command.split(/ (?=--)/) : [command]) {
    const line = lines.at(-1);
    if (line !== undefined && widthOf(`${line} ${part} \\`) <= room) lines[lines.length - 1] = `${line} ${part}`;
    else lines.push(line === undefined ? part : `  ${part}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

/** A refusal or an error for stderr: what failed and where, what was not done, what is safe, what to type. */
export function drawStop(stop: Stop, how: How): string {
  const { notDone, safe, next } = stop.detail;
  const facts: [Text, Text | undefined][] = [
    [t('at'), placeOf(stop)],
    [t('not done'), notDone ?? (stop.verdict === 'usage' ? t('nothing was touched') : undefined)],
    [t('safe'), safe],
  ];
  const told = facts.flatMap(([label, text]) => (text === undefined ? [] : [[label, text] as const]));
  const head = [...marked(stop.verdict, stop.text, how), ...factLines(told, how, 2)].join('\n');
  return `${[head, ...nextBlock(next, how)].join('\n')}\n`;
}

/** `file:line:column`, as an editor takes it. */
export function placeOf(stop: Stop): string | undefined {
  const place = stop.detail.place;
  if (place === undefined) return undefined;
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
