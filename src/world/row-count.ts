/** Counts the data rows of what was decrypted: CSV (RFC 4180) and JSON lines as their bytes go by, a spreadsheet by its sheet. */
import { memberOf } from './zip.ts';

export interface RowCounter {
  add(chunk: Uint8Array): void;
  total(): number;
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;
/** The member of a spreadsheet of ours that holds the rows; its first row holds the column names. */
const SHEET = 'xl/worksheets/sheet1.xml';
/** `<row` and a blank: text cannot hold it, for its `<` is escaped. */
const ROW = Buffer.from('<row ');

/** A line end inside quotes belongs to a cell. JSON lines have no such line ends; only a CSV has a line of column names, where `head` is true. */
export function rowCounter(format: string, head = true): RowCounter {
  return format === 'jsonl' ? lineCounter() : recordCounter(head ? 1 : 0);
}

function lineCounter(): RowCounter {
  let lines = 0;
  return {
    add(chunk) {
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
    },
    total: () => lines,
  };
}

function recordCounter(heads: number): RowCounter {
  let quoted = false;
  let lines = 0;
  return {
    add(chunk) {
      const length = chunk.length;
      let inside = quoted;
      let found = 0;
      for (let i = 0; i < length; i++) {
        const byte = chunk[i] as number;
        if (byte > QUOTE) continue;
        if (byte === QUOTE) inside = !inside;
        else if (byte === NEWLINE && !inside) found++;
      }
      quoted = inside;
      lines += found;
    },
    total: () => Math.max(0, lines - heads),
  };
}

/** Data rows of a spreadsheet file of ours. Throws where it is none. */
export async function sheetRows(file: string): Promise<number> {
  let rows = 0;
  let seam = Buffer.alloc(0);
  for await (const chunk of memberOf(file, SHEET)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    // One that is cut by the end of a piece: looked for where the two meet, which is too short to hold a whole one on either side.
    const met = Buffer.concat([seam, bytes.subarray(0, ROW.length - 1)]);
    rows += countOf(met) + countOf(bytes);
    seam = Buffer.from(bytes.length < ROW.length ? met.subarray(1 - ROW.length) : bytes.subarray(1 - ROW.length));
  }
  return Math.max(0, rows - 1);
}

function countOf(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(ROW); at >= 0; at = bytes.indexOf(ROW, at + ROW.length)) rows++;
  return rows;
}
