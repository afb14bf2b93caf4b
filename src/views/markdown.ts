/** A Report as Markdown (GitHub's dialect): for tickets, wikis and paper. Everything from outside is escaped. */
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { Report, Section } from '../core/report.ts';
import { type Text, t } from '../core/text.ts';
import { EXIT } from '../core/verdict.ts';
import { say, sayLine, type Tongue } from './how.ts';
import { type PlanRow, planFacts, planRow } from './plan.ts';
import { OUTCOME_WORDS, tally, VERDICT_WORDS, worstFirst } from './words.ts';

type Facts = readonly (readonly [Text, Text])[];

/** The whole document, ending in a newline. */
export function drawMarkdown(report: Report, how: Tongue): string {
  const exit = report.exit ?? EXIT[report.verdict];
  const state = [`**${words(VERDICT_WORDS[report.verdict], how)}**`, `${words(t('exit code'), how)} ${exit}`];
  if (report.run !== undefined) state.push(`${words(t('run'), how)} ${words(report.run, how)}`);
  const next = report.next ?? [];
  const blocks = [
    `# ${words(report.title, how)}`,
    state.join(' · '),
    ...report.sections.flatMap((section) => sectionBlocks(section, how)),
    ...(next.length === 0
      ? []
      : [`## ${words(t('Next'), how)}`, fenced(next.map((line) => sayLine(line, how)).join('\n'))]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function sectionBlocks(section: Section, how: Tongue): string[] {
  const heading = section.heading === undefined ? [] : [`## ${words(section.heading, how)}`];
  return [...heading, ...bodyBlocks(section, how)];
}

function bodyBlocks(section: Section, how: Tongue): string[] {
  switch (section.kind) {
    case 'text':
      return [section.lines.map((line) => words(line, how)).join('  \n')];
    case 'findings':
      return findingBlocks(section.findings, how);
    case 'plan':
      return planBlocks(section.plan, how);
    case 'table':
      return [tableBlock(section.columns, section.rows, how)];
    case 'facts':
      return [factList(section.facts, how)];
    case 'todo':
      return [section.items.map((item, i) => `${i + 1}. [ ] ${words(item, how)}`).join('\n')];
    case 'verbatim':
      return [fenced(say(section.text, how).replace(/\n$/, ''))];
  }
}

function findingBlocks(findings: readonly Finding[], how: Tongue): string[] {
  const sums = tally(findings).map(([outcome, count]) => `${words(OUTCOME_WORDS[outcome], how)} ${count}`);
  const rows = worstFirst(findings).map((finding) => [
    OUTCOME_WORDS[finding.outcome],
    finding.rule,
    finding.subject,
    ...[finding.found, finding.wanted ?? '', [finding.title, finding.reason, finding.advice]].map((text) =>
      (Array.isArray(text) ? text : [text as Text])
        .filter((one) => one !== undefined)
        .map((one) => say(one, how))
        .join('\n'),
    ),
  ]);
  const columns = [t('outcome'), t('rule'), t('subject'), t('found'), t('wanted'), t('remarks')];
  return [sums.length === 0 ? words(t('none'), how) : sums.join(' · '), tableBlock(columns, rows, how)];
}

function planBlocks(plan: Plan, how: Tongue): string[] {
  const lines = plan.lines.map(planRow).flatMap((row, i) => planRowBlocks(row, i + 1, how));
  return [factList(planFacts(plan), how), ...(lines.length === 0 ? [words(t('nothing to do'), how)] : lines)];
}

function planRowBlocks(row: PlanRow, number: number, how: Tongue): string[] {
  const blocks = [`### ${number}. ${words(row.title, how)} (${words(row.step, how)}, ${words(row.certainty, how)})`];
  if (row.what !== undefined) blocks.push(fenced(sayLine(row.what, how)));
  if (row.body.length > 0) blocks.push(fenced(row.body.map((line) => sayLine(line, how)).join('\n'), 'diff'));
  if (row.detail.length > 0) blocks.push(factList(row.detail, how));
  return blocks;
}

function factList(facts: Facts, how: Tongue): string {
  return facts.map(([label, text]) => `- ${words(label, how)}: ${words(text, how)}`).join('\n');
}

function tableBlock(columns: readonly Text[], rows: readonly (readonly Text[])[], how: Tongue): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = columns.map((text) => words(text, how));
  const body = rows.map((row) => line(columns.map((_, i) => words(row[i] ?? '', how))));
  return [line(head), line(head.map(() => '---')), ...body].join('\n');
}

/** Escaped for running text and for cells alike; a newline is a line break. */
function words(text: Text, how: Tongue): string {
  return say(text, how)
    .replace(/[\\`*_{}[\]<>#|~$!&]/g, '\\$&')
    .replace(/^(\s*)([-+=]|\d+[.)])(?=\s|$|[-=])/gm, '$1\\$2')
    .replaceAll('\n', '<br>');
}

/** A fence longer than any run of backticks inside, so that nothing can close it. */
function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
