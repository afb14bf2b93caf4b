/** A terminal screen as a value: bytes in, rows of styled cells out. Enough of VT100 for prompts, spinners and tables. */
import stringWidth from 'string-width';

/** SGR state of a cell. Colours are 0-15 (the named ones), or `#rrggbb`. */
export interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly colour?: number | string;
  readonly ground?: number | string;
}

/** One column. A wide glyph takes its first column and leaves the second one `''`. */
export interface Cell {
  readonly glyph: string;
  readonly style: Style;
}

export interface Screen {
  readonly columns: number;
  /** Every row ever written, the scrolled-off ones first. */
  readonly rows: readonly (readonly Cell[])[];
  /** Index of the first visible row. */
  readonly top: number;
  readonly cursor: { readonly row: number; readonly column: number };
}

interface Pen {
  row: number;
  column: number;
  style: Style;
  top: number;
}

const TOKEN =
  /\x1b\[([?<=>]?)([\d;:]*)([ -/]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][\w]|\x1b[=>78cDEHMNOZ]/y;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Plays a recording on an empty screen of the given size. */
export function play(recording: string, columns: number, height: number): Screen {
  const rows: Cell[][] = [[]];
  const pen: Pen = { row: 0, column: 0, style: {}, top: 0 };
  let at = 0;
  while (at < recording.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(recording);
    if (token !== null) {
      at = TOKEN.lastIndex;
      if (token[4] !== undefined) control(rows, pen, token[2] ?? '', token[4], token[1] ?? '', columns, height);
      continue;
    }
    const next = recording.indexOf('\x1b', at + 1);
    const text = recording.slice(at, next === -1 ? undefined : next);
    for (const { segment } of segmenter.segment(text)) put(rows, pen, segment, columns, height);
    at += text.length;
  }
  return { columns, rows, top: pen.top, cursor: { row: pen.row, column: pen.column } };
}

function put(rows: Cell[][], pen: Pen, glyph: string, columns: number, height: number): void {
  if (glyph === '\r\n' || glyph === '\n') {
    if (glyph === '\r\n') pen.column = 0;
    down(rows, pen, height);
  } else if (glyph === '\r') pen.column = 0;
  else if (glyph === '\b') pen.column = Math.max(0, pen.column - 1);
  else if (glyph === '\t') pen.column = Math.min(columns - 1, (Math.floor(pen.column / 8) + 1) * 8);
  else if (glyph >= ' ' && glyph !== '\x7f') write(rows, pen, glyph, columns, height);
}

function write(rows: Cell[][], pen: Pen, glyph: string, columns: number, height: number): void {
  const width = stringWidth(glyph);
  if (width === 0) return;
  if (pen.column + width > columns) {
    pen.column = 0;
    down(rows, pen, height);
  }
  const row = rows[pen.row] ?? [];
  while (row.length < pen.column) row.push({ glyph: ' ', style: {} });
  row[pen.column] = { glyph, style: pen.style };
  if (width === 2) row[pen.column + 1] = { glyph: '', style: pen.style };
  rows[pen.row] = row;
  pen.column += width;
}

function down(rows: Cell[][], pen: Pen, height: number): void {
  pen.row += 1;
  while (rows.length <= pen.row) rows.push([]);
  pen.top = Math.max(pen.top, pen.row - height + 1);
}

function control(
  rows: Cell[][],
  pen: Pen,
  parameters: string,
  final: string,
  mark: string,
  columns: number,
  height: number,
): void {
  if (mark !== '') return;
  const numbers = parameters.split(/[;:]/).map((part) => (part === '' ? undefined : Number(part)));
  const n = Math.max(1, numbers[0] ?? 1);
  if (final === 'm')
    pen.style = restyled(
      pen.style,
      numbers.map((value) => value ?? 0),
    );
  else if (final === 'A') pen.row = Math.max(pen.top, pen.row - n);
  else if (final === 'B') for (let i = 0; i < n && pen.row < pen.top + height - 1; i++) down(rows, pen, height);
  else if (final === 'C') pen.column = Math.min(columns - 1, pen.column + n);
  else if (final === 'D') pen.column = Math.max(0, pen.column - n);
  else if (final === 'G') pen.column = Math.min(columns - 1, n - 1);
  else if (final === 'E' || final === 'F') moveLine(rows, pen, final === 'E' ? n : -n, height);
  else if (final === 'H' || final === 'f') moveTo(rows, pen, n - 1, (numbers[1] ?? 1) - 1);
  else if (final === 'K') eraseInLine(rows, pen, numbers[0] ?? 0);
  else if (final === 'J') eraseScreen(rows, pen, numbers[0] ?? 0);
}

function moveLine(rows: Cell[][], pen: Pen, by: number, height: number): void {
  pen.column = 0;
  if (by < 0) pen.row = Math.max(pen.top, pen.row + by);
  else for (let i = 0; i < by; i++) down(rows, pen, height);
}

function moveTo(rows: Cell[][], pen: Pen, row: number, column: number): void {
  pen.row = pen.top + row;
  pen.column = column;
  while (rows.length <= pen.row) rows.push([]);
}

function eraseInLine(rows: Cell[][], pen: Pen, what: number): void {
  const row = rows[pen.row] ?? [];
  const blank = { glyph: ' ', style: {} };
  if (what === 0) rows[pen.row] = row.slice(0, pen.column);
  else if (what === 1) rows[pen.row] = row.map((cell, i) => (i <= pen.column ? blank : cell));
  else rows[pen.row] = [];
}

function eraseScreen(rows: Cell[][], pen: Pen, what: number): void {
  if (what === 0) {
    eraseInLine(rows, pen, 0);
    rows.length = Math.max(pen.row + 1, 1);
  } else for (let i = pen.top; i < rows.length; i++) rows[i] = [];
}

const FLAGS: Readonly<Record<number, Partial<Style>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
};

