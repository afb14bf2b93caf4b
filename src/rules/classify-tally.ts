/** Counts what the sampled values of one column look like. Of the values nothing stays but counts. */
import type { Cell } from '../core/batch.ts';
import { looksLike } from './classify-shapes.ts';
import { wideToNarrow } from './masking-scan.ts';

/** What was seen of a column's values; NULL and blank text do not count. */
export interface Sample {
  readonly values: number;
  /** How many look like each kind, `digits` among them, and in how many a check digit proves it. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly proven: number;
  /** Dates and times. */
  readonly moments: number;
  /** Numbers by the database's own kind of cell, and text that is a decimal fraction. */
  readonly numbers: number;
  readonly decimals: number;
  /** Binary values. */
  readonly bytes: number;
  /** Most digits before the point of a number. */
  readonly longest: number;
  /** Different values, counted up to one more than MOST_CODES; that many too where one is longer than a code. */
  readonly distinct: number;
  /** Short codes: up to six digits, or up to four capital letters. */
  readonly codes: number;
}

export interface Tally {
  take(cell: Cell): void;
  end(): Sample;
}

/** A column with more different values is no column of codes. */
export const MOST_CODES = 50;
const LONGEST_CODE = 20;
/** Characters of a value that are looked at. */
const LOOKED_AT = 4_000;
const MOMENT =
  /^(19|20)\d\d([-/.年](0?[1-9]|1[0-2])([-/.月](0?[1-9]|[12]\d|3[01])日?)?月?)([ T]\d\d?:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/;
const DECIMAL = /^[-+]?\d{1,10}\.\d{1,6}$/;
const CODE = /^(\d{1,6}|[A-Z]{1,4})$/;

/** A new count. */
export function tally(): Tally {
  const kinds: Record<string, number> = {};
  const counts = { values: 0, proven: 0, moments: 0, numbers: 0, decimals: 0, bytes: 0, longest: 0, codes: 0 };
  const different = new Set<string>();
  let many = false;
  const look = (text: string): void => {
    const looks = looksLike(text);
    if (looks === undefined) return;
    kinds[looks.kind] = (kinds[looks.kind] ?? 0) + 1;
    if (looks.proven === true) counts.proven++;
  };
  const number = (text: string): void => {
    counts.numbers++;
    const whole = wholeDigits(text);
    counts.longest = Math.max(counts.longest, whole.length);
    if (whole.length >= 11) look(whole);
  };
  const text = (value: string): void => {
    const plain = wideToNarrow(value).trim();
    many ||= plain.length > LONGEST_CODE || different.size > MOST_CODES;
    if (!many) different.add(plain);
    if (MOMENT.test(plain)) counts.moments++;
    else if (DECIMAL.test(plain)) counts.decimals++;
    else look(value);
    if (CODE.test(plain)) counts.codes++;
  };
  return {
    take(cell) {
      if (cell === null || (typeof cell === 'string' && cell.trim() === '')) return;
      counts.values++;
      if (cell instanceof Uint8Array) counts.bytes++;
      else if (typeof cell === 'string') text(cell.slice(0, LOOKED_AT));
      else number(cell.number);
    },
    end: () => ({ ...counts, kinds, distinct: many ? MOST_CODES + 1 : different.size }),
  };
}

/** Digits before the point; a number in exponent form may be of any length. */
function wholeDigits(text: string): string {
  if (/e/i.test(text)) return '9'.repeat(30);
  return (/\d+/.exec(text)?.[0] ?? '').replace(/^0+/, '');
}
