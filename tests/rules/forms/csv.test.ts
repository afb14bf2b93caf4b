/** CSV: what goes in comes out for a reader of RFC 4180, and no cell is a formula or a shortened number for a spreadsheet. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOf } from '../../../src/core/batch.ts';
import { csvForm } from '../../../src/rules/forms/csv.ts';
import { jsonlForm } from '../../../src/rules/forms/jsonl.ts';
import { decode, KEYS } from './reference.ts';

/** A reader of RFC 4180 that tells an empty field (null) from an empty text. */
function parse(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r\n)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, quoted, plain, end] = match;
    row.push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain === '' ? null : (plain ?? null));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const csv = (rows: readonly (readonly (string | number | bigint | null)[])[], masks: readonly string[]): string =>
  decode(csvForm({ masks, keys: KEYS, bom: true }).batch(batchOf(rows)));

describe('CSV', () => {
  test('begins with a BOM, names its columns, ends lines with CR LF', () => {
    const masks = ['clear', 'clear'];
    expect(decode(csvForm({ masks, keys: KEYS, bom: true }).head(['a', '名,称']))).toBe('\ufeffa,"名,称"\r\n');
    expect(decode(csvForm({ masks, keys: KEYS, bom: false }).head(['a', '名,称']))).toBe('a,"名,称"\r\n');
    expect(csv([[1, 'x']], ['clear', 'clear'])).toBe('1,x\r\n');
  });

  test('NULL and the empty text stay apart', () => {
    expect(parse(csv([[null, '']], ['clear', 'clear']))).toEqual([[null, '']]);
  });

  test.each([
    '=1+1',
    '+1',
    '-2+3',
    '@SUM(1)',
    '＝1',
    ' =1',
    '\t=1',
    '\r=1',
    '\u200b=1',
    '=HYPERLINK("http://x","y")',
    '-1e5',
    '＋1',
    '－1',
    '＠SUM(1)',
    '\u3000\u00a0=1',
    '\ufeff=1',
    '\u202e=1',
    '@a,"b"',
    '\n=1',
    '-1.2.3',
    '--1',
  ])('no formula (case 53): %j', (cell) => {
    expect(parse(csv([[cell]], ['released']))).toEqual([[`'${cell}`]]);
  });

  test('negative numbers stay numbers; long digits and leading zeros are kept as text', () => {
    expect(
      csv([[-12.5, '-1234.50', '00012345', '25452000000000000001', 9007199254740993n]], Array(5).fill('released')),
    ).toBe('-12.5,-1234.50,"\t00012345","\t25452000000000000001","\t9007199254740993"\r\n');
  });

  test('a formula sign behind a separator or a quote is inside one field', () => {
    expect(parse(csv([['a,=1', 'a"=1', '"=1']], Array(3).fill('released')))).toEqual([['a,=1', 'a"=1', '"=1']]);
  });

  test('any text comes back byte for byte behind its mark (case 54)', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '"',
        ',',
        '\r\n',
        '\n',
        "'",
        '🎉',
        '𠮷',
        '㐀',
        '€',
        '\0',
        'a\0b',
        '\x1a',
        '\u2028',
        '\u202e',
        'a"b,c\r\nd',
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 }), (rows) => {
        // The count of rows is the one that was read: no cell can make another.
        const back = parse(csv(rows, ['released', 'released', 'released']));
        expect(back.map((row) => row.map((text, i) => unmarked(text, rows, back.indexOf(row), i)))).toEqual(rows);
        for (const text of back.flat()) expect(text ?? '').not.toMatch(/^[\s\p{Z}\p{Cf}]*[=+@＝＋＠]/u);
      }),
      { numRuns: 500 },
    );
  });
});

/** Takes the mark off again where the original has none there. */
function unmarked(
  text: string | null,
  rows: readonly (readonly string[])[],
  row: number,
  column: number,
): string | null {
  const original = rows[row]?.[column];
  return text !== original && (text?.startsWith("'") || text?.startsWith('\t')) ? text.slice(1) : text;
}

test('JSON lines: one object a row, masked, big integers exact, names told apart', () => {
  const form = jsonlForm({ masks: ['phone', 'clear', 'clear'], keys: KEYS });
  form.head(['p', 'n', 'n']);
  const line = decode(form.batch(batchOf([['13800138000', 9007199254740993n, null]])));
  expect(JSON.parse(line)).toEqual({ p: '138****8000', n: '9007199254740993', n_2: null });
});
