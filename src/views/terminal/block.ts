/** The lines that sections are built of: hanging indents, labelled facts, numbered items. */
import type { Text } from '../../core/text.ts';
import { pad, widthOf, wrap } from '../../core/width.ts';
import { type Brush, paintFor } from '../colour.ts';
import { type How, roomOf, say } from '../how.ts';

const asIs: Brush = (text) => text;

/** `lead` and, beside it, the text wrapped in what room is left; each line is painted by itself. */
export function flow(lead: string, brush: Brush, text: string, how: How, body: Brush = asIs): string[] {
  const indent = widthOf(lead) + 1;
  const room = roomOf(how) - indent;
  // Beneath the lead, a little indented, where there is no room beside it, or where a digest would be torn that fits there.
  const whole = widthOf(text) > room && /^\S+$/.test(text) && widthOf(text) <= roomOf(how) - 4;
  if (room < 16 || whole) return [brush(lead), ...wrapped(text, roomOf(how) - 4).map((line) => `    ${body(line)}`)];
  return wrapped(text, room).map(
    (line, i) => (i === 0 ? brush(lead) : ' '.repeat(indent - 1)) + ` ${body(line)}`.trimEnd(),
  );
}

/** Lines of at most `room` columns; only at newlines where the room is endless. */
export function wrapped(text: string, room: number): string[] {
  return Number.isFinite(room) ? wrap(text, room) : text.split('\n');
}

/** `label  text` with the labels in one column, hanging. */
export function factLines(facts: readonly (readonly [Text, Text])[], how: How, indent: number): string[] {
  const paint = paintFor(how.colour);
  const labels = facts.map(([label]) => say(label, how));
  const widest = Math.min(24, Math.max(0, ...labels.map(widthOf)));
  const blanks = ' '.repeat(indent);
  return facts.flatMap(([, text], i) =>
    flow(blanks + pad(labels[i] ?? '', widest), paint.dim, say(text, how) || '-', how),
  );
}

/** A line that opens a section. */
export function headingLines(heading: Text | undefined, how: How): string[] {
  if (heading === undefined) return [];
  return wrapped(say(heading, how), roomOf(how)).map((line) => paintFor(how.colour).bold(line));
}
