/** XLSX that Excel, WPS and LibreOffice open: one sheet of rows as they stream, text as text, marked; a sheet in front says where it comes from. */
import { type Batch, CELL } from '../../core/batch.ts';
import { secretBits } from '../../core/keyed.ts';
import type { Form } from '../../core/product.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { type ByteMask, byteMaskFor } from '../masking-bytes.ts';
import { newVeil, type Veil } from '../masking-veil.ts';
import type { FormOptions } from './form.ts';
import { newOut, type Out, put, putText, room, written } from './out.ts';
import { wellFormed } from './well-formed.ts';
import { STYLE, writeNumberCell, writeTextCell } from './xlsx-cells.ts';
import { DATA_SHEET, partsOf, sheetEnd, sheetStart } from './xlsx-parts.ts';

/** Rows of a sheet without the one of the column names, and columns (Excel's own limits, ECMA-376 has none). */
export const XLSX_ROWS = 1_048_575;
const XLSX_COLUMNS = 16_384;

/** The policy as the manifest states it. */
export const XLSX_POLICY = {
  encoding: 'Office Open XML (ECMA-376), one sheet of rows with inline text, one in front that explains it',
  null: 'NULL is no cell, an empty text is an empty text cell',
  formulas: 'there are none: every cell is a number or text, and text cells are formatted as text',
  numbers:
    'a number of at most 15 digits that a spreadsheet shows whole is a number, a longer one or one with an exponent is text',
  characters: 'what XML cannot hold is written _xHHHH_',
  mark: 'text cells have one of two styles that look alike, which carry a mark of the extraction; no value is changed by it',
} as const;

interface Sheet {
  readonly columns: readonly (ByteMask | undefined)[];
  readonly letters: readonly Uint8Array[];
  readonly table: Uint8Array;
  readonly out: Out;
  readonly veil: Veil;
  /** Rows written, the one of the column names too. */
  rows: number;
}

/** One mask per column, by kind; a row with another number of cells, or one too many, is an error. */
export function xlsxForm({ masks, keys, watermark }: Omit<FormOptions, 'bom'>): Form {
  const sheet: Sheet = {
    columns: masks.map((kind) => byteMaskFor(kind, keys)),
    letters: masks.map((_, i) => encoder.encode(columnName(i))),
    table: secretBits(keys.mark),
    out: newOut(),
    veil: newVeil(),
    rows: 1,
  };
  let names: readonly string[] | undefined;
  // The columns' widths are told before the first row, and taken from the first rows: the beginning waits for them.
  const begin = (rows?: Batch): void => {
    if (names === undefined) return;
    putText(sheet.out, sheetStart(widthsOf(names, sheet, rows)));
    writeHead(sheet, names);
    names = undefined;
  };
  return {
    head(given) {
      insist(given.length, sheet);
      if (given.length > XLSX_COLUMNS) throw tooMany(t('{count} columns', { count: given.length }), XLSX_COLUMNS);
      names = given;
      return NOTHING;
    },
    batch(given) {
      if (given.rows > 0) insist(given.width, sheet);
      if (sheet.rows + given.rows > XLSX_ROWS + 1) throw tooMany(t('more rows'), XLSX_ROWS);
      const rows = wellFormed(given);
      sheet.out.at = 0;
      begin(rows);
      writeRows(sheet, rows);
      return written(sheet.out);
    },
    tail() {
      sheet.out.at = 0;
      begin();
      putText(sheet.out, sheetEnd(watermark));
      return written(sheet.out);
    },
    pack: { member: DATA_SHEET, others: (columns) => partsOf({ columns, masks, watermark }) },
  };
}

const NOTHING = new Uint8Array();
const encoder = new TextEncoder();

function insist(found: number, { columns }: Sheet): void {
  if (found !== columns.length) throw new Error('the row does not have the columns that were judged');
}

