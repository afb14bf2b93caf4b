/** What a look of a YAML runbook found, judged: true, false, or not to be told. Pure; the runbook's step does the looking. */
import { type Text, t } from '../core/text.ts';
import type { FileSeen, Output } from '../core/world.ts';
import { type Kind, parseExpression, type Value } from './expression.ts';
import { evaluate, numberOf } from './expression-value.ts';
import type { LookSource } from './runbook-definition.ts';
import { patternOf } from './substitution.ts';

/** The look with every place filled in. */
export type FilledLook = Omit<LookSource, 'host'>;

export interface Judgement {
  /** undefined: it cannot be told, which is never a pass. */
  readonly holds: boolean | undefined;
  readonly found: Text;
  readonly wanted: Text;
}

const MOST_SHOWN = 200;

/** A program's output against `code`, `expect`, `equals`, `contains`, `matches`, `atMost`, `atLeast`; without `expect` or `code`, 0 is wanted. */
export function judgeCommand(
  look: FilledLook,
  output: Output,
  kinds: ReadonlyMap<string, Kind>,
  values: (name: string) => Value | undefined,
): Judgement {
  const stdout = output.stdout.trimEnd();
  const found = t('exit code {code}: {output}', { code: output.code, output: shorten(stdout || output.stderr.trim()) });
  const parts: Part[] = [...textParts(look, stdout), ...numberParts(look, stdout)];
  const code = look.code ?? (look.expect === undefined ? 0 : undefined);
  if (code !== undefined) parts.unshift([output.code === code, t('exit code {code}', { code })]);
  if (look.expect !== undefined) {
    const { expression } = parseExpression(look.expect, withOutput(kinds));
    const given = (name: string) => (OUTPUT.has(name) ? outputValue(name, output, stdout) : values(name));
    parts.push([expression && evaluate(expression, given), look.expect]);
  }
  return { ...together(parts), found: butNot(found, parts) };
}

type Part = readonly [holds: boolean | undefined, wanted: Text];

/** The names that `expect` may use beside inputs and answers. */
const OUTPUT: ReadonlyMap<string, Kind> = new Map([
  ['code', 'number'],
  ['stdout', 'text'],
  ['stderr', 'text'],
]);

/** Names with those of a program's outcome. */
export function withOutput(kinds: ReadonlyMap<string, Kind>): ReadonlyMap<string, Kind> {
  return new Map([...kinds, ...OUTPUT]);
}

function outputValue(name: string, output: Output, stdout: string): Value {
  if (name === 'code') return output.code;
  return name === 'stdout' ? stdout : output.stderr.trimEnd();
}

/** A path as found against `present`, `mode`, `contains`, `equals`, `matches`; without any, it must be a file. */
export function judgeFile(look: FilledLook, seen: FileSeen): Judgement {
  const there = seen.kind === 'file';
  const text = there ? Buffer.from(seen.bytes).toString('utf8').trimEnd() : '';
  const mode = seen.kind === 'absent' ? '' : `0${(seen.mode & 0o7777).toString(8)}`;
  if (look.present === false) {
    const found = seen.kind === 'absent' ? t('not there') : t('a {kind} is there', { kind: seen.kind });
    return { holds: seen.kind === 'absent', found, wanted: t('not there') };
  }
  const parts: Part[] = [[there, t('a file')]];
  if (look.mode !== undefined)
    parts.push([
      there && Number.parseInt(mode, 8) === Number.parseInt(look.mode, 8),
      t('mode {mode}', { mode: look.mode }),
    ]);
  if (there) parts.push(...textParts(look, text));
  const found = there
    ? t('a file, mode {mode}', { mode })
    : seen.kind === 'absent'
      ? t('not there')
      : t('a {kind}', { kind: seen.kind });
  return { ...together(parts), found: butNot(found, parts) };
}

function textParts(look: FilledLook, text: string): Part[] {
  const parts: Part[] = [];
  if (look.equals !== undefined) parts.push([text === look.equals, t('equal to {text}', { text: look.equals })]);
  if (look.contains !== undefined)
    parts.push([text.includes(look.contains), t('containing {text}', { text: look.contains })]);
  if (look.matches !== undefined) {
    parts.push([patternOf(look.matches, 'mu').test(text), t('matching {pattern}', { pattern: look.matches })]);
  }
  return parts;
}

function numberParts({ atMost, atLeast }: FilledLook, text: string): Part[] {
  const number = numberOf(text);
  const parts: Part[] = [];
  if (atMost !== undefined)
    parts.push([number === undefined ? undefined : number <= atMost, t('at most {number}', { number: `${atMost}` })]);
  if (atLeast !== undefined)
    parts.push([
      number === undefined ? undefined : number >= atLeast,
      t('at least {number}', { number: `${atLeast}` }),
    ]);
  return parts;
}

/** What was found, with the first thing that does not hold of it. */
function butNot(found: Text, parts: readonly Part[]): Text {
  const failing = parts.find(([holds]) => holds !== true);
  return failing === undefined ? found : t('{found}; not {wanted}', { found, wanted: failing[1] });
}

/** All must hold; one that does not decides, else one that cannot be told. */
function together(parts: readonly Part[]): { holds: boolean | undefined; wanted: Text } {
  const answers = parts.map(([holds]) => holds);
  const holds = answers.includes(false) ? false : answers.includes(undefined) ? undefined : true;
  const wanted = parts.reduce<Text>(
    (before, [, part]) => (before === '' ? part : t('{a}, {b}', { a: before, b: part })),
    '',
  );
  return { holds, wanted };
}

/** What goes into the journal: one short line without secrets, and without the long numbers that identify people. */
function shorten(text: string): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(pass(?:word|wd)?|pwd|secret|token|api_?key)(\s*[=:]\s*)\S+/gi, '$1$2…')
    .replaceAll(/[0-9A-Z]*\d{10,}[0-9A-Z]*/g, (number) => `${number.slice(0, 3)}…`);
  return line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line;
}
