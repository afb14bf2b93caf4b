/** The search for identifiers (masking-scan.ts) from bytes to bytes: what holds none is seen in one pass, numbers are hidden in a second, names, mail and plates are left to the text. */

import { hideRun, type Run } from './masking-run.ts';
import { MOST_BETWEEN } from './masking-scan.ts';
import { COST, COST_SHIFT, DIGIT, isLabel, LABEL, MAIL, PLAIN, PLATE, signs } from './masking-signs.ts';
import { spread, type Veil } from './masking-veil.ts';

/** `same`: nothing to hide; `hidden`: the veil holds the text with stars; `text`: the search by text must decide. */
export type Scanned = 'same' | 'hidden' | 'text';

/** No shape of an identifier has fewer digits. */
const FEWEST_DIGITS = 7;
const STAR = 0x2a;

/** Searches one cell of UTF-8. */
export function scanBytes(bytes: Uint8Array, start: number, end: number, to: Veil): Scanned {
  const table = signs();
  const digits = digitsIn(bytes, start, end, table);
  if (digits < 0) return 'text';
  if (digits < FEWEST_DIGITS) return 'same';
  return hideNumbers(bytes, start, end, table, to) ? 'hidden' : 'same';
}

/** How many characters stand for digits; -1 where a name, a mail address or a plate could be, or a character is outside the table. */
function digitsIn(bytes: Uint8Array, start: number, end: number, table: Uint16Array): number {
  let digits = 0;
  let seen = 0;
  let upper = false;
  let before = 0;
  for (let i = start; i < end; ) {
    let code = bytes[i] as number;
    if (code < 0x80) {
      i++;
      upper ||= code >= 0x41 && code <= 0x5a;
    } else if (code >= 0xf0) return -1;
    else if (code >= 0xe0) {
      code = ((code & 0xf) << 12) | (((bytes[i + 1] as number) & 0x3f) << 6) | ((bytes[i + 2] as number) & 0x3f);
      i += 3;
    } else {
      code = ((code & 0x1f) << 6) | ((bytes[i + 1] as number) & 0x3f);
      i += 2;
    }
    const sign = table[code] as number;
    if ((sign & LABEL) !== 0 && isLabel(before, code)) return -1;
    if ((sign & DIGIT) !== 0) digits++;
    seen |= sign;
    before = code;
  }
  return (seen & MAIL) !== 0 || ((seen & PLATE) !== 0 && upper) ? -1 : digits;
}

/** Letters and digits of the run under way: what each stands for, and where it lies in the cell. */
const run: Run = { size: 0, plain: new Uint8Array(256), at: new Uint32Array(256), hidden: new Uint8Array(256) };

/** Writes the cell with stars for what is hidden; false when nothing is. */
function hideNumbers(bytes: Uint8Array, start: number, end: number, table: Uint16Array, to: Veil): boolean {
  spread(to, end - start);
  enlarge(end - start);
  to.end = 0;
  run.size = 0;
  let copied = start;
  let gap = 0;
  for (let i = start; i < end; ) {
    const lead = bytes[i] as number;
    const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
    const sign = table[codeAt(bytes, i, width)] as number;
    if ((sign & PLAIN) === 0) gap += (sign >>> COST_SHIFT) & COST;
    else {
      if (gap > MOST_BETWEEN) copied = flush(bytes, copied, to);
      gap = 0;
      run.plain[run.size] = sign & PLAIN;
      run.at[run.size++] = i;
    }
    i += width;
  }
  copied = flush(bytes, copied, to);
  if (copied === start) return false;
  copy(bytes, copied, end, to);
  return true;
}

/** Ends the run: what is hidden of it is written as stars, with all that lies before it. Returns up to where the cell is written. */
function flush(bytes: Uint8Array, copied: number, to: Veil): number {
  let done = copied;
  if (run.size >= FEWEST_DIGITS && hideRun(run))
    for (let i = 0; i < run.size; i++) {
      if (run.hidden[i] === 0) continue;
      const at = run.at[i] as number;
      copy(bytes, done, at, to);
      to.bytes[to.end++] = STAR;
      const lead = bytes[at] as number;
      done = at + (lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3);
    }
  run.size = 0;
  return done;
}

function copy(bytes: Uint8Array, from: number, until: number, to: Veil): void {
  const into = to.bytes;
  let at = to.end;
  for (let i = from; i < until; i++) into[at++] = bytes[i] as number;
  to.end = at;
}

function codeAt(bytes: Uint8Array, at: number, width: number): number {
  const lead = bytes[at] as number;
  if (width === 1) return lead;
  const second = (bytes[at + 1] as number) & 0x3f;
  return width === 2
    ? ((lead & 0x1f) << 6) | second
    : ((lead & 0xf) << 12) | (second << 6) | ((bytes[at + 2] as number) & 0x3f);
}

function enlarge(size: number): void {
  if (run.plain.length >= size) return;
  run.plain = new Uint8Array(size * 2);
  run.at = new Uint32Array(size * 2);
  run.hidden = new Uint8Array(size * 2);
}
