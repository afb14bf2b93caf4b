/** The forms cell by cell as text: what the forms that write bytes are held to. And cells that are hard to write. */
import fc from 'fast-check';
import { type Batch, type Cell, rowsOf } from '../../../src/core/batch.ts';
import { secretBits } from '../../../src/core/keyed.ts';
import type { Keys } from '../../../src/core/product.ts';
import { numberField, textField } from '../../../src/rules/forms/csv-field.ts';
import { markBit } from '../../../src/rules/forms/mark.ts';
import { maskFor } from '../../../src/rules/masking.ts';

export const KEYS: Keys = { mark: new Uint8Array(32).fill(1), join: new Uint8Array(32).fill(2) };
const TABLE = secretBits(KEYS.mark);

export const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** A batch as CSV, by the masks and fields that work on text. */
export function csvText(batch: Batch, masks: readonly string[]): string {
  const field = (cell: Cell): string => {
    if (cell === null) return '';
    if (cell instanceof Uint8Array) throw new Error('bytes');
    return typeof cell === 'string' ? textField(cell, TABLE) : numberField(cell.number, TABLE);
  };
  return lines(batch, masks, field, (fields) => `${fields.join(',')}\r\n`);
}

/** A string as JSON with the blank of its mark in front. */
function jsonText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `${markBit(TABLE, bytes, 0, bytes.length) === 1 ? ' ' : ''}${JSON.stringify(text)}`;
}

/** A batch as JSON lines with columns named by their place. */
export function jsonlText(batch: Batch, masks: readonly string[]): string {
  const value = (cell: Cell): string => {
    if (cell instanceof Uint8Array) throw new Error('bytes');
    if (cell === null) return 'null';
    if (typeof cell === 'string') return jsonText(cell);
    const exact = /^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$/.test(cell.number) && cell.number.replace(/\D/g, '').length <= 15;
    return exact ? cell.number : jsonText(cell.number);
  };
  return lines(batch, masks, value, (all) => `{${all.map((one, i) => `"${i}":${one}`).join(',')}}\n`);
}

function lines(
  batch: Batch,
  masks: readonly string[],
  field: (cell: Cell) => string,
  line: (fields: readonly string[]) => string,
): string {
  const functions = masks.map((kind) => maskFor(kind, KEYS));
  return rowsOf(batch)
    .map((row) => line(row.map((cell, i) => field((functions[i] ?? (() => '****'))(cell)))))
    .join('');
}

/** Bytes that may lie in a cell: UTF-8 of every kind, cut and wrong sequences too. */
const rawText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789.eE+-NaIXx @=,"\'\t\r\n\0\x0b\\') }) },
  {
    weight: 3,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        ...'中文司机联系人姓名先生０９＝＋－＠　\ufeff\u200b\u202e\u00a0\u2028é〇一二三四五六七八九幺①Ⅻ𝟏🎉𠮷·桂A1 ',
      ),
      maxLength: 14,
    }),
  },
  { weight: 2, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 24 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '91450103MA5K0260EX',
        '13800138000',
        '2025-03-04 10:12:33',
        '2025-03-04',
        '1e5',
        '12345678e9',
        'Infinity',
        '-.5',
      ],
      ...[
        '\u00a0',
        '联系人：韦小红',
        '欧阳建国',
        '阿依古丽·买买提',
        '南宁桂海商贸有限公司',
        'zhang@example.com',
        '桂A12345',
        '00012345',
      ],
    ),
  },
);
const raw = fc.oneof(
  { weight: 8, arbitrary: fc.array(rawText, { minLength: 1, maxLength: 3 }).map((all) => Buffer.from(all.join(''))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 10 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: rawText.chain((text) => fc.nat(8).map((cut) => Buffer.from(text).subarray(cut))) },
);
const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.tuple(fc.integer(), fc.nat(99_999_999)).map(([a, b]) => `${a}.${b}`),
  fc.constantFrom(
    '-0',
    '0.10',
    '-12.5',
    '1E+5',
    'NaN',
    '-Infinity',
    '.5',
    '007',
    '-',
    '1.2.3',
    '-1.2.3',
    '-1-2',
    '',
    '13800138000',
    '1,5',
  ),
);

/** Kind 0 null, 1 number, 2 text; a batch with its cells in any order in the buffer and other bytes between. */
const cell = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: 0, bytes: Buffer.alloc(0) }) },
  { weight: 2, arbitrary: number.map((text) => ({ kind: 1, bytes: Buffer.from(text) })) },
  { weight: 7, arbitrary: raw.map((bytes) => ({ kind: 2, bytes })) },
);

/** Batches of `width` columns of any cells whatever. */
export function anyBatch(width: number): fc.Arbitrary<Batch> {
  const row = fc.array(cell, { minLength: width, maxLength: width });
  return fc
    .tuple(fc.array(row, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '\t', '|', '\x80', '\xe4'), fc.boolean())
    .map(([rows, gap, backwards]) => laid(rows.flat(), width, Buffer.from(gap, 'latin1'), backwards));
}

function laid(
  cells: readonly { kind: number; bytes: Buffer }[],
  width: number,
  gap: Buffer,
  backwards: boolean,
): Batch {
  const starts = new Uint32Array(cells.length);
  const ends = new Uint32Array(cells.length);
  const parts: Buffer[] = [];
  let at = 0;
  const order = cells.map((_, n) => (backwards ? cells.length - 1 - n : n));
  for (const n of order) {
    const bytes = cells[n]?.bytes ?? Buffer.alloc(0);
    parts.push(bytes, gap);
    starts[n] = at;
    ends[n] = at + bytes.length;
    at += bytes.length + gap.length;
  }
  const kinds = Uint8Array.from(cells, ({ kind }) => kind);
  return { width, rows: cells.length / width, bytes: Buffer.concat(parts), starts, ends, kinds };
}
