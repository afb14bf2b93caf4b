/** Oracle's own literal, q'[…]': nothing in it is escaped, it ends at its delimiter followed by a quote. */
import { t } from '../../../core/text.ts';
import { refuse } from '../refusal.ts';

const PAIRS: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')', '<': '>' };

/**
 * The offset behind the literal whose `q` is at `from` and whose quote follows it. Refuses what is never closed and what Oracle does
 * not take for a delimiter (a blank); source: Oracle Database SQL Language Reference, Text Literals.
 */
export function delimitedEnd(sql: string, from: number): number {
  const opening = String.fromCodePoint(sql.codePointAt(from + 2) ?? 0);
  if (/[\s\0']/.test(opening))
    refuse('literal', from, t('behind q and the quote a delimiter must stand, and it may not be a blank'));
  const body = from + 2 + opening.length;
  const end = sql.indexOf(`${PAIRS[opening] ?? opening}'`, body);
  if (end < 0 || sql.slice(body, end).includes('\0'))
    refuse('literal', from, t('this literal is never closed, or holds a NUL'));
  return end + (PAIRS[opening] ?? opening).length + 1;
}
