/** Saved statements: their header, and patterns that could keep the tool busy for ever. */
import { describe, expect, it } from 'vitest';
import { misfit, parseTemplate } from '../../src/rules/extract-template.ts';

const withPattern = (pattern: string) =>
  parseTemplate(`-- title: x\n-- input a string ${pattern} : x\nselect 1`, 'a.sql');

describe('56 patterns', () => {
  it.each([
    '(a+)+',
    '(a|aa)+',
    '(a*)*b',
    '(?:x+x+)+y',
    'a*a*a*b',
    '([a-z]+){2,}',
    `${'a?'.repeat(150)}`,
  ])('that can take for ever are refused: %s', (pattern) => {
    expect(() => withPattern(pattern)).toThrow();
  });

  it.each([
    '[0-9]{8}|[0-9]{20}',
    '[0-9A-Z]{18}',
    '.*',
    '\\+[0-9]+',
    '[*+]{1,3}',
    '([A-Z]{2})?[0-9]+',
  ])('that end are taken: %s', (pattern) => {
    const [input] = withPattern(pattern).inputs;
    expect(input?.match).toBe(pattern);
  });

  it('a very long value fits none', () => {
    const [input] = withPattern('.*').inputs;
    expect(input && misfit(input, 'x'.repeat(200))).toBeUndefined();
    expect(input && misfit(input, 'x'.repeat(201))).toBe('.*');
  });
});
