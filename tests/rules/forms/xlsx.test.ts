/** XLSX: every cell comes back as it went in, numbers only where no digit is lost, nothing a formula, the parts fit together. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, batchOf, type Cell, rowsOf } from '../../../src/core/batch.ts';
import { secretBits } from '../../../src/core/keyed.ts';
import type { Form } from '../../../src/core/product.ts';
import { Stop } from '../../../src/core/stop.ts';
import { formFor } from '../../../src/rules/forms/form.ts';
import { markBit } from '../../../src/rules/forms/mark.ts';
import { sheetMarks } from '../../../src/rules/forms/mark-sheet.ts';
import { columnName, XLSX_ROWS, xlsxForm } from '../../../src/rules/forms/xlsx.ts';
import { escaped } from '../../../src/rules/forms/xlsx-cells.ts';
import { maskFor } from '../../../src/rules/masking.ts';
import { anyBatch, decode, KEYS } from './reference.ts';

const WATERMARK = ['E-20261123-7F3KQ', 'zhang & <co>', 'zhao', '2026-11-23'];
const formOf = (masks: readonly string[]): Form => xlsxForm({ masks, keys: KEYS, watermark: WATERMARK });

/** The sheet as a whole. */
function sheetOf(form: Form, columns: readonly string[], ...batches: readonly Batch[]): string {
  let text = decode(form.head(columns));
  for (const batch of batches) text += decode(form.batch(batch));
  return text + decode(form.tail());
}

interface Seen {
  readonly place: string;
  readonly style: string;
  readonly text?: string;
  readonly number?: string;
}

const ENTITY: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const CELL =
  /<c r="([A-Z]+\d+)"(?: s="(\d)")?(?: t="inlineStr"><is><t( xml:space="preserve")?>([^<]*)<\/t><\/is>|><v>([^<]*)<\/v>)<\/c>/y;

/** A strict reader: what is not exactly a row of such cells is an error. */
function rowsIn(sheet: string): Seen[][] {
  const [, data = ''] = /<sheetData>([\s\S]*)<\/sheetData>/.exec(sheet) ?? [];
  return data
    .split('</row>')
    .slice(0, -1)
    .map((row, i) => {
      const open = `<row r="${i + 1}">`;
      expect(row.startsWith(open)).toBe(true);
      return cellsIn(row.slice(open.length));
    });
}

function cellsIn(row: string): Seen[] {
  const cells: Seen[] = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex < row.length) {
    const [whole, place = '', style = '0', spaced, xml, number] = CELL.exec(row) ?? [];
    if (whole === undefined) throw new Error(`no cell: ${row.slice(0, 200)}`);
    if (number !== undefined) cells.push({ place, style, number });
    else cells.push({ place, style, text: unescaped(xml ?? '', spaced !== undefined) });
  }
  return cells;
}

