/** Which letters and digits of one run are hidden: the shapes of masking-scan.ts, counted instead of matched. */
import { kept } from './masking-scan.ts';

/** `plain[i]` is the i-th letter or digit in upper case, `at[i]` where it lies; `hidden[i]` is 1 where it must not be read. */
export interface Run {
  size: number;
  plain: Uint8Array;
  at: Uint32Array;
  hidden: Uint8Array;
}

const NINE = 0x39;
const LETTER_X = 0x58;

/** Digits before each place of the run. */
let before = new Uint32Array(512);

/** Fills `hidden`; false when nothing is. */
export function hideRun(run: Run): boolean {
  const { size, plain, hidden } = run;
  if (before.length <= size) before = new Uint32Array(size * 2);
  let digits = 0;
  for (let i = 0; i < size; i++) {
    hidden[i] = 0;
    before[i] = digits;
    if ((plain[i] as number) <= NINE) digits++;
  }
  before[size] = digits;
  if (digits < 7) return false;
  const codes = hideCodes(run);
  return hideDigits(run) || codes;
}

/** Digits among the `length` characters from `at` on. */
function count(at: number, length: number): number {
  return (before[at + length] as number) - (before[at] as number);
}

/** A loop: for so few places `fill` is slower. */
function hide(hidden: Uint8Array, from: number, until: number): void {
  for (let i = from; i < until; i++) hidden[i] = 1;
}

/** Credit codes, tax numbers of fifteen characters and passports, at every place where one could begin. */
function hideCodes({ size, plain, hidden }: Run): boolean {
  let any = false;
  for (let i = 0; i + 8 <= size; i++) {
    if (i + 18 <= size && count(i + 2, 6) === 6 && count(i, 18) > 9) {
      hide(hidden, i + 6, i + 14);
      any = true;
    }
    const last = plain[i + 14] as number;
    if (i + 15 <= size && count(i, 6) === 6 && count(i, 15) > 7 && (last <= NINE || last === LETTER_X)) {
      hide(hidden, i + 6, i + 11);
      any = true;
    }
    if ((plain[i] as number) > NINE) any = hidePassport(i, size, plain, hidden) || any;
  }
  return any;
}

/** One or two letters and seven or eight digits. */
function hidePassport(at: number, size: number, plain: Uint8Array, hidden: Uint8Array): boolean {
  const letters = (plain[at + 1] as number) > NINE ? 2 : 1;
  const first = at + letters;
  if (first + 7 > size || count(first, 7) !== 7) return false;
  const digits = first + 8 <= size && count(first, 8) === 8 ? 8 : 7;
  hide(hidden, at + 1, first + digits - 2);
  return true;
}

/** Seven digits and more in a row, with an X behind them. */
function hideDigits({ size, plain, hidden }: Run): boolean {
  let any = false;
  for (let i = 0; i < size; i++) {
    if ((plain[i] as number) > NINE) continue;
    let end = i;
    while (end < size && (plain[end] as number) <= NINE) end++;
    if (end - i >= 7) {
      const length = end - i + (end < size && plain[end] === LETTER_X ? 1 : 0);
      const mobile = length === 11 && end - i === 11 && plain[i] === 0x31 && (plain[i + 1] as number) >= 0x33;
      const [first, last] = kept(length, mobile);
      hide(hidden, i + first, i + length - last);
      any = true;
    }
    i = end;
  }
  return any;
}
