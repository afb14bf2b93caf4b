/** The invisible mark: read back from any part of a file, and never a wrong name. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { batchOf } from '../../../src/core/batch.ts';
import { secretBits } from '../../../src/core/keyed.ts';
import { formFor } from '../../../src/rules/forms/form.ts';
import { markBit } from '../../../src/rules/forms/mark.ts';
import { leakedKind, toUtf8 } from '../../../src/rules/forms/mark-file.ts';
import { agreement, isProven, type SeenMarks } from '../../../src/rules/forms/mark-judge.ts';
import { csvMarks, jsonlMarks } from '../../../src/rules/forms/mark-reader.ts';
import { sheetMarks } from '../../../src/rules/forms/mark-sheet.ts';

const key = (n: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => (n * 31 + i * 7) & 0xff);
/** Fifty extractions; the file of this test is that of number 7. */
const TABLES = Array.from({ length: 50 }, (_, n) => secretBits(key(n)));
const OURS = 7;

const MASKS = ['released', 'credit-code', 'person-name', 'clear', 'free-text', 'amount'];
const GOODS = ['*食品*白砂糖', '*运输服务*货物运输', '他说"急件", 请盖章', '第一行\n第二行', '逗号,分号', '=SUM(A1)'];

function batch(rows: number, from = 0): ReturnType<typeof batchOf> {
  return batchOf(
    Array.from({ length: rows }, (_, i) => {
      const n = from + i;
      const code = `91450103MA${String(n * 7919)
        .padStart(7, '0')
        .slice(-7)}X`;
      return [
        `HT-${n}号合同`,
        code,
        '韦小红',
        `2025-03-0${1 + (n % 9)} 1${n % 9}:00:${10 + (n % 49)}`,
        GOODS[n % 6] ?? '',
        n * 1.5,
      ];
    }),
  );
}

function fileOf(format: 'csv' | 'jsonl', rows: number, n = OURS, from = 0): string {
  const form = formFor(format, { masks: MASKS, keys: { mark: key(n), join: key(n) }, bom: true, watermark: [] });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
  return text(form.head(['合同', '税号', '姓名', '时间', '货物', '金额'])) + text(form.batch(batch(rows, from)));
}

function read(format: 'csv' | 'jsonl', text: string, piece = 1_000): SeenMarks {
  const reader = format === 'csv' ? csvMarks() : jsonlMarks();
  const bytes = Buffer.from(text);
  const utf8 = toUtf8(bytes);
  for (let at = 0; at < bytes.length; at += piece) reader.take(utf8(bytes.subarray(at, at + piece)));
  return reader.end();
}

/** Numbers of the extractions that are proven. */
function proven(seen: SeenMarks): number[] {
  return TABLES.flatMap((table, n) => (isProven(agreement(seen, table), TABLES.length) ? [n] : []));
}

/** Every hundredth line, the last first. */
function sample(text: string, step: number): string {
  const lines = text.split(/(?<=\n)/);
  return lines
    .filter((_, i) => i % step === 3)
    .reverse()
    .join('');
}

