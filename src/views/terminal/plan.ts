/** A plan as terminal lines: what names it, then every line with its certainty, its text and its way back. */
import type { Plan } from '../../core/plan.ts';
import { t } from '../../core/text.ts';
import { type Brush, type Paint, paintFor } from '../colour.ts';
import { type How, roomOf, say, sayLine } from '../how.ts';
import { type PlanRow, planFacts, planRow } from '../plan.ts';
import { factLines, flow, wrapped } from './block.ts';

/** All lines of a plan section, without its heading. */
export function planLines(plan: Plan, how: How): string[] {
  const paint = paintFor(how.colour);
  const rows = plan.lines.map(planRow);
  const each = rows.flatMap((row, i) => ['', ...oneRow(row, i + 1, paint, how)]);
  return [
    ...factLines(planFacts(plan), how, 2),
    ...(rows.length === 0 ? ['', `  ${say(t('nothing to do'), how)}`] : each),
  ];
}

function oneRow(row: PlanRow, number: number, paint: Paint, how: How): string[] {
  const asIs: Brush = (text) => text;
  const title = `${sayLine(row.step, how)}  [${say(row.certainty, how)}]  ${say(row.title, how)}`;
  const what = row.what === undefined ? [] : flow('     ', asIs, sayLine(row.what, how), how, paint.bold);
  const body = row.body.flatMap((line) => bodyLines(line, paint, how));
  return [...flow(`  ${number}.`, asIs, title, how), ...what, ...body, ...factLines(row.detail, how, 6)];
}

function bodyLines(line: string, paint: Paint, how: How): string[] {
  const brush = line.startsWith('+') ? paint.good : line.startsWith('-') ? paint.bad : paint.dim;
  const safe = say(line, how);
  return wrapped(safe, roomOf(how) - 8).map((part) => `      | ${brush(part)}`);
}
