/** Tables of a form: labelled fields, lists with a repeated header, places to sign. Fixed widths, so that every office program draws them alike. */
import {
  BorderStyle,
  HeightRule,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  VerticalAlignTable,
  WidthType,
} from 'docx';
import type { Align, Block, Cell, Line } from '../../core/document.ts';
import { FONT, ROW, SIZE } from './layout.ts';
import { runsOf, SIDES } from './runs.ts';

type Of<K extends Block['kind']> = Extract<Block, { readonly kind: K }>;

/** Whole twips that add up to `width`, in these shares. */
export function sharesOf(shares: readonly number[], width: number): number[] {
  const sum = shares.reduce((all, one) => all + one, 0);
  let before = 0;
  return shares.map((_, i) => {
    const upTo = shares.slice(0, i + 1).reduce((all, one) => all + one, 0);
    const edge = Math.round((upTo / sum) * width);
    const own = edge - before;
    before = edge;
    return own;
  });
}

/** Labels and what is filled in beside them. */
export function formTable({ widths, rows }: Of<'form'>, width: number): Table {
  const columns = sharesOf(widths, width);
  const drawn = rows.map((row) => {
    let at = 0;
    const cells = row.map((cell) => {
      const from = at;
      at += cell.span;
      return formCell(cell, sum(columns.slice(from, at)));
    });
    return rowOf(cells, ROW.form, longest(row.flatMap(({ lines }) => lines.map(({ text }) => text))));
  });
  return tableOf(drawn, columns);
}

/** With more columns than this a list is set smaller. */
const MANY = 8;

/** Rows under a header that every page repeats. */
export function listTable({ columns, rows }: Of<'list'>, width: number): Table {
  const widths = sharesOf(
    columns.map((column) => column.width),
    width,
  );
  const size = columns.length > MANY ? SIZE.mark : SIZE.small;
  const head = columns.map(({ title }, i) => listCell({ text: title, align: 'center' }, widths[i] ?? 0, size, true));
  const body = rows.map((row) => {
    const cells = columns.map(({ align }, i) => listCell({ text: row[i] ?? '', align }, widths[i] ?? 0, size, false));
    return rowOf(cells, ROW.list, longest(row));
  });
  const first = new TableRow({ children: head, tableHeader: true, cantSplit: true, height: atLeast(ROW.list) });
  return tableOf([first, ...body], widths);
}

/** Labels side by side, each with its own lines, without borders. */
export function signatureTable(labels: readonly string[], width: number): Table {
  const widths = sharesOf(
    labels.map(() => 1),
    width,
  );
  const cells = labels.map((label, i) => {
    const lines = label.split('\n').map((text) => paragraphOf({ text }, FONT.body, SIZE.form, 400));
    return new TableCell({ children: lines, width: { size: widths[i] ?? 0, type: WidthType.DXA }, margins: PADDING });
  });
  return tableOf([rowOf(cells, ROW.form, longest(labels))], widths, BorderStyle.NONE);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
const atLeast = (value: number) => ({ value, rule: HeightRule.ATLEAST });

const PADDING = { top: 40, bottom: 40, left: 85, right: 85 };

/** A row stays on one page, unless it holds a text that could fill several. */
function rowOf(cells: readonly TableCell[], height: number, length: number): TableRow {
  return new TableRow({ children: cells, height: atLeast(height), cantSplit: length < 400 });
}

function tableOf(rows: readonly TableRow[], columns: readonly number[], style: 'none' | 'single' = BorderStyle.SINGLE) {
  const border = { style, size: style === BorderStyle.NONE ? 0 : 4, color: '000000' };
  const outer = { top: border, bottom: border, left: border, right: border };
  return new Table({
    rows,
    columnWidths: columns,
    layout: TableLayoutType.FIXED,
    width: { size: sum(columns), type: WidthType.DXA },
    alignment: SIDES.center,
    borders: { ...outer, insideHorizontal: border, insideVertical: border },
  });
}

function formCell({ kind, lines, span }: Cell, width: number): TableCell {
  const label = kind === 'label';
  return new TableCell({
    columnSpan: span,
    width: { size: width, type: WidthType.DXA },
    margins: PADDING,
    verticalAlign: VerticalAlignTable.CENTER,
    children: lines.map((line) => paragraphOf(label ? { align: 'center', ...line } : line, FONT.body, SIZE.form)),
  });
}

function listCell(line: Line, width: number, size: number, head: boolean): TableCell {
  return new TableCell({
    width: { size: width, type: WidthType.DXA },
    margins: PADDING,
    verticalAlign: VerticalAlignTable.CENTER,
    ...(head ? { shading: { type: ShadingType.CLEAR, color: 'auto', fill: 'EDEDED' } } : {}),
    children: [paragraphOf(line, head ? FONT.heading : FONT.body, size)],
  });
}

function paragraphOf(line: Line, font: (typeof FONT)[keyof typeof FONT], size: number, pitch = 0): Paragraph {
  const side: Align = line.align ?? 'left';
  return new Paragraph({
    alignment: SIDES[side],
    wordWrap: false,
    ...(pitch === 0 ? {} : { spacing: { line: pitch } }),
    children: runsOf(line.text, { font, size }),
  });
}
