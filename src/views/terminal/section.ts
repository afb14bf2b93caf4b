/** Each kind of section as terminal lines. */
import type { Section } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import { type How, roomOf, say } from '../how.ts';
import { factLines, flow, headingLines, wrapped } from './block.ts';
import { findingLines } from './findings.ts';
import { planLines } from './plan.ts';
import { tableLines } from './table.ts';

/** The section's lines, its heading first; empty where there is nothing to show. */
export function drawSection(section: Section, how: How): string[] {
  const lines = linesOf(section, how);
  return lines.length === 0 ? [] : [...headingLines(section.heading, how), ...lines];
}

function linesOf(section: Section, how: How): string[] {
  switch (section.kind) {
    case 'text':
      return section.lines.flatMap((line) => textLines(line, how));
    case 'findings':
      return findingLines(section.findings, how);
    case 'plan':
      return planLines(section.plan, how);
    case 'table':
      return section.rows.length === 0 ? [nothing(how)] : tableLines(section, how);
    case 'facts':
      return factLines(section.facts, how, 2);
    case 'todo':
      return todoLines(section.items, how);
    case 'verbatim':
      return say(section.text, how).replace(/\n$/, '').split('\n');
  }
}

function textLines(line: Text, how: How): string[] {
  return wrapped(say(line, how), roomOf(how) - 2).map((part) => `  ${part}`.trimEnd());
}

function todoLines(items: readonly Text[], how: How): string[] {
  const digits = String(items.length).length;
  return items.flatMap((item, i) => {
    const lead = `  [ ] ${String(i + 1).padStart(digits)}.`;
    return flow(lead, (text) => text, say(item, how), how);
  });
}

function nothing(how: How): string {
  return `  ${say(t('none'), how)}`;
}
