/** The YAML reader: what it refuses, where it says things stand, and that no text makes it throw. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { speak } from '../../src/core/text.ts';
import { readYaml } from '../../src/rules/yaml.ts';

const messages = (text: string) => readYaml(text).problems.map(({ line, message }) => `${line}: ${speak(message)}`);

describe('places', () => {
  const source = readYaml('a: 1\nb:\n  - x\n  - c: {d: yes}\n');
  it('of keys and values, counted from 1', () => {
    expect(source.value).toEqual({ a: 1, b: ['x', { c: { d: 'yes' } }] });
    expect(source.at(['a'])).toEqual({ line: 1, column: 4 });
    expect(source.keyAt(['b'])).toEqual({ line: 2, column: 1 });
    expect(source.at(['b', 1, 'c', 'd'])).toEqual({ line: 4, column: 12 });
    expect(source.keyAt(['b', 1, 'c', 'd'])).toEqual({ line: 4, column: 9 });
  });

  it('of what is not there: its parent’s', () => {
    expect(source.keyAt(['b', 1, 'c', 'nothing'])).toEqual({ line: 4, column: 5 });
    expect(source.at(['nothing'])).toEqual({ line: 1, column: 1 });
  });
});

describe('refused (case 55)', () => {
  it.each([
    ['a: 1\na: 2', '2: a is written twice.'],
    ['a: &x 1', '1: An anchor (&name) is not allowed.'],
    ['a: *x', '1: '],
    ['a: !!js/function x', '1: A tag (!name) is not allowed.'],
    ['a: !!binary aGk=', '1: A tag (!name) is not allowed.'],
    ['!!map {a: 1}', '1: A tag (!name) is not allowed.'],
    ['? [a]\n: 1', '1: A key must be a plain name.'],
    ['"": 1', '1: A key must be a plain name.'],
    ['__proto__: 1', '1: A key must be a plain name.'],
    ['a: 12345678901234567890', '1: The number is too large to be exact; put it in quotes.'],
    ['a: 1e999', '1: The number is too large'],
    ['a: .nan', '1: The number is too large'],
    ['a: 0644', '1: A number with a leading zero'],
    ['a: 0o644', '1: A number with a leading zero'],
    ['a: 1\n---\nb: 2', '2: A second document (---) is not allowed.'],
    ['a:\n\tb: 1', '2: A tab is not allowed as indentation; use spaces.'],
    ['a: [1', '1: '],
    ['a: "x', '1: '],
  ])('%j', (text, expected) => {
    expect(messages(text).join('\n')).toContain(expected);
  });

  it('more than 1 MiB, and nesting without end', () => {
    expect(messages('a'.repeat(1024 * 1024 + 1))).toEqual(['1: The file is larger than 1 MiB.']);
    expect(messages('['.repeat(100_000))).toEqual(['1: The file is nested too deeply to be read.']);
    expect(messages(`${'['.repeat(60)}${']'.repeat(60)}`)).toEqual(['1: Nested more than 40 deep.']);
  });

  it('what is not UTF-8, where it stands', () => {
    const gbk = Buffer.from([0x61, 0x3a, 0x20, 0x31, 0x0a, 0x62, 0x3a, 0x20, 0xca, 0xd0]).toString('utf8');
    expect(readYaml(gbk).problems).toMatchObject([{ line: 2, column: 4 }]);
  });

  it('nothing of a byte order mark or of Windows line ends', () => {
    expect(readYaml('\uFEFFa: 1\r\nb: x\r\n')).toMatchObject({ value: { a: 1, b: 'x' }, problems: [] });
  });

  it('a very wide file in reasonable time', { timeout: 20_000 }, () => {
    const wide = Array.from({ length: 90_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(readYaml(wide).problems).toEqual([]);
  });

  it('a fault of grammar without quoting what stands there', () => {
    expect(JSON.stringify(readYaml('password: "CANARY-1\nb: [CANARY-2').problems)).not.toContain('CANARY');
  });
});

describe('any text and any value', () => {
  it('never throws, and every problem is in a line that exists', () => {
    const piece = fc.constantFrom(
      'a: ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&x ',
      '*x',
      '!!',
      ': ',
      '|',
      '>',
      '"',
      "'",
      '\n',
      '  ',
      '\t',
      '---\n',
      '#',
      '? ',
      '%YAML 1.1\n',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        const last = given.split('\n').length;
        for (const { line, column } of readYaml(given).problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(last);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a written value is read back', () => {
    const key = fc.stringMatching(/^[a-z]{1,8}$/);
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const source = readYaml(stringify(given, { aliasDuplicateObjects: false }));
        expect(source.problems).toEqual([]);
        expect(source.value).toEqual(JSON.parse(JSON.stringify(given)));
      }),
      { numRuns: 200 },
    );
  });
});
