/** Fills the template of a form. Values are text and stay text: nothing in one can become a place, a cell or a mark. */
import type { Block, Cell, Document, Line } from '../core/document.ts';
import { safe } from '../core/escape.ts';
import type { Values } from './document-forms.ts';
import {
  type CellPart,
  type LinePart,
  type Part,
  type Place,
  placesIn,
  type Repeat,
  type RowPart,
  type TablePart,
  type Template,
  type Words,
} from './document-parts.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Where a value is not known: room for the pen. */
const BLANK = '＿＿＿＿＿＿';
/** Both stand in GB 2312, so that every Chinese font has them. */
const BOX = { empty: '□', ticked: '■' };

/**
 * The form with these values; an absent or empty one leaves its place empty. Signs that a reader could not see are shown
 * as escapes, newlines break the line. `at` is the ISO time that the file carries.
 */
export function fillDocument(template: Template, values: Values, at?: string): Document {
  const { title, number, watermark, landscape, parts } = template;
  const blocks = parts.map((part) => blockOf(part, values));
  const above = (name: 'number' | 'watermark', words: Words | undefined) =>
    words === undefined || unknown(words, values) ? {} : { [name]: filled(words, values) };
  const when = at === undefined ? {} : { at };
  const marks = { ...above('number', number), ...above('watermark', watermark) };
  return { title: filled(title, values), ...marks, ...(landscape ? { landscape } : {}), ...when, blocks };
}

function blockOf(part: Part, values: Values): Block {
  switch (part.kind) {
    case 'table':
      return tableBlock(part, values);
    case 'break':
      return part;
    case 'signatures':
      return { kind: 'signatures', labels: part.labels.map((words) => alone(words, values)) };
    case 'verbatim':
      return { kind: 'verbatim', text: alone(part.words, values) };
    case 'heading':
      return { kind: 'heading', level: part.level, text: filled(part.words, values) };
    case 'note':
    case 'paragraph':
      return { kind: part.kind, text: alone(part.words, values), ...(part.align ? { align: part.align } : {}) };
  }
}

function tableBlock({ head, widths, aligns, rows }: TablePart, values: Values): Block {
  const drawn = rows.flatMap((row) => ('list' in row ? repeated(row, values) : [rowOf(row, values)]));
  if (head === undefined) return { kind: 'form', widths, rows: drawn };
  const columns = head.map((title, i) => ({ title, width: widths[i] ?? 1, align: aligns[i] ?? 'left' }));
  const texts = drawn.map((row) => row.map(({ lines }) => lines.map(({ text }) => text).join('\n')));
  return { kind: 'list', columns, rows: texts };
}

function repeated({ list, least, rows }: Repeat, values: Values): Cell[][] {
  const found = values[list];
  const given: readonly Fields[] = Array.isArray(found) ? found : [];
  const empty = Array.from({ length: Math.max(0, least - given.length) }, () => ({}));
  const all: readonly Fields[] = [...given.map((row, i) => ({ no: String(i + 1), ...row })), ...empty];
  return all.flatMap((fields) => rows.map((row) => rowOf(row, fields)));
}

const rowOf = (row: RowPart, fields: Fields): Cell[] => row.map((cell) => cellOf(cell, fields));

function cellOf({ label, lines, span }: CellPart, fields: Fields): Cell {
  return { kind: label ? 'label' : 'value', span, lines: lines.map((line) => lineOf(line, fields)) };
}

function lineOf({ words, align }: LinePart, fields: Fields): Line {
  return { text: alone(words, fields), ...(align === undefined ? {} : { align }) };
}

/** As `filled`, but a place that stands alone is left empty: its cell is room enough. */
function alone(words: Words, fields: Fields): string {
  const [only] = words;
  const single = words.length === 1 && typeof only === 'object' && only.options.length === 0;
  return single ? textOf(only, fields) : filled(words, fields);
}

function filled(words: Words, fields: Fields): string {
  return words
    .map((one) => {
      if (typeof one === 'string') return one;
      const value = textOf(one, fields);
      return one.options.length > 0 ? boxes(one.options, value) : value || BLANK;
    })
    .join('');
}

/** The box stands behind its word: at the beginning of a line some programs take it from the Latin font. */
function boxes(options: readonly string[], value: string): string {
  const all = options.map((option) => `${option}${option === value ? BOX.ticked : BOX.empty}`);
  const other = value === '' || options.includes(value) ? [] : [`${value}${BOX.ticked}`];
  return [...all, ...other].join('  ');
}

const unknown = (words: Words, fields: Fields): boolean =>
  placesIn(words).length > 0 && placesIn(words).every((place) => textOf(place, fields) === '');

function textOf({ field }: Place, fields: Fields): string {
  const value = fields[field];
  return typeof value === 'string' ? safe(value.replaceAll('\r\n', '\n')).replaceAll('\t', '  ') : '';
}