/** As a spreadsheet reads it: entities, then `_xHHHH_`; blanks at the ends only where they are told to stay. */
function unescaped(xml: string, spaced: boolean): string {
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff>]|&(?!amp;|lt;|gt;)/);
  if (!spaced) expect(xml).toBe(xml.replace(/^[\t\n ]+|[\t\n ]+$/g, ''));
  const text = xml.replace(/&(amp|lt|gt);/g, (one) => ENTITY[one] ?? one);
  return text.replace(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

const exact = (number: string): boolean =>
  /^-?(0|[1-9]\d*)(\.\d+)?$/.test(number) && number.replace(/\D/g, '').length <= 15;

describe('cells', () => {
  test.each([
    'released',
    'unclassified',
    'phone',
    'free-text',
    'pseudonym',
    'clear',
  ])('%s: as the mask of text makes them', (kind) => {
    const masks = [maskFor(kind, KEYS), maskFor('released', KEYS)];
    fc.assert(
      fc.property(anyBatch(2), (batch) => {
        const seen = rowsIn(sheetOf(formOf([kind, 'released']), ['一', 'b'], batch)).slice(1);
        expect(seen).toHaveLength(batch.rows);
        for (const [r, row] of rowsOf(batch).entries())
          expect(seen[r]?.map(({ place, text, number }) => [place, text ?? Number(number)])).toEqual(
            row.flatMap((cell, c) => expected(masks[c]?.(cell) ?? null, `${columnName(c)}${r + 2}`)),
          );
      }),
      { numRuns: kind === 'released' ? 500 : 120 },
    );
  });

  function expected(cell: Cell, place: string): [string, string | number][] {
    if (cell === null) return [];
    if (cell instanceof Uint8Array) throw new Error('bytes');
    if (typeof cell === 'string') return [[place, cell]];
    const value = Number(cell.number);
    return [[place, exact(cell.number) && showsWhole(cell.number) ? value : cell.number]];
  }

  /** Up to 11 digits, or a whole number, or an amount: in the general format more digits are not shown. */
  function showsWhole(number: string): boolean {
    return number.replace(/\D/g, '').length <= 11 || !number.includes('.') || /\.\d\d$/.test(number);
  }

  test('numbers of 16 digits, with exponents, leading zeros or a sign in front are text; no digit is lost', () => {
    const numbers = [
      '0',
      '-1',
      '1.50',
      '123456789012',
      '123456789012345',
      '1234567890123.45',
      '1234567890.12',
      '0.00001',
    ];
    const texts = [
      '1234567890123456',
      '1e5',
      'NaN',
      '007',
      '+1',
      '.5',
      '1.',
      '',
      '-',
      '1.2345678901234',
      '12345678901234567890',
    ];
    const row = [...numbers, ...texts].map((number) => ({ number }));
    const [, seen = []] = rowsIn(sheetOf(formOf(row.map(() => 'released')), row.map(String), batchOf([row])));
    expect(seen.flatMap(({ number }) => number ?? [])).toEqual(numbers);
    expect(seen.flatMap(({ text }) => text ?? [])).toEqual(texts);
    expect(seen.slice(0, 8).map(({ style }) => style)).toEqual(['0', '0', '6', '5', '5', '6', '6', '0']);
  });

  test('what a formula would begin with is text, in a style formatted as text; there is no formula anywhere', () => {
    const row = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1', '=cmd|"/c calc"!A1', "'=1"];
    const sheet = sheetOf(formOf(row.map(() => 'released')), row, batchOf([row]));
    expect(sheet).not.toMatch(/<f[ >]/);
    for (const cells of rowsIn(sheet)) {
      expect(cells.map(({ text }) => text)).toEqual(row);
      for (const { style } of cells) expect(['1', '2', '3']).toContain(style);
    }
  });

  test('NULL is no cell, an empty text is one; a line end, XML and its own escapes come back', () => {
    const row = [
      null,
      '',
      'a\r\nb',
      '\u0000\u0001\u000b\u001b',
      '\ufffe\uffff',
      '_x0041_',
      '_X0041_',
      '<t>&amp;',
      ' ',
      '𠮷🎉',
    ];
    const [, seen = []] = rowsIn(
      sheetOf(
        formOf(row.map(() => 'released')),
        row.map((_, i) => `${i}`),
        batchOf([row]),
      ),
    );
    expect(seen.map(({ text }) => text)).toEqual(row.slice(1));
  });

  test('the mark: each text cell has the style of its secret bit, and a reader finds which extraction it was', () => {
    const table = secretBits(KEYS.mark);
    const rows = Array.from({ length: 500 }, (_, i) => [`南宁市第${i}号`, `note ${i * 7}`]);
    const sheet = sheetOf(formOf(['released', 'released']), ['a', 'b'], batchOf(rows));
    for (const row of rowsIn(sheet).slice(1))
      for (const { text = '', style } of row) {
        const bytes = new TextEncoder().encode(text);
        expect(style).toBe(['1', '2'][markBit(table, bytes, 0, bytes.length)]);
      }
    const marks = sheetMarks();
    marks.sheet(sheet);
    const { ways } = marks.end();
    expect(ways.length).toBeGreaterThan(0);
    expect(escaped('plain')).toBe('plain');
  });
});

describe('refused', () => {
  const stop = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error instanceof Stop ? error.verdict : 'error';
    }
  };

  test('a row more than a sheet has, a cell longer than a cell, more columns: never cut', () => {
    const form = formOf(['released']);
    form.head(['a']);
    const batch = batchOf(Array.from({ length: 1_000 }, () => ['x']));
    const last = batchOf(Array.from({ length: XLSX_ROWS % 1_000 }, () => ['x']));
    for (let i = 0; i < Math.floor(XLSX_ROWS / 1_000); i++) form.batch(batch);
    expect(decode(form.batch(last))).toContain('<row r="1048576">');
    expect(stop(() => form.batch(batchOf([['x']])))).toBe('refused');
    const fits = formOf(['released']);
    fits.head(['a']);
    expect(decode(fits.batch(batchOf([['数'.repeat(32_767)]])))).toContain('数</t>');
    expect(stop(() => fits.batch(batchOf([['数'.repeat(32_768)]])))).toBe('refused');
    expect(stop(() => formOf(new Array(16_385).fill('released')).head(new Array(16_385).fill('a')))).toBe('refused');
  }, 60_000);

  test('rows or heads of another width, and bytes', () => {
    expect(stop(() => formOf(['clear']).head(['a', 'b']))).toBe('error');
    const form = formOf(['released']);
    form.head(['a']);
    expect(stop(() => form.batch(batchOf([[1, 2]])))).toBe('error');
    expect(stop(() => form.batch(batchOf([[new Uint8Array([1])]])))).toBe('error');
  });
});