function tooMany(what: ReturnType<typeof t>, most: number): Stop {
  return new Stop('refused', t('{what}: a spreadsheet holds {most}', { what, most }), {
    notDone: t('Nothing was handed over; what had been read is discarded.'),
    next: ['gxops extract apply --as-file csv …'],
  });
}

/** A, B … Z, AA … for column 0, 1 … */
export function columnName(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
}

const ROW_OPEN = encoder.encode('<row r="');
const ROW_CELLS = encoder.encode('">');
const ROW_CLOSE = encoder.encode('</row>');

function writeHead(sheet: Sheet, names: readonly string[]): void {
  const row = encoder.encode('1');
  openRow(sheet.out, row);
  for (const [i, name] of names.entries()) {
    const bytes = encoder.encode(name);
    writeTextCell(sheet.out, { column: letterOf(sheet, i), row }, bytes, 0, bytes.length, STYLE.bold);
  }
  put(sheet.out, ROW_CLOSE);
}

function letterOf({ letters }: Sheet, column: number): Uint8Array {
  return letters[column] as Uint8Array;
}

function openRow(out: Out, row: Uint8Array): void {
  put(out, ROW_OPEN);
  put(out, row);
  put(out, ROW_CELLS);
}

function writeRows(sheet: Sheet, { bytes, starts, ends, kinds, rows, width }: Batch): void {
  const { columns, out, table, veil } = sheet;
  for (let r = 0, n = 0; r < rows; r++) {
    const row = digitsOf(++sheet.rows);
    openRow(out, row);
    for (let c = 0; c < width; c++, n++) {
      const kind = kinds[n] as number;
      if (kind === CELL.null) continue;
      const place = { column: letterOf(sheet, c), row };
      const start = starts[n] as number;
      const end = ends[n] as number;
      if (columns[c]?.(bytes, start, end, kind, veil)) writeTextCell(out, place, veil.bytes, 0, veil.end, table);
      else if (kind === CELL.text) writeTextCell(out, place, bytes, start, end, table);
      else if (kind === CELL.number) writeNumberCell(out, place, bytes, start, end, table);
      else throw new Error('bytes have no place in a spreadsheet');
    }
    room(out, ROW_CLOSE.length);
    put(out, ROW_CLOSE);
  }
}

const DIGITS = new Uint8Array(7);

/** A row's number as bytes, which hold until the next is asked for. */
function digitsOf(row: number): Uint8Array {
  let at = DIGITS.length;
  for (let rest = row; rest > 0; rest = Math.floor(rest / 10)) DIGITS[--at] = 0x30 + (rest % 10);
  return DIGITS.subarray(at);
}

/** Rows that widths are taken from. */
const LOOKED = 50;

/** What the names and the masked cells of the first rows need; what is masked never tells by its width. */
function widthsOf(names: readonly string[], { columns, veil }: Sheet, rows: Batch | undefined): number[] {
  const widths = names.map((name) => {
    const bytes = encoder.encode(name);
    return widthOf(bytes, 0, bytes.length);
  });
  if (rows === undefined) return widths;
  const { bytes, starts, ends, kinds, width } = rows;
  for (let n = 0; n < Math.min(rows.rows, LOOKED) * width; n++) {
    const c = n % width;
    const kind = kinds[n] as number;
    if (kind === CELL.null) continue;
    const [start, end] = [starts[n] as number, ends[n] as number];
    const masked = columns[c]?.(bytes, start, end, kind, veil);
    const wide = masked ? widthOf(veil.bytes, 0, veil.end) : widthOf(bytes, start, end);
    widths[c] = Math.max(widths[c] ?? 0, wide);
  }
  return widths;
}

/** A Chinese character, three bytes or more, is two wide; near enough for a column. */
function widthOf(bytes: Uint8Array, start: number, end: number): number {
  let width = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0xe0) width += 2;
    else if ((byte & 0xc0) !== 0x80) width += 1;
  }
  return width;
}
