/** Findings as terminal lines: the tally, then each with its mark, the worst first, and beneath it what a person needs to act. */
import type { Finding, Outcome } from '../../core/finding.ts';
import { t } from '../../core/text.ts';
import { pad, widthOf } from '../../core/width.ts';
import { type Paint, paintFor, toneOf } from '../colour.ts';
import { type How, roomOf, say, sayLine } from '../how.ts';
import { OUTCOME_WORDS, particulars, tally, worstFirst } from '../words.ts';
import { factLines, flow } from './block.ts';

/** All lines of a findings section, without its heading. */
export function findingLines(findings: readonly Finding[], how: How): string[] {
  if (findings.length === 0) return [`  ${say(t('none'), how)}`];
  const counts = tally(findings);
  const paint = paintFor(how.colour);
  const widest = Math.max(...counts.map(([outcome]) => widthOf(mark(outcome, how))));
  const sums = packed(
    counts.map(([outcome, count]) => `${paint[toneOf(outcome)](mark(outcome, how))} ${count}`),
    roomOf(how) - 2,
  );
  const each = worstFirst(findings).flatMap((finding) => oneFinding(finding, widest, paint, how));
  return [...sums.map((line) => `  ${line}`), ...each];
}

/** As many parts on a line as fit. */
function packed(parts: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 2 + widthOf(part) <= room) lines[lines.length - 1] = `${last}  ${part}`;
    else lines.push(part);
  }
  return lines;
}

function mark(outcome: Outcome, how: How): string {
  return `[${say(OUTCOME_WORDS[outcome], how)}]`;
}

function oneFinding(finding: Finding, widest: number, paint: Paint, how: How): string[] {
  const lead = `  ${pad(mark(finding.outcome, how), widest)}`;
  const brush = paint[toneOf(finding.outcome)];
  const name = `${sayLine(finding.rule, how)}  ${sayLine(finding.subject, how)}`;
  const told = finding.title === undefined ? name : `${name}  ${say(finding.title, how)}`;
  // What is fine takes one line, so that what is not stays in sight.
  if (finding.outcome === 'pass' || finding.outcome === 'skip') {
    const [, fact] = particulars(finding).at(finding.outcome === 'skip' ? -1 : 0) ?? [];
    return flow(lead, brush, fact === undefined ? told : `${told}: ${say(fact, how)}`, how);
  }
  return [...flow(lead, brush, told, how), ...factLines(particulars(finding), how, widest + 3)];
}
