/** CSV that Excel and WPS open well: UTF-8 with BOM, RFC 4180, long numbers kept whole, formulas made harmless, marked. */
import { type Batch, CELL } from '../../core/batch.ts';
import { secretBits } from '../../core/keyed.ts';
import type { Form } from '../../core/product.ts';
import { type ByteMask, byteMaskFor } from '../masking-bytes.ts';
import { newVeil, viewOf } from '../masking-veil.ts';
import { writeNumber, writeText } from './csv-bytes.ts';
import { textField } from './csv-field.ts';
import type { FormOptions } from './form.ts';
import { newOut, type Out, putText, room, written } from './out.ts';
import { wellFormed } from './well-formed.ts';

/** The policy as the manifest states it. */
export const CSV_POLICY = {
  encoding: 'UTF-8 with BOM, unless it was applied for without',
  lines: 'CRLF, RFC 4180; the first line holds the column names',
  null: 'NULL is an empty field without quotes, an empty text is ""',
  formulas: "text that begins (after blanks) with = + - @ or a full-width form of them, TAB or CR gets ' in front",
  numbers:
    'digits that a spreadsheet would shorten (text of 12 and more or with a leading zero, numbers of 16 and more) get a TAB in front, inside quotes',
  mark: 'where quotes are optional they carry a mark of the extraction; no value is changed by it',
} as const;

const BOM = '\ufeff';
const COMMA = 0x2c;
const CR = 0x0d;
const LF = 0x0a;
const NOTHING = new Uint8Array();

/** One mask per column, by kind (see masking.ts); a row with another number of cells is an error, never let through. */
export function csvForm({ masks, keys, bom }: Omit<FormOptions, 'watermark'>): Form {
  const columns = masks.map((kind) => byteMaskFor(kind, keys));
  const table = secretBits(keys.mark);
  const out = newOut();
  return {
    head(names) {
      insist(names.length, columns);
      out.at = 0;
      putText(out, `${bom ? BOM : ''}${names.map((name) => textField(name, table)).join(',')}\r\n`);
      return written(out);
    },
    batch(rows) {
      if (rows.rows > 0) insist(rows.width, columns);
      out.at = 0;
      writeRows(out, wellFormed(rows), columns, table);
      return written(out);
    },
    tail: () => NOTHING,
  };
}

function insist(found: number, columns: readonly unknown[]): void {
  if (found !== columns.length) throw new Error('the row does not have the columns that were judged');
}

function writeRows(
  out: Out,
  { bytes, starts, ends, kinds, rows, width }: Batch,
  columns: readonly (ByteMask | undefined)[],
  table: Uint8Array,
): void {
  const veil = newVeil();
  const source = { bytes, view: viewOf(bytes) };
  for (let r = 0, n = 0; r < rows; r++) {
    for (let c = 0; c < width; c++, n++) {
      room(out, 2);
      if (c > 0) out.bytes[out.at++] = COMMA;
      const kind = kinds[n] as number;
      if (kind === CELL.null) continue;
      const start = starts[n] as number;
      const end = ends[n] as number;
      if (columns[c]?.(bytes, start, end, kind, veil)) writeText(out, veil, 0, veil.end, table);
      else if (kind === CELL.text) writeText(out, source, start, end, table);
      else if (kind === CELL.number) writeNumber(out, bytes, start, end, table);
      else throw new Error('bytes have no place in a CSV');
    }
    room(out, 2);
    out.bytes[out.at++] = CR;
    out.bytes[out.at++] = LF;
  }
}
