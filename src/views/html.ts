/** A Report as one self-contained HTML file: no script, no request, prints well, and everything from outside is escaped. */
import type { Finding } from '../core/finding.ts';
import type { Plan } from '../core/plan.ts';
import type { Report, Section } from '../core/report.ts';
import { speak, type Text, t } from '../core/text.ts';
import { EXIT } from '../core/verdict.ts';
import { toneOf } from './colour.ts';
import { say, sayLine, type Tongue } from './how.ts';
import { STYLE } from './html/style.ts';
import { type PlanRow, planFacts, planRow } from './plan.ts';
import { OUTCOME_WORDS, particulars, tally, VERDICT_WORDS, worstFirst } from './words.ts';

type Facts = readonly (readonly [Text, Text])[];

/** The whole file. */
export function drawHtml(report: Report, how: Tongue): string {
  const exit = report.exit ?? EXIT[report.verdict];
  const run = report.run === undefined ? '' : ` · ${words(t('run'), how)} <code>${words(report.run, how)}</code>`;
  const title = words(report.title, how);
  const next = report.next ?? [];
  return `<!doctype html>
<html lang="${words(speak(t('en'), how.dictionary), how)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<header class="${toneOf(report.verdict)}">
<p class="verdict">${words(VERDICT_WORDS[report.verdict], how)}</p>
<h1>${title}</h1>
<p class="facts">${words(t('exit code'), how)} ${exit}${run}</p>
</header>
<main>
${report.sections.map((section) => drawSection(section, how)).join('\n')}
${next.length === 0 ? '' : `<section class="next"><h2>${words(t('Next'), how)}</h2>${pre(next, how)}</section>`}
</main>
</body>
</html>
`;
}

function drawSection(section: Section, how: Tongue): string {
  const heading = section.heading === undefined ? '' : `<h2>${words(section.heading, how)}</h2>\n`;
  return `<section class="${section.kind}">\n${heading}${bodyOf(section, how)}\n</section>`;
}

function bodyOf(section: Section, how: Tongue): string {
  switch (section.kind) {
    case 'text':
      return section.lines.map((line) => `<p>${words(line, how)}</p>`).join('\n');
    case 'findings':
      return findings(section.findings, how);
    case 'plan':
      return plan(section.plan, how);
    case 'table':
      return table(section.columns, section.rows, how);
    case 'facts':
      return factList(section.facts, how);
    case 'todo':
      return `<ol class="boxes">${section.items.map((item) => `<li>${words(item, how)}</li>`).join('\n')}</ol>`;
    case 'verbatim':
      return `<pre>${words(section.text, how)}</pre>`;
  }
}

function findings(list: readonly Finding[], how: Tongue): string {
  if (list.length === 0) return `<p>${words(t('none'), how)}</p>`;
  const sums = tally(list).map(
    ([outcome, count]) => `<li class="${toneOf(outcome)}">${words(OUTCOME_WORDS[outcome], how)} ${count}</li>`,
  );
  const rows = worstFirst(list).map((finding) => findingRow(finding, how));
  const head = [t('outcome'), t('rule'), t('subject'), t('particulars')].map((text) => `<th>${words(text, how)}</th>`);
  return `<ul class="tally">${sums.join('')}</ul>
<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table></div>`;
}

function findingRow(finding: Finding, how: Tongue): string {
  const title = finding.title === undefined ? '' : `<p>${words(finding.title, how)}</p>`;
  return `<tr><td><span class="mark ${toneOf(finding.outcome)}">${words(OUTCOME_WORDS[finding.outcome], how)}</span></td>\
<td class="id">${words(finding.rule, how)}</td><td class="subject">${words(finding.subject, how)}</td>\
<td>${title}${factList(particulars(finding), how)}</td></tr>`;
}

function plan(one: Plan, how: Tongue): string {
  const rows = one.lines.map((line) => planItem(planRow(line), how));
  const lines =
    rows.length === 0 ? `<p>${words(t('nothing to do'), how)}</p>` : `<ol class="plan">${rows.join('\n')}</ol>`;
  return factList(planFacts(one), how) + lines;
}

function planItem(row: PlanRow, how: Tongue): string {
  const what = row.what === undefined ? '' : `<p><code>${words(sayLine(row.what, how), how)}</code></p>`;
  const body = row.body.length === 0 ? '' : `<pre>${row.body.map((line) => diffLine(line, how)).join('\n')}</pre>`;
  return `<li><h3>${words(row.title, how)} <small>${words(row.step, how)} · ${words(row.certainty, how)}</small></h3>\
${what}${body}${factList(row.detail, how)}</li>`;
}

function diffLine(line: string, how: Tongue): string {
  const tag = line.startsWith('+') ? 'ins' : line.startsWith('-') ? 'del' : undefined;
  return tag === undefined ? words(line, how) : `<${tag}>${words(line, how)}</${tag}>`;
}

function factList(facts: Facts, how: Tongue): string {
  if (facts.length === 0) return '';
  return `<dl>${facts.map(([label, text]) => `<dt>${words(label, how)}</dt><dd>${words(text, how)}</dd>`).join('')}</dl>`;
}

function table(columns: readonly Text[], rows: readonly (readonly Text[])[], how: Tongue): string {
  const head = columns.map((text) => `<th>${words(text, how)}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((_, i) => `<td>${words(row[i] ?? '', how)}</td>`).join('')}</tr>`);
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

function pre(lines: readonly string[], how: Tongue): string {
  return `<pre>${lines.map((line) => words(sayLine(line, how), how)).join('\n')}</pre>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The sentence, escaped for text and for quoted attributes. */
function words(text: Text, how: Tongue): string {
  return say(text, how).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
