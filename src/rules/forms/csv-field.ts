/** One field of a CSV as text: what is quoted, what a spreadsheet would take for a formula or shorten. What writes bytes is held to this. */
import { bitAt, markSlot } from './mark.ts';

const BLANK_FIRST = /^[\s\p{Z}\p{Cf}]*/u;
const FORMULA = /^[=+\-@＝＋－＠]|^[\t\r\n]/u;
const SHORTENED = /^(\d{12,}|0\d+|\d{8,}[Ee]\d+)$/;
const QUOTED = /[",\r\n\t']|^$|^\s|\s$/;
/** A negative number is a number, not a formula. */
const NEGATIVE = /^-\d{1,15}(\.\d+)?$/;
const CONTROL = /[\0-\x1f]/;
/** What no number as a database writes it has (`-1.5e+3`, `NaN`, `Infinity`). */
const WORD = /[^\d.+\-EeNaInfity]/;
/** Digits enough that a spreadsheet, which has fifteen, would change them. */
const LONG_NUMBER = /^[+-]?\d{16,}$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([Ee][+-]?\d+)?$/;

const encoder = new TextEncoder();

/** A text cell with its mark: a cell that need not be quoted is quoted where its secret bit is 1. */
export function textField(text: string, table: Uint8Array): string {
  if (SHORTENED.test(text)) return quoted(`\t${text}`);
  const safe = isFormula(text) && !NEGATIVE.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) || bitOf(safe, table) === 1 ? quoted(safe) : safe;
}

/** A number as the source wrote it; what does not look like one is written as text. */
export function numberField(text: string, table: Uint8Array): string {
  if (!NUMBER.test(text)) return textField(text, table);
  return LONG_NUMBER.test(text) ? quoted(`\t${text}`) : text;
}

/** True for the value of a field that may be written both with and without quotes, and that is no number. */
export function isMarkable(value: string): boolean {
  return WORD.test(value) && !QUOTED.test(value) && !CONTROL.test(value);
}

function isFormula(text: string): boolean {
  return FORMULA.test(text) || FORMULA.test(text.slice(BLANK_FIRST.exec(text)?.[0].length));
}

function bitOf(value: string, table: Uint8Array): 0 | 1 {
  if (!isMarkable(value)) return 0;
  const bytes = encoder.encode(value);
  const slot = markSlot(bytes, 0, bytes.length);
  return slot < 0 ? 0 : bitAt(table, slot);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
