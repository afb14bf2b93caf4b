/** A report without a form of its own as a document: its sections as headings, paragraphs and tables. */
import type { Block, Cell, Column, Document } from '../../core/document.ts';
import type { Finding } from '../../core/finding.ts';
import type { Plan } from '../../core/plan.ts';
import type { Report, Section } from '../../core/report.ts';
import { speak, type Text, t } from '../../core/text.ts';
import { EXIT } from '../../core/verdict.ts';
import { widthOf } from '../../core/width.ts';
import { say, sayLine, type Tongue } from '../how.ts';
import { type PlanRow, planFacts, planRow } from '../plan.ts';
import { OUTCOME_WORDS, particulars, tally, VERDICT_WORDS, worstFirst } from '../words.ts';

type Facts = readonly (readonly [Text, Text])[];

/** The document; headings are numbered as the language does it. */
export function documentFrom(report: Report, how: Tongue): Document {
  const run: Facts = report.run === undefined ? [] : [[t('run'), report.run]];
  const exit = String(report.exit ?? EXIT[report.verdict]);
  const head: Facts = [[t('verdict'), VERDICT_WORDS[report.verdict]], [t('exit code'), exit], ...run];
  const count = counter(how);
  const next = report.next ?? [];
  const blocks = [
    ...factTable(head, how),
    ...report.sections.flatMap((section) => sectionBlocks(section, count, how)),
    ...(next.length === 0 ? [] : [heading(t('Next'), count, how), verbatim(next.map((line) => sayLine(line, how)))]),
  ];
  return { title: say(report.title, how), ...(report.run === undefined ? {} : { number: report.run }), blocks };
}

/** `一、` in Chinese, `1. ` elsewhere. */
function counter(how: Tongue): () => string {
  const chinese = speak(t('en'), how.dictionary).startsWith('zh');
  let number = 0;
  return () => {
    number++;
    return chinese ? `${chineseNumber(number)}、` : `${number}. `;
  };
}

const DIGITS = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/** 1 to 99 in Chinese; beyond that in digits. */
export function chineseNumber(number: number): string {
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  if (tens === 0 || tens > 9) return tens === 0 ? (DIGITS[ones] ?? '') : String(number);
  return `${tens === 1 ? '' : DIGITS[tens]}十${DIGITS[ones]}`;
}

const heading = (text: Text, count: () => string, how: Tongue): Block => ({
  kind: 'heading',
  level: 1,
  text: `${count()}${say(text, how)}`,
});
const verbatim = (lines: readonly string[]): Block => ({ kind: 'verbatim', text: lines.join('\n') });
const paragraph = (text: Text, how: Tongue): Block => ({ kind: 'paragraph', text: say(text, how) });

function sectionBlocks(section: Section, count: () => string, how: Tongue): Block[] {
  const above = section.heading === undefined ? [] : [heading(section.heading, count, how)];
  return [...above, ...bodyOf(section, how)];
}

function bodyOf(section: Section, how: Tongue): Block[] {
  switch (section.kind) {
    case 'text':
      return section.lines.map((line) => paragraph(line, how));
    case 'findings':
      return findings(section.findings, how);
    case 'plan':
      return plan(section.plan, how);
    case 'table':
      return list(section.columns, section.rows, how);
    case 'facts':
      return factTable(section.facts, how);
    case 'todo':
      return section.items.map((item, i) => paragraph(`□ ${i + 1}. ${say(item, how)}`, how));
    case 'verbatim':
      return [verbatim([say(section.text, how)])];
  }
}

function findings(all: readonly Finding[], how: Tongue): Block[] {
  if (all.length === 0) return [paragraph(t('none'), how)];
  const sums = tally(all).map(([outcome, count]) => `${say(OUTCOME_WORDS[outcome], how)} ${count}`);
  const rows = worstFirst(all).map((one) => [
    OUTCOME_WORDS[one.outcome],
    one.rule,
    one.subject,
    [...(one.title === undefined ? [] : [say(one.title, how)]), ...factLines(particulars(one), how)].join('\n'),
  ]);
  const head = [t('outcome'), t('rule'), t('subject'), t('particulars')];
  return [paragraph(sums.join('　'), how), ...list(head, rows, how)];
}

const factLines = (facts: Facts, how: Tongue): string[] =>
  facts.map(([label, text]) => `${say(label, how)}: ${say(text, how)}`);

function plan(one: Plan, how: Tongue): Block[] {
  const rows = one.lines.map((line) => planRow(line));
  const none = rows.length === 0 ? [paragraph(t('nothing to do'), how)] : [];
  return [...factTable(planFacts(one), how), ...none, ...rows.flatMap((row, i) => planBlocks(row, i + 1, how))];
}

function planBlocks(row: PlanRow, number: number, how: Tongue): Block[] {
  const title = `${number}. ${say(row.title, how)} (${say(row.step, how)}, ${say(row.certainty, how)})`;
  const what = row.what === undefined ? [] : [sayLine(row.what, how)];
  const lines = [...what, ...row.body.map((line) => say(line, how))];
  const body = lines.length === 0 ? [] : [verbatim(lines)];
  return [{ kind: 'heading', level: 2, text: title }, ...body, ...factTable(row.detail, how)];
}

function factTable(facts: Facts, how: Tongue): Block[] {
  if (facts.length === 0) return [];
  const cell = (kind: Cell['kind'], text: Text): Cell => ({ kind, span: 1, lines: [{ text: say(text, how) }] });
  const rows = facts.map(([label, text]) => [cell('label', label), cell('value', text)]);
  return [{ kind: 'form', widths: [1, 3], rows }];
}

/** Rows of one list: a file with many more takes gigabytes of memory to make, and no office program is quick with it. */
const MOST_ROWS = 2000;

function list(columns: readonly Text[], rows: readonly (readonly Text[])[], how: Tongue): Block[] {
  const texts = rows.slice(0, MOST_ROWS).map((row) => columns.map((_, i) => say(row[i] ?? '', how)));
  const titles = columns.map((column) => say(column, how));
  const widths = widthsOf(
    titles.map((title, i) => Math.max(...[title, ...texts.map((row) => row[i] ?? '')].map(lineWidth))),
  );
  const described = titles.map((title, i): Column => ({ title, width: widths[i] ?? 1, align: 'left' }));
  const more = rows.length - texts.length;
  const rest = t('{more} more rows are not drawn here; Markdown and HTML hold all of them.', { more });
  const drawn: Block = { kind: 'list', columns: described, rows: texts };
  return more > 0 ? [drawn, { kind: 'note', text: say(rest, how) }] : [drawn];
}

/** Millimetres: short columns get what they need, long ones share the rest. `widest` are columns of a terminal. */
function widthsOf(widest: readonly number[]): number[] {
  const short = widest.map((width) => (width <= 14 ? Math.max(4, width) * 2.2 + 3 : 0));
  const long = widest.map((width, i) => (short[i] === 0 ? Math.min(40, width) : 0));
  const [taken, shares] = [short, long].map((all) => all.reduce((sum, one) => sum + one, 0));
  const rest = Math.max(156 - (taken ?? 0), 20 * long.filter((one) => one > 0).length);
  return widest.map((_, i) => short[i] || (rest * (long[i] ?? 0)) / (shares ?? 1));
}

const lineWidth = (text: string): number => Math.max(...text.split('\n').map((line) => widthOf(line.slice(0, 80))));
