/** The language of `when` and `expect`: what it means, what it refuses, and that it always ends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speak } from '../../src/core/text.ts';
import { type Kind, parseExpression, type Value } from '../../src/rules/expression.ts';
import { evaluate } from '../../src/rules/expression-value.ts';

const KINDS = new Map<string, Kind>([
  ['code', 'number'],
  ['stdout', 'text'],
  ['inputs.deep', 'boolean'],
  ['inputs.names', 'list'],
  ['answers.one-two', 'text'],
]);
const VALUES: Record<string, Value> = { code: 3, stdout: '42', 'inputs.deep': true, 'inputs.names': ['a', 'b'] };
const of = (text: string) => {
  const { expression, trouble } = parseExpression(text, KINDS);
  if (trouble !== undefined) throw new Error(speak(trouble.message));
  return evaluate(expression, (name) => VALUES[name]);
};

describe('meaning', () => {
  it.each<[string, boolean | undefined]>([
    ['code == 3', true],
    ['code != 3', false],
    ['code < 3 or code >= 3', true],
    ['stdout > 41.5', true],
    ["stdout == '42'", true],
    ['stdout == 42', true],
    ["stdout in ['41', '42']", true],
    ["'a' in inputs.names and not ('c' in inputs.names)", true],
    ['inputs.deep', true],
    ['not inputs.deep', false],
    ['inputs.deep == false', false],
    ["not stdout == 'x' and code == 3", true],
    ['code == 1 and code == 3 or code == 3', true],
    ["answers.one-two == 'x'", undefined],
    ["answers.one-two == 'x' or code == 3", true],
    ["answers.one-two == 'x' and code == 1", false],
    ["not answers.one-two == 'x'", undefined],
    ["stdout < 'x'", undefined],
    ['true', true],
  ])('%s is %s', (text, wanted) => {
    expect(of(text)).toBe(wanted);
  });
});

describe('refused', () => {
  it.each([
    ['code', 'must be a comparison'],
    ['stdout == active', 'active is not known'],
    ['code == ', 'ends too early'],
    ['code = 3', 'Not understood from'],
    ['(code == 3', 'ends too early'],
    ['code == 3)', '")" is not expected here'],
    ['code == 3 code', '"code" is not expected here'],
    ['inputs.deep > 1', 'cannot compare boolean with number'],
    ["stdout in 'x'", 'cannot compare text with text'],
    ['stdout and inputs.deep', 'Beside and, or, not'],
    ['not code', 'Beside and, or, not'],
    ["'a' in ['a' 'b']", 'is not expected here'],
    ['', 'ends too early'],
    [`${'not '.repeat(80)}inputs.deep`, 'Nested too deeply'],
    ['x'.repeat(600), 'Longer than 500'],
    ['process.exit()', 'process.exit is not known'],
  ])('%s', (text, message) => {
    const { trouble } = parseExpression(text, KINDS);
    expect(trouble && speak(trouble.message)).toContain(message);
  });

  it('names the nearest known name', () => {
    expect(parseExpression('stdotu == 1', KINDS).trouble?.nearest).toBe('stdout');
  });
});

it('any text is understood or refused, and what is understood has an answer', () => {
  const word = fc.constantFrom(
    'code',
    'stdout',
    'and',
    'or',
    'not',
    'in',
    '==',
    '<',
    '(',
    ')',
    '[',
    ']',
    ',',
    "'a'",
    '3',
    'true',
    'inputs.deep',
    'inputs.names',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (given) => {
      const { expression, trouble } = parseExpression(given, KINDS);
      expect((expression === undefined) !== (trouble === undefined)).toBe(true);
      if (expression !== undefined)
        expect([true, false, undefined]).toContain(evaluate(expression, (name) => VALUES[name]));
    }),
    { numRuns: 500 },
  );
});
