/** What lies in the plain file: its rows counted, its first ones kept to be looked at, by format. */
import type { Manifest } from './manifest.ts';
import { type Cell, csvCells, joined, jsonCells, splitter } from './records.ts';
import { refuse } from './refusal.ts';
import type { Spreadsheet } from './spreadsheet.ts';
import { type Member, memberReader, membersOf } from './unzip.ts';

/** Rows to look at. */
const SHOWN = 5;

/** What was found: rows, and the first of them as they are. */
export interface Found {
  readonly rows: number;
  readonly preview: readonly (readonly (string | null)[])[];
}

/** Takes the plain bytes as they come. `again` asks for a second reading, by the counter it gives. */
export interface Counter {
  push(chunk: Uint8Array): void | Promise<void>;
  end(): Promise<Found | { readonly again: Counter }>;
  /** Rows that are complete so far, where that can be told before the end. */
  rows?(): number;
}

/** What counts a file of this format. */
export function counterFor(manifest: Manifest): Counter {
  return manifest.format === 'xlsx' ? packageTail() : records(manifest.format === 'csv');
}

function records(csv: boolean): Counter {
  const split = splitter(csv);
  const preview: (string | null)[][] = [];
  // The first line of a CSV holds the column names.
  let rows = csv ? -1 : 0;
  const take = (found: readonly Uint8Array[]): void => {
    for (const record of found) {
      if (rows >= 0 && preview.length < SHOWN) preview.push(cellsOf(csv, record).map(({ text }) => text));
      rows += 1;
    }
  };
  return {
    push: (chunk) => take(split.push(chunk)),
    rows: () => Math.max(0, rows),
    async end() {
      take(split.end());
      return { rows: Math.max(0, rows), preview };
    },
  };
}

function cellsOf(csv: boolean, record: Uint8Array): readonly Cell[] {
  return csv ? csvCells(record) : jsonCells(record).cells;
}

/** Turns the plain bytes of a CSV or JSON-lines file into the rows of a spreadsheet. */
export function converterTo(sheet: Spreadsheet, manifest: Manifest): Pick<Counter, 'push'> & { end(): Promise<void> } {
  const csv = manifest.format === 'csv';
  const split = splitter(csv);
  let header = csv;
  const numeric = manifest.columns.map(({ mask }) => mask === 'amount' || mask === 'clear');
  const take = async (found: readonly Uint8Array[]): Promise<void> => {
    const rows = header ? found.slice(1) : found;
    header = header && found.length === 0;
    await sheet.rows(parsed(rows, csv, numeric));
  };
  return {
    push: (chunk) => take(split.push(chunk)),
    async end() {
      await take(split.end());
      await sheet.end();
    },
  };
}

/** No code that would lose its leading zero, and nothing that a spreadsheet would show with an exponent. */
const COUNTED = /^-?(0|[1-9]\d{0,10})(\.\d+)?$/;

/** In a CSV nothing says what is a number: in the dictionary's amounts and harmless columns what looks like one is, so that it can be added up. */
function* parsed(rows: readonly Uint8Array[], csv: boolean, numeric: readonly boolean[]): Generator<readonly Cell[]> {
  for (const row of rows) {
    const cells = cellsOf(csv, row);
    if (cells.length !== numeric.length) throw refuse('spreadsheet');
    yield csv
      ? cells.map((cell, i) => ({ ...cell, number: numeric[i] === true && COUNTED.test(cell.text ?? '') }))
      : cells;
  }
}

/** A package's directory stands at its end: of the first reading only so much is kept. */
const TAIL = 256 * 1024;

function packageTail(): Counter {
  let tail: Uint8Array = new Uint8Array();
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      tail = joined([tail, chunk]).slice(-TAIL);
    },
    async end() {
      return { again: sheetRows(dataSheet(membersOf(tail, size))) };
    },
  };
}

/** The sheet that holds the rows is the first. */
function dataSheet(members: readonly Member[]): Member {
  const sheet = members.find(({ name }) => name === 'xl/worksheets/sheet1.xml');
  if (sheet === undefined) throw refuse('damaged');
  return sheet;
}

const ROW = [...'<row'].map((letter) => letter.charCodeAt(0));
/** Characters of the sheet that are looked through for the first rows. */
const LOOKED = 256 * 1024;

function sheetRows(member: Member): Counter {
  const start: Uint8Array[] = [];
  let held = 0;
  let matched = 0;
  let rows = 0;
  const reader = memberReader(member, (piece) => {
    if (held < LOOKED) start.push(piece.slice(0, LOOKED - held));
    held += piece.length;
    for (const byte of piece) {
      // Behind `<row` comes a blank or the bracket; `<rowBreaks` is something else.
      if (matched === ROW.length) rows += byte === 32 || byte === 62 ? 1 : 0;
      matched = matched < ROW.length && byte === ROW[matched] ? matched + 1 : byte === ROW[0] ? 1 : 0;
    }
  });
  return {
    push: reader.push,
    async end() {
      await reader.end();
      // The first row holds the column names.
      return { rows: Math.max(0, rows - 1), preview: sheetPreview(new TextDecoder().decode(joined(start))) };
    },
  };
}

function sheetPreview(xml: string): (string | null)[][] {
  const rows = [...xml.matchAll(/<row[ >].*?<\/row>/gs)].slice(1, SHOWN + 1);
  return rows.map(([row]) => {
    const cells: (string | null)[] = [];
    for (const [, place = '', cell = ''] of row.matchAll(/<c r="([A-Z]+)\d+"(.*?)<\/c>/gs)) {
      // Where there is no value there is no cell.
      while (cells.length < columnOf(place)) cells.push(null);
      cells.push(shown(cell));
    }
    return cells;
  });
}

/** 0 for A, 25 for Z, 26 for AA; no further than a sheet goes. */
function columnOf(letters: string): number {
  let column = 0;
  for (const letter of letters.slice(0, 3)) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

/** The text of a cell: what stands between its tags. */
function shown(cell: string): string {
  const text = cell.slice(cell.indexOf('>') + 1).replace(/<[^>]*>/g, '');
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