describe.each(['csv', 'jsonl'] as const)('%s', (format) => {
  let whole = '';
  beforeAll(() => {
    whole = fileOf(format, 5_000);
  });

  test('the whole file names its extraction, every compared cell agreeing', () => {
    const seen = read(format, whole);
    expect(proven(seen)).toEqual([OURS]);
    const { matched, compared } = agreement(seen, TABLES[OURS] as Uint8Array);
    expect(matched).toBe(compared);
    expect(compared).toBeGreaterThan(4_000);
  });

  test('also cut into pieces of any length', () => {
    expect(read(format, whole, 7).places).toEqual(read(format, whole).places);
  });

  test('one line in a hundred, out of order', () => {
    expect(proven(read(format, sample(whole, 100)))).toEqual([OURS]);
  });

  test('a few columns of it', () => {
    const kept =
      format === 'csv'
        ? whole.replace(/^([^,\r\n]*),([^,\r\n]*),.*$/gm, '$2')
        : whole.replace(/^\{("[^"]*":[^,]*),("[^"]*":[^,]*),.*\}$/gm, '{$2}');
    expect(kept.length).toBeLessThan(whole.length / 2);
    expect(proven(read(format, kept))).toEqual([OURS]);
  });

  test('as GB 18030 or UTF-16', () => {
    const wide = Buffer.from(`\ufeff${whole.replace('\ufeff', '')}`, 'utf16le');
    const reader = format === 'csv' ? csvMarks() : jsonlMarks();
    reader.take(toUtf8(wide)(wide));
    expect(proven(reader.end())).toEqual([OURS]);
    // 货物运输 in GBK.
    expect(
      Buffer.from(toUtf8(Buffer.from('bbf5ceefd4cbcae4', 'hex'))(Buffer.from('bbf5ceefd4cbcae4', 'hex'))).toString(),
    ).toBe('货物运输');
  });

  test('the same rows handed out twice are told apart', () => {
    expect(proven(read(format, fileOf(format, 2_000, 12)))).toEqual([12]);
  });

  test('two leaks in one file name both', () => {
    expect(proven(read(format, whole + fileOf(format, 5_000, 20, 50_000)))).toEqual([OURS, 20]);
  });

  test('too few lines are undecided', () => {
    expect(proven(read(format, whole.split('\n').slice(1, 4).join('\n')))).toEqual([]);
  });

  test('written again by another program it names nobody', () => {
    const again =
      format === 'csv'
        ? [whole.replace(/"([^",\r\n\t']+)"/g, '$1'), whole.replace(/(?<=^|,)([^",\r\n]+)(?=,|\r?$)/gm, '"$1"')]
        : [whole.replaceAll('": ', '":'), whole.replaceAll('":"', '": "')];
    for (const text of again) expect(proven(read(format, text))).toEqual([]);
  });
});

test('a file that is not ours names nobody', () => {
  // Any values, quoted by any other habit: always, never, by turns, by length, by a key of its own.
  const habits: readonly ((value: string, n: number) => boolean)[] = [
    () => true,
    () => false,
    (_value, n) => n % 2 === 0,
    (value) => value.length % 3 === 0,
    (value) => /[aeiou]/.test(value),
    (value) => markBit(secretBits(key(1_000)), Buffer.from(value), 0, Buffer.byteLength(value)) === 1,
  ];
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z号同合]{4,12}$/), { maxLength: 400 }), fc.nat(5), (values, habit) => {
      const text = values.map((value, n) => (habits[habit]?.(value, n) ? `"${value}"` : value)).join('\r\n');
      expect(proven(read('csv', text))).toEqual([]);
    }),
    { numRuns: 80 },
  );
});

test('the proof keeps its promise: over thousands of tables nobody is named by chance', () => {
  const places = Uint8Array.from({ length: 65_536 }, (_, slot) => (slot % 97 === 0 ? (slot % 2 === 0 ? 1 : 2) : 0));
  const seen: SeenMarks = { places, ways: [[0, 1]] };
  let least = 0;
  for (let n = 0; n < 1_500; n++) least = Math.min(least, agreement(seen, secretBits(Buffer.from(`t${n}`))).chance);
  // The smallest of 1,500 probabilities lies around 1/1,500; a millionth would be a lie of the formula.
  expect(least).toBeLessThan(Math.log(1 / 100));
  expect(least).toBeGreaterThan(Math.log(1e-6));
});

test('the probability is that of the coin', () => {
  const places = new Uint8Array(65_536);
  const table = new Uint8Array(8_192);
  places.fill(1, 0, 10);
  expect(agreement({ places, ways: [[0, 1]] }, table)).toEqual({
    matched: 10,
    compared: 10,
    chance: expect.closeTo(Math.log(2 ** -10), 9),
  });
  places.fill(2, 0, 2);
  expect(Math.exp(agreement({ places, ways: [[0, 1]] }, table).chance)).toBeCloseTo((45 + 10 + 1) / 1024, 9);
  expect(agreement({ places: new Uint8Array(65_536), ways: [[0, 1]] }, table)).toEqual({
    matched: 0,
    compared: 0,
    chance: 0,
  });
});

