/** Display width, wrapping and escaping. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safe, safeJson, safeLine } from '../../src/core/escape.ts';
import { glyphsOf, pad, truncate, widthOf, wrap } from '../../src/core/width.ts';

const mixed = fc
  .array(
    fc.constantFrom('发票', '。', '（', '）', 'word', ' ', '  ', 'a-long-path/with/parts', '𠮷', '✅', 'é', '，', '12'),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

describe('width', () => {
  test.each([
    ['abc', 3],
    ['发票', 4],
    ['ＡＢ', 4],
    ['𠮷', 2],
    ['é', 1],
    ['é', 1],
    ['', 0],
  ])('%s takes %d columns', (text, columns) => expect(widthOf(text)).toBe(columns));

  test('pads by display width on either side', () => {
    expect(pad('发票', 6)).toBe('发票  ');
    expect(pad('发票', 6, 'end')).toBe('  发票');
    expect(pad('发票', 3)).toBe('发票');
  });

  test('cuts on a glyph edge', () => {
    expect(truncate('发票号码', 8)).toBe('发票号码');
    expect(truncate('发票号码', 7)).toBe('发票..');
    expect(truncate('发票号码', 2)).toBe('发');
    fc.assert(
      fc.property(
        mixed,
        fc.integer({ min: 0, max: 30 }),
        (text, columns) => widthOf(truncate(text, columns)) <= columns,
      ),
    );
  });

  test('wraps Latin at words, Chinese anywhere, long words hard', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('发票系统主机', 8)).toEqual(['发票系统', '主机']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('发票号码。好', 8)).toEqual(['发票号', '码。好']);
    expect(wrap('a\n\nb', 8)).toEqual(['a', '', 'b']);
  });

  test('loses no character and no line is too long', () => {
    fc.assert(
      fc.property(
        fc.oneof(mixed, fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 2, max: 60 }),
        (text, columns) => {
          const lines = wrap(text, columns);
          expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
          for (const line of lines) expect(widthOf(line) <= columns || glyphsOf(line).length === 1).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('escape (case 51)', () => {
  test('shows what a terminal would obey', () => {
    expect(safe('a\x1b[31mb')).toBe('a\\x1b[31mb');
    expect(safe('a\u202eb')).toBe('a\\u{202e}b');
    expect(safe('a\u200bb\x9b')).toBe('a\\u{200b}b\\x9b');
    expect(safe('a\r\nb\t')).toBe('a\\r\nb\t');
    expect(safeLine('a\nb\tc')).toBe('a\\nb\\tc');
    expect(safe('发票 𠮷 ✅ 葛\u{e0100}')).toBe('发票 𠮷 ✅ 葛\u{e0100}');
  });

  test('no control, format or lone surrogate survives', () => {
    const any = fc.string({ unit: 'binary', maxLength: 60 });
    const evil = fc.array(
      fc.constantFrom('\x1b', '\x07', '\u202e', '\u2066', '\ud800', '\u{e0041}', '\x85', '\u2028', 'a'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          any,
          evil.map((parts) => parts.join('')),
        ),
        (text) => {
          expect(safe(text)).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(safe(text).replace(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u);
          expect(safeLine(text)).not.toMatch(/\p{Cc}/u);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('JSON is safe to print and parses to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const json = safeJson(JSON.stringify({ value, text, odd: '\u202e\x7f\x9b\u{e0041}' }));
        expect(json).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ value, text, odd: '\u202e\x7f\x9b\u{e0041}' })));
      }),
    );
  });
});
