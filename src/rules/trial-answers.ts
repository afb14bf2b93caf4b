/** Answers that make a YAML runbook's looks hold or fail, found by trying: what `runbook test` plays it against. */
import type { InputValue } from '../core/input.ts';
import type { Output } from '../core/world.ts';
import { type Expression, type Kind, parseExpression, type Value } from './expression.ts';
import { judgeCommand, withOutput } from './look-judge.ts';
import type { AskSource, InputSource, LookSource } from './runbook-definition.ts';

/** A value for an input: its default, its example, its first choice, else a sample that its pattern takes; undefined where none is known. */
export function sampleInput(input: InputSource): InputValue | undefined {
  if (input.default !== undefined) return input.default;
  const samples = [input.example, input.choices?.[0], ...SAMPLES].filter((sample) => sample !== undefined);
  switch (input.type) {
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'date':
      return '2026-01-05';
    case 'list':
      return fitting(samples, input.match)?.split(',');
    case 'string':
      return fitting(samples, input.match);
    case 'enum':
      return input.choices?.[0];
    default:
      return TRIAL_HOST;
  }
}

/** The name of the host that trials play on where an input names one. */
export const TRIAL_HOST = 'trial';

const SAMPLES = [
  'sample',
  'a',
  '1',
  '/etc/sample.conf',
  'a=1',
  '2026-01-05',
  'A-1',
  '10.0.0.1',
  'GD-20260105-001',
  '100',
];

function fitting(samples: readonly string[], match: string | undefined): string | undefined {
  if (match === undefined) return samples[0];
  const pattern = new RegExp(match, 'u');
  return samples.find((sample) => pattern.test(sample));
}

/** An answer to a question; undefined where no sample fits its pattern. */
export function sampleAnswer({ confirm, options, match }: AskSource): boolean | string | undefined {
  if (confirm !== undefined) return true;
  return options === undefined ? fitting(SAMPLES, match) : Object.keys(options)[0];
}

/** An output under which the command's look holds (or, with `holds` false, does not); undefined where trying finds none. */
export function sampleOutput(
  look: Omit<LookSource, 'host'>,
  holds: boolean,
  kinds: ReadonlyMap<string, Kind>,
  values: (name: string) => Value | undefined,
): Output | undefined {
  for (const stdout of candidateTexts(look, kinds)) {
    for (const code of candidateCodes(look, kinds)) {
      const output = { code, stdout, stderr: '' };
      if (judgeCommand(look, output, kinds, values).holds === holds) return output;
    }
  }
  return undefined;
}

function candidateTexts(look: Omit<LookSource, 'host'>, kinds: ReadonlyMap<string, Kind>): string[] {
  const { equals, contains, matches, atMost, atLeast } = look;
  const numbers = [atMost, atLeast].filter((number) => number !== undefined);
  const plain = matches?.replaceAll(/^\^|\$$|\\[bB]|\(\?[:=!]/g, '').replaceAll(/\\([^\w])/g, '$1');
  const near = numbers.flatMap((number) => [number, number - 1, number + 1]).map(String);
  const literals = literalsIn(look, kinds).map(String);
  const numeric = literals
    .filter((text) => /^-?\d+$/.test(text))
    .flatMap((text) => [`${Number(text) - 1}`, `${Number(text) + 1}`]);
  const texts = [equals, contains, ...near, plain, ...literals, ...numeric, '', 'something else', ...SAMPLES];
  return [...new Set(texts.filter((text) => text !== undefined))];
}

function candidateCodes(look: Omit<LookSource, 'host'>, kinds: ReadonlyMap<string, Kind>): number[] {
  const literals = literalsIn(look, kinds).filter((value) => typeof value === 'number' && Number.isInteger(value));
  return [...new Set([look.code ?? 0, 0, 1, 3, ...literals.map(Number)])].filter((code) => code >= 0 && code <= 255);
}

/** Every literal of the look's `expect`: the borders at which it turns. */
function literalsIn({ expect }: Omit<LookSource, 'host'>, kinds: ReadonlyMap<string, Kind>): (string | number)[] {
  if (expect === undefined) return [];
  const { expression } = parseExpression(expect, withOutput(kinds));
  return expression === undefined ? [] : literals(expression);
}

function literals(expression: Expression): (string | number)[] {
  if (expression.op === 'name') return [];
  if (expression.op === 'not') return literals(expression.of);
  if (expression.op !== 'value') return [...literals(expression.left), ...literals(expression.right)];
  const { value } = expression;
  return typeof value === 'object' ? [...value] : typeof value === 'boolean' ? [] : [value];
}
