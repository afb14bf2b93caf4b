/** A table: boxed and wrapped to the terminal, as records where it is too narrow, as aligned columns off a terminal. */
import Table from 'cli-table3';
import type { Section } from '../../core/report.ts';
import { pad, widthOf, wrap } from '../../core/width.ts';
import { paintFor } from '../colour.ts';
import { type How, say, sayLine } from '../how.ts';
import { factLines } from './block.ts';
import { standIns } from './standins.ts';

type TableSection = Extract<Section, { kind: 'table' }>;
type Cells = readonly (readonly string[])[];

const ASCII_BOX = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};

/** Below this a column shows shreds of words; then rows become records. */
const NARROWEST = 8;

/** All lines of a table section, without its heading. */
export function tableLines(section: TableSection, how: How): string[] {
  if (how.columns <= 0) return aligned(section, how);
  const head = section.columns.map((text) => say(text, how));
  const rows = section.rows.map((row) => head.map((_, i) => say(row[i] ?? '', how)));
  const widths = fitted([head, ...rows], how.columns);
  return widths === undefined ? records(section, how) : boxed(head, rows, widths, how);
}

/** One row a line, nothing cut and no box: for pipes. */
function aligned(section: TableSection, how: How): string[] {
  const rows = [section.columns, ...section.rows].map((row) =>
    section.columns.map((_, i) => sayLine(row[i] ?? '', how)),
  );
  const widths = section.columns.map((_, i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function records(section: TableSection, how: How): string[] {
  return section.rows.flatMap((row, i) => {
    const facts = section.columns.map((column, k) => [column, row[k] ?? ''] as const);
    return [...(i === 0 ? [] : ['']), ...factLines(facts, how, 2)];
  });
}

/** Widths of the columns so that the box fits: the widest give way first. undefined where a column would be too narrow to read. */
function fitted(rows: Cells, columns: number): number[] | undefined {
  const count = rows[0]?.length ?? 0;
  const natural = Array.from({ length: count }, (_, i) =>
    Math.max(1, ...rows.flatMap((row) => (row[i] ?? '').split('\n').map(widthOf))),
  );
  const room = columns - 3 * count - 1;
  let cap = Math.max(...natural);
  const total = (limit: number) => natural.reduce((sum, width) => sum + Math.min(width, limit), 0);
  while (cap > 0 && total(cap) > room) cap--;
  return cap < Math.min(NARROWEST, Math.max(...natural)) ? undefined : natural.map((width) => Math.min(width, cap));
}

function boxed(head: readonly string[], rows: Cells, widths: readonly number[], how: How): string[] {
  const paint = paintFor(how.colour);
  const carried = standIns();
  const cell = (text: string, i: number, brush = (line: string) => line) =>
    wrap(text, widths[i] ?? 1)
      .map((line) => brush(carried.put(pad(line, widths[i] ?? 1))))
      .join('\n');
  const body = rows.map((row) => row.map((text, i) => cell(text, i)));
  const table = new Table({
    head: head.map((text, i) => cell(text, i, paint.bold)),
    style: { head: [], border: [], compact: body.every((row) => row.every((text) => !text.includes('\n'))) },
    ...(how.ascii === true ? { chars: ASCII_BOX } : {}),
  });
  table.push(...body);
  return carried.back(table.toString()).split('\n');
}