describe('a workbook', () => {
  const cell = (value: string, style: number, shared?: number): string =>
    shared === undefined
      ? `<c r="A1" s="${style}" t="inlineStr"><is><t xml:space="preserve">${value.replaceAll('&', '&amp;')}</t></is></c>`
      : `<c r="A1" s="${style}" t="s"><v>${shared}</v></c>`;
  const values = Array.from({ length: 3_000 }, (_, n) => `合同&${n}号`);
  const styleOf = (value: string): number =>
    markBit(TABLES[OURS] as Uint8Array, Buffer.from(value), 0, Buffer.byteLength(value)) + 4;
  const head =
    '<?xml version="1.0"?><worksheet><cols><col min="1"/></cols><sheetData><row r="1"><c r="A1" s="1"/><c r="B1" s="2"><v>5</v></c>';

  test('names its extraction by its styles, whatever their numbers, in pieces', () => {
    const xml = `${head}${values.map((value) => cell(value, styleOf(value))).join('')}</row></sheetData></worksheet>`;
    for (const piece of [13, 4_096]) {
      const reader = sheetMarks();
      for (let at = 0; at < xml.length; at += piece) reader.sheet(xml.slice(at, at + piece));
      const seen = reader.end();
      expect(proven(seen)).toEqual([OURS]);
      expect(agreement(seen, TABLES[OURS] as Uint8Array).compared).toBeGreaterThan(2_800);
    }
  });

  test('as our own form writes it', () => {
    const form = formFor('xlsx', {
      masks: MASKS,
      keys: { mark: key(OURS), join: key(1) },
      bom: false,
      watermark: ['E-1'],
    });
    const reader = sheetMarks();
    const take = (bytes: Uint8Array): void => reader.sheet(Buffer.from(bytes).toString('utf8'));
    take(form.head(['合同', '税号', '姓名', '时间', '货物', '金额']));
    for (let from = 0; from < 2_000; from += 500) take(form.batch(batch(500, from)));
    take(form.tail());
    const seen = reader.end();
    expect(proven(seen)).toEqual([OURS]);
    const { matched, compared } = agreement(seen, TABLES[OURS] as Uint8Array);
    expect(compared).toBeGreaterThan(3_000);
    expect(matched).toBe(compared);
  });

  test('also where its strings were moved into a part of their own', () => {
    const reader = sheetMarks();
    reader.shared(`<sst>${values.map((value) => `<si><t>${value.replaceAll('&', '&amp;')}</t></si>`).join('')}</sst>`);
    reader.sheet(head + values.map((value, n) => cell(value, styleOf(value), n)).join(''));
    expect(proven(reader.end())).toEqual([OURS]);
  });

  test('with one style it names nobody', () => {
    const reader = sheetMarks();
    reader.sheet(values.map((value) => cell(value, 1)).join(''));
    expect(proven(reader.end())).toEqual([]);
  });
});

test('what a file is', () => {
  const kinds = (text: string) => leakedKind(Buffer.from(text, 'latin1'));
  expect(
    ['PK\x03\x04', '{"a":1}', ' {"a"', '<?xml', 'a,b', '', 'age-encryption.org/v1', '\xef\xbb\xbfa,b'].map(kinds),
  ).toEqual([...['xlsx', 'jsonl', 'jsonl', 'sheet', 'csv', 'csv', 'age', 'csv']]);
});

test.each([csvMarks, jsonlMarks])('hostile input takes memory of one line', (make) => {
  const reader = make();
  for (let i = 0; i < 20; i++) reader.take(Buffer.alloc(1024 * 1024, i % 2 === 0 ? '"' : 'a'));
  reader.take(Buffer.from('\n"a":"b\n"abcd","abcd\n'));
  expect(reader.end().places.length).toBe(65_536);
});
