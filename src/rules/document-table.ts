/** Reads a table of a form's template: its widths, its titles, its rows and what repeats. */
import type { Align } from '../core/document.ts';
import { nearest } from '../core/nearest.ts';
import { t } from '../core/text.ts';
import type { FormFields } from './document-forms.ts';
import {
  type CellPart,
  type Complain,
  type LinePart,
  placesIn,
  type Read,
  type Repeat,
  type Row,
  type RowPart,
  splitOutside,
  type TablePart,
  wordsOf,
} from './document-parts.ts';

const RULE = /^\|(\s*:?-+:?\s*\|)+$/;
const OPEN = /^\{#([a-z][a-zA-Z0-9]*)(?:\s+(\d{1,2}))?\}$/;
const CLOSE = /^\{\/([a-z][a-zA-Z0-9]*)\}$/;

/** The lines of one table as a table; complains of what is not understood. */
export function tableOf(lines: readonly Row[], form: FormFields, read: Read, complain: Complain): TablePart {
  const place = lines.findIndex(({ text }) => RULE.test(text));
  const at = lines[0]?.line ?? 1;
  if (place > 1) complain(lines[place]?.line ?? at, t('the line of widths stands first, or below one row of titles'));
  const rule = lines[place];
  const widths = rule === undefined ? [] : cellsIn(rule.text).map(shareOf);
  const aligns = rule === undefined ? [] : cellsIn(rule.text).map(sideOf);
  const titles = place === 1 ? lines[0] : undefined;
  const head = titles && cellsIn(titles.text).map((text) => titleOf(titles.line, text, complain));
  if (head !== undefined && head.length !== widths.length) complain(at, countText(widths.length, head.length));
  const shape = { form, read, complain, list: head !== undefined, columns: widths.length };
  const rows = rowsOf(lines.slice(place + 1), shape);
  if (lines.length === place + 1) complain(at, t('a table without rows'));
  const [first = []] = rows.flatMap((row) => ('list' in row ? row.rows : [row]));
  const equal = Array.from({ length: spanOf(first) }, () => 1);
  return { kind: 'table', ...(head ? { head } : {}), widths: rule ? widths : equal, aligns, rows };
}

interface Shape {
  readonly form: FormFields;
  readonly read: Read;
  readonly complain: Complain;
  readonly list: boolean;
  /** 0 until known: the first row decides. */
  readonly columns: number;
}

const cellsIn = (text: string): string[] =>
  splitOutside(text.replace(/^\|/, '').replace(/(?<!\\)\|$/, ''), '|').map((cell) => cell.trim());
const shareOf = (cell: string): number => cell.replaceAll(':', '').length;
const countText = (wanted: number, found: number) => t('{wanted} cells are wanted, {found} found', { wanted, found });

function sideOf(cell: string): Align {
  if (!cell.endsWith(':')) return 'left';
  return cell.startsWith(':') ? 'center' : 'right';
}

function titleOf(line: number, text: string, complain: Complain): string {
  const { words, strays } = wordsOf(splitOutside(text, '<br>').join('\n'));
  if (strays.length > 0 || placesIn(words).length > 0) complain(line, t('a title of a list takes no field'));
  return words.map((one) => (typeof one === 'string' ? one : '')).join('');
}

const spanOf = (row: RowPart): number => row.reduce((sum, cell) => sum + cell.span, 0);

/** Rows and repeats in their order. */
function rowsOf(lines: readonly Row[], shape: Shape): (RowPart | Repeat)[] {
  const rows: (RowPart | Repeat)[] = [];
  let columns = shape.columns;
  let open: (Repeat & { readonly rows: RowPart[]; readonly line: number }) | undefined;
  for (const { line, text } of lines) {
    const [, name, least] = OPEN.exec(text) ?? [];
    const [, end] = CLOSE.exec(text) ?? [];
    if (name !== undefined) {
      if (open !== undefined) shape.complain(line, t('{list} begins inside {open}', { list: name, open: open.list }));
      checkList(name, line, shape);
      open = { list: name, least: Number(least ?? 0), rows: [], line };
    } else if (end !== undefined) {
      if (open?.list === end && open.rows.length > 0) rows.push({ list: end, least: open.least, rows: open.rows });
      else if (open?.list === end) shape.complain(line, t('{list} has no rows', { list: end }));
      else shape.complain(line, t('{list} ends here without having begun', { list: end }));
      open = undefined;
    } else {
      const row = rowOf({ line, text }, { ...shape, columns }, open?.list);
      columns ||= spanOf(row);
      (open?.rows ?? rows).push(row);
    }
  }
  if (open !== undefined) shape.complain(open.line, t('{list} is not closed', { list: open.list }));
  return rows;
}

function checkList(name: string, line: number, { form, complain }: Shape): void {
  const known = Object.keys(form.lists);
  if (!known.includes(name)) complain(line, t('unknown list {list}', { list: name }), nearest(name, known));
}

function rowOf({ line, text }: Row, shape: Shape, list: string | undefined): RowPart {
  const { complain, read, columns } = shape;
  if (!text.startsWith('|')) complain(line, t('neither a row of a table nor the beginning or end of a list'));
  const cells: (CellPart & { span: number })[] = [];
  const texts = cellsIn(text);
  for (const cell of texts) {
    const last = cells.at(-1);
    if (cell !== '<') cells.push(cellOf(line, cell, read, list));
    else if (last === undefined || shape.list) complain(line, t('there is no cell that could be widened'));
    else last.span++;
  }
  if (columns > 0 && texts.length !== columns) complain(line, countText(columns, texts.length));
  return cells;
}

function cellOf(line: number, text: string, read: Read, list: string | undefined): CellPart {
  const label = /^\*\*(.+)\*\*$/.exec(text)?.[1];
  const lines = splitOutside(label ?? text, '<br>').map((one): LinePart => {
    const [, mark, rest = ''] = /^\s*(>>|><)?\s*(.*)$/.exec(one.trim()) ?? [];
    const words = read(line, rest, list);
    return mark === undefined ? { words } : { words, align: mark === '>>' ? 'right' : 'center' };
  });
  return { label: label !== undefined, lines, span: 1 };
}
