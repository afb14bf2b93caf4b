/** CSV that Excel and WPS open well: UTF-8 with BOM, RFC 4180, long numbers kept whole, formulas made harmless. */
import { type Batch, type Cell, rowsOf } from '../../core/batch.ts';
import type { Form } from '../../core/product.ts';
import { type Mask, maskFor } from '../masking.ts';

/** The policy as the manifest states it. */
export const CSV_POLICY = {
  encoding: 'UTF-8 with BOM',
  lines: 'CRLF, RFC 4180; the first line holds the column names',
  null: 'NULL is an empty field without quotes, an empty text is ""',
  formulas: "text that begins (after blanks) with = + - @ or a full-width form of them, TAB or CR gets ' in front",
  numbers:
    'text of digits that a spreadsheet would shorten (12 and more, or with a leading zero) gets a TAB in front, inside quotes',
} as const;

const BOM = '\ufeff';
const encoder = new TextEncoder();

/** One mask per column, by kind (see masking.ts); a row with another number of cells is an error, never let through. */
export function csvForm(masks: readonly string[]): Form {
  const functions = masks.map(maskFor);
  return {
    head(columns) {
      insist(columns.length, functions);
      return encoder.encode(`${BOM}${columns.map(textField).join(',')}\r\n`);
    },
    batch: (rows) => encoder.encode(lines(rows, functions)),
    tail: () => new Uint8Array(),
  };
}

function lines(rows: Batch, masks: readonly Mask[]): string {
  let text = '';
  for (const row of rowsOf(rows)) {
    insist(row.length, masks);
    for (let i = 0; i < masks.length; i++) {
      const cell = row[i];
      const mask = masks[i];
      if (cell === undefined || mask === undefined) throw new Error('a cell without a mask');
      text += (i === 0 ? '' : ',') + field(mask(cell));
    }
    text += '\r\n';
  }
  return text;
}

function insist(found: number, masks: readonly Mask[]): void {
  if (found !== masks.length) throw new Error('the row does not have the columns that were judged');
}

function field(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Uint8Array) throw new Error('bytes have no place in a CSV');
  return typeof cell === 'string' ? textField(cell) : cell.number;
}

const FORMULA = /^[\s\p{Z}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;
const SHORTENED = /^(\d{12,}|0\d+|\d{8,}[Ee]\d+)$/;
const QUOTED = /[",\r\n\t']|^$|^\s|\s$/;

function textField(text: string): string {
  if (SHORTENED.test(text)) return `"\t${text}"`;
  const safe = FORMULA.test(text) && !NEGATIVE.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A negative number is a number, not a formula. */
const NEGATIVE = /^-\d{1,15}(\.\d+)?$/;