describe('the package', () => {
  const parts = (columns: readonly string[], masks: readonly string[]): Record<string, string> => {
    const form = formFor('xlsx', { masks, keys: KEYS, bom: false, watermark: WATERMARK });
    const { pack } = form;
    if (pack === undefined) throw new Error('no package');
    return { ...pack.others(columns), [pack.member]: sheetOf(form, columns, batchOf([columns.map(() => 'x')])) };
  };

  test('every part is typed, every relationship leads to a part, every part is well-formed', () => {
    const all = parts(['编号', '<&>"'], ['released', 'phone']);
    const types = all['[Content_Types].xml'] ?? '';
    const typed = [...types.matchAll(/PartName="\/([^"]+)"/g)].map(([, name]) => name);
    const names = Object.keys(all);
    expect(names[0]).toBe('[Content_Types].xml');
    expect(typed.sort()).toEqual(
      names.filter((name) => !name.endsWith('.rels') && name !== '[Content_Types].xml').sort(),
    );
    for (const [name, folder] of [
      ['_rels/.rels', ''],
      ['xl/_rels/workbook.xml.rels', 'xl/'],
    ] as const)
      for (const [, target] of (all[name] ?? '').matchAll(/Target="([^"]+)"/g))
        expect(names).toContain(folder + target);
    const used = [...(all['xl/workbook.xml'] ?? '').matchAll(/r:id="([^"]+)"/g)].map(([, id]) => id);
    for (const id of used) expect(all['xl/_rels/workbook.xml.rels']).toContain(`Id="${id}"`);
    for (const xml of Object.values(all)) expect(balanced(xml)).toBe(true);
  });

  test('the sheet in front tells the watermark, the columns and their masks; every page bears the watermark', () => {
    const all = parts(['phone', 'id'], ['phone', 'released']);
    const about = rowsIn(all['xl/worksheets/sheet2.xml'] ?? '').map((row) => row.map(({ text }) => text));
    for (const word of WATERMARK) expect(about.flat()).toContain(word);
    expect(about).toContainEqual(['phone', '部分遮盖（phone）']);
    expect(about).toContainEqual(['id', '明文（经批准）']);
    for (const sheet of ['xl/worksheets/sheet1.xml', 'xl/worksheets/sheet2.xml'])
      expect(all[sheet]).toMatch(/<oddHeader>&amp;CE-20261123-7F3KQ {2}zhang ＆ &lt;co&gt;/);
  });

  test('widths come from what is shown, never from what is hidden', () => {
    const width = (sheet: string): string => /<cols>(.*?)<\/cols>/.exec(sheet)?.[1] ?? '';
    const short = sheetOf(formOf(['whole']), ['a'], batchOf([['x']]));
    const long = sheetOf(formOf(['whole']), ['a'], batchOf([['x'.repeat(50)]]));
    expect(width(short)).toBe(width(long));
    const shown = sheetOf(formOf(['released']), ['a'], batchOf([['数'.repeat(20)]]));
    expect(width(shown)).toContain('width="42"');
    expect(rowsIn(sheetOf(formOf(['released']), ['a']))).toHaveLength(1);
  });
});

/** Every element is closed, in order. */
function balanced(xml: string): boolean {
  const open: string[] = [];
  for (const [, close, name = '', single] of xml.matchAll(/<(\/?)([A-Za-z:]+)[^>]*?(\/?)>/g)) {
    if (single === '/') continue;
    if (close === '/') {
      if (open.pop() !== name) return false;
    } else open.push(name);
  }
  return open.length === 0;
}
