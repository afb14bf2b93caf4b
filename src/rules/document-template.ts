/**
 * Reads the template of a form: Markdown-like, one line a thing, so that two versions compare well.
 *
 *     <!-- a comment, over several lines -->
 *     # title                       ## heading            ### heading below it
 *     @number {number}              in the header of every page
 *     @watermark {id} {operator}    in header and footer of every page; left out while nothing of it is known
 *     @landscape   @break           the page on its side; a new page
 *     @verbatim {sql}               text as it is
 *     @sign applicant | reviewer    places to sign, side by side
 *     a paragraph with a {field}    >> to the right       >< centred     > small print (> >> to the right)
 *     |--|-----|                    widths of a form's columns, then its rows; under a row of titles: a list
 *     | **label** | {field} | < |   `<` widens the cell before it; `<br>` begins a line, which may begin with >> or ><
 *     {#list 3} … {/list}           rows repeated for each row of the list, three at least
 *
 * `{field:one/other}` is a choice of boxes. A backslash before a sign takes its meaning from it.
 */
import type { Align } from '../core/document.ts';
import { nearest } from '../core/nearest.ts';
import { t } from '../core/text.ts';
import type { FormFields } from './document-forms.ts';
import {
  type Complain,
  type Part,
  placesIn,
  type Read,
  type Row,
  splitOutside,
  type Template,
  type Words,
  wordsOf,
} from './document-parts.ts';
import { tableOf } from './document-table.ts';
import { type Problem, refusal } from './problem.ts';

interface Reading {
  title?: Words;
  number?: Words;
  watermark?: Words;
  landscape: boolean;
  readonly parts: Part[];
  readonly complain: Complain;
  readonly read: Read;
}

/** The template of a form with these fields; Stop('usage') at file:line for what is not understood, all faults in its data. */
export function parseDocument(text: string, file: string, form: FormFields): Template {
  const problems: Problem[] = [];
  const complain: Complain = (line, message, near) =>
    problems.push({ line, column: 1, key: '', message, ...(near === undefined ? {} : { nearest: near }) });
  const reading: Reading = { landscape: false, parts: [], complain, read: reader(form, complain) };
  for (const block of blocksOf(withoutComments(text, complain))) {
    if (isTable(block)) reading.parts.push(tableOf(block, form, reading.read, complain));
    else for (const row of block) readLine(reading, row);
  }
  const { title, number, watermark, landscape, parts } = reading;
  if (title === undefined) complain(1, t('the title is missing: a line that begins with “# ”'));
  if (problems.length > 0 || title === undefined) throw refusal(file, problems, []);
  return { title, landscape, parts, ...(number ? { number } : {}), ...(watermark ? { watermark } : {}) };
}

function reader(form: FormFields, complain: Complain): Read {
  return (line, text, list) => {
    const { words, strays } = wordsOf(text);
    if (strays.length > 0) complain(line, t('a brace that is no place; write {escaped}', { escaped: '\\{ \\}' }));
    const known = list === undefined ? Object.keys(form.fields) : ['no', ...Object.keys(form.lists[list] ?? {})];
    for (const { field, options } of placesIn(words)) {
      if (!known.includes(field)) complain(line, t('unknown field {field}', { field }), nearest(field, known));
      if (options.includes('')) complain(line, t('a choice of {field} is empty', { field }));
    }
    return words;
  };
}

/** Lines with their numbers; those of comments are left out. */
function withoutComments(text: string, complain: Complain): Row[] {
  const rows: Row[] = [];
  let opened = 0;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (opened === 0 && line.startsWith('<!--')) opened = i + 1;
    else if (opened === 0) rows.push({ line: i + 1, text: line.trim() });
    if (opened === 0 || !line.includes('-->')) continue;
    if (!line.trimEnd().endsWith('-->')) complain(i + 1, t('nothing may follow the end of a comment on its line'));
    opened = 0;
  }
  if (opened > 0) complain(opened, t('a comment is not closed'));
  return rows;
}

/** Lines of a table stand together; every other line is a block of its own. Empty lines end a table. */
function blocksOf(rows: readonly Row[]): Row[][] {
  const blocks: Row[][] = [];
  let open = false;
  for (const row of rows) {
    const table = belongsToTable(row);
    if (table && open) blocks.at(-1)?.push(row);
    else if (row.text !== '') blocks.push([row]);
    open = table;
  }
  return blocks;
}

const belongsToTable = ({ text }: Row): boolean => /^(\||\{[#/])/.test(text);
const isTable = ([first]: readonly Row[]): boolean => first !== undefined && belongsToTable(first);

function readLine(reading: Reading, { line, text }: Row): void {
  const [, mark = '', rest = ''] = /^(#{1,3}\s|@\S+|> >>|> ><|>>|><|>|)\s*(.*)$/.exec(text) ?? [];
  if (mark.startsWith('@')) readOrder(reading, line, mark.slice(1), rest);
  else if (/^#\s/.test(mark)) {
    if (reading.title !== undefined) reading.complain(line, t('a second title'));
    reading.title = reading.read(line, rest);
  } else reading.parts.push(partOf(mark.trim(), reading.read(line, rest)));
}

function partOf(mark: string, words: Words): Part {
  if (mark === '##' || mark === '###') return { kind: 'heading', level: mark === '##' ? 1 : 2, words };
  const kind = /^>( |$)/.test(mark) ? 'note' : 'paragraph';
  return { kind, words, ...alignOf(mark.replace('> ', '')) };
}

function alignOf(mark: string): { readonly align?: Align } {
  return mark === '>>' ? { align: 'right' } : mark === '><' ? { align: 'center' } : {};
}

/** Without the blanks around it; the wide ones are meant. */
const bare = (text: string): string => text.replace(/^ +| +$/g, '');

const ORDERS = ['number', 'watermark', 'landscape', 'break', 'verbatim', 'sign'];

function readOrder(reading: Reading, line: number, order: string, rest: string): void {
  const { read, complain, parts } = reading;
  const lone = order === 'landscape' || order === 'break';
  if (!ORDERS.includes(order)) complain(line, t('unknown order @{order}', { order }), nearest(order, ORDERS));
  else if (lone !== (rest === ''))
    complain(line, lone ? t('@{order} takes no text', { order }) : t('@{order} needs a text', { order }));
  else if (order === 'landscape') reading.landscape = true;
  else if (order === 'break') parts.push({ kind: 'break' });
  else if (order === 'verbatim') parts.push({ kind: 'verbatim', words: read(line, rest) });
  else if (order === 'sign') {
    const labels = splitOutside(rest, '|').map((one) => read(line, splitOutside(one, '<br>').map(bare).join('\n')));
    parts.push({ kind: 'signatures', labels });
  } else if (order === 'number' || order === 'watermark') reading[order] = read(line, rest);
}
