/** Inputs: every type accepts what it should, refuses the rest by flag, value and what is allowed, and never throws anything else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/core/input.ts';
import { isDate, parseInputs, splitPairs } from '../../src/core/inputs.ts';
import type { Site } from '../../src/core/site.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';

const site = {
  hosts: { app01: { connect: 'hand' }, local: { connect: 'local' } },
  databases: {},
  redis: {},
} as unknown as Site;

function input(type: Input['type'], more: Partial<Input> = {}): Input {
  return { name: 'x', title: 'what it is', type, ...more };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Stop && error.verdict === 'usage') return speak(error.text);
    throw error;
  }
  throw new Error('not refused');
}

describe('parseInputs', () => {
  it.each([
    [input('string'), 'any', 'any'],
    [input('string', { match: '[a-z]+' }), 'abc', 'abc'],
    [input('integer'), '-12', -12],
    [input('boolean'), 'yes', true],
    [input('boolean'), 'false', false],
    [input('date'), '2028-02-29', '2028-02-29'],
    [input('enum', { choices: ['a', 'b'] }), 'b', 'b'],
    [input('list'), 'a, b,,c', ['a', 'b', 'c']],
    [input('host'), 'app01', 'app01'],
  ])('%j takes %j', (declared, raw, value) => {
    expect(parseInputs([declared], { x: raw }, site)).toEqual({ x: value });
  });

  it.each([
    [input('string', { match: '[a-z]+' }), 'abc1', '[a-z]+'],
    [input('integer'), '1.5', 'whole number'],
    [input('integer'), '1e3', 'whole number'],
    [input('integer'), '', 'whole number'],
    [input('boolean'), 'toString', 'true or false'],
    [input('date'), '2026-02-29', 'YYYY-MM-DD'],
    [input('enum', { choices: ['alpha', 'beta'] }), 'alhpa', 'Did you mean “alpha”'],
    [input('list', { choices: ['alpha', 'beta'] }), 'alpha,bta', 'Did you mean “beta”'],
    [input('list', { match: '\\d+' }), '1,x', '\\d+'],
    [input('host'), 'app1', 'Did you mean “app01”'],
    [input('host'), '__proto__', 'app01, local'],
    [input('database'), 'inv', 'it names none'],
  ])('%j refuses %j', (declared, raw, allowed) => {
    const said = refusal(() => parseInputs([declared], { x: raw }, site));
    expect(said).toContain('--input x');
    expect(said).toContain(allowed);
  });

  it('fills in defaults, leaves out what nobody gave, and insists on what is required', () => {
    const declared = [input('integer', { default: 3 }), { ...input('string'), name: 'y' }];
    expect(parseInputs(declared, {}, site)).toEqual({ x: 3 });
    expect(refusal(() => parseInputs([input('host', { required: true })], {}, site))).toContain(
      '--input x=… is missing',
    );
  });

  it('refuses a name that is not declared, naming the nearest', () => {
    expect(refusal(() => parseInputs([{ ...input('host'), name: 'host' }], { hots: 'local' }, site))).toContain(
      '“host”',
    );
    expect(refusal(() => parseInputs([], { constructor: 'x' }, site))).toContain('takes no inputs');
  });

  it('any text for any type: a value of that type or a usage Stop', () => {
    const types = ['string', 'integer', 'boolean', 'enum', 'list', 'date', 'host', 'redis'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.string({ unit: 'grapheme' }), (type, raw) => {
        try {
          const { x } = parseInputs([input(type, { choices: ['a'] })], { x: raw }, site);
          if (type === 'integer') expect(Number.isSafeInteger(x)).toBe(true);
          if (type === 'date') expect(isDate(String(x))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Stop);
        }
      }),
    );
  });
});

describe('splitPairs', () => {
  it('keeps everything behind the first =, and collects repeats', () => {
    expect(splitPairs('--input', ['a=b=c', 'l=1', 'l=2'])).toEqual({ a: 'b=c', l: ['1', '2'] });
    for (const word of ['', 'a', '=b']) expect(refusal(() => splitPairs('--input', [word]))).toContain('NAME=VALUE');
  });

  it('no word can become anything but an own member', () => {
    const pairs = splitPairs('--input', ['__proto__=x']);
    expect(Object.getPrototypeOf(pairs)).toBe(Object.prototype);
    expect(Object.keys(pairs)).toEqual(['__proto__']);
  });
});