function restyled(style: Style, codes: readonly number[]): Style {
  let now: Style = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(i + 1));
      now = code === 38 ? { ...now, colour } : { ...now, ground: colour };
      i += used;
    } else if (code === 39) now = without(now, 'colour');
    else if (code === 49) now = without(now, 'ground');
    else now = code === 0 ? {} : { ...now, ...FLAGS[code], ...named(code) };
  }
  return now;
}

function without(style: Style, key: keyof Style): Style {
  return Object.fromEntries(Object.entries(style).filter(([name]) => name !== key));
}

function named(code: number): { colour?: number; ground?: number } {
  if (code >= 30 && code <= 37) return { colour: code - 30 };
  if (code >= 90 && code <= 97) return { colour: code - 90 + 8 };
  if (code >= 40 && code <= 47) return { ground: code - 40 };
  if (code >= 100 && code <= 107) return { ground: code - 100 + 8 };
  return {};
}

function extended(codes: readonly number[]): [colour: number | string, used: number] {
  const hex = (values: readonly number[]) => `#${values.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  if (codes[0] === 2) return [hex(codes.slice(1, 4)), 4];
  const index = codes[1] ?? 0;
  if (index < 16) return [index, 2];
  const level = (value: number) => (value === 0 ? 0 : 55 + 40 * value);
  if (index >= 232) return [hex(Array(3).fill(8 + 10 * (index - 232))), 2];
  const cube = index - 16;
  return [hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level)), 2];
}

/** A row's text without trailing blanks. */
export function lineOf(row: readonly Cell[]): string {
  return row
    .map(({ glyph }) => glyph)
    .join('')
    .trimEnd();
}

/** The visible rows as text, exactly `height` of them at most. */
export function visible(screen: Screen, height: number): string[] {
  return screen.rows.slice(screen.top, screen.top + height).map(lineOf);
}
