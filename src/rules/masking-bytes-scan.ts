/** The search for identifiers (masking-scan.ts) from bytes to bytes: what holds none is seen in one pass, numbers are hidden in a second; only names, mail and plates become text. */
import { hideRun, type Run } from './masking-run.ts';
import { hideWords, MOST_BETWEEN } from './masking-scan.ts';
import { COST, COST_SHIFT, DIGIT, isLabel, LABEL, MAIL, PLAIN, PLATE, signBeyond, signs } from './masking-signs.ts';
import { fill, newVeil, spread, type Veil } from './masking-veil.ts';

/** No shape of an identifier has fewer digits. */
const FEWEST_DIGITS = 7;
const STAR = 0x2a;

/** Searches one cell of UTF-8. True: the veil holds the text with stars; false: there is nothing to hide. */
export function scanBytes(bytes: Uint8Array, start: number, end: number, to: Veil): boolean {
  const digits = digitsIn(bytes, start, end, true);
  if (digits >= 0) return digits >= FEWEST_DIGITS && hideNumbers(bytes, start, end, to);
  return scanWords(bytes, start, end, to);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** The cell after its names are hidden, before its numbers are. */
const half = newVeil();

/** A cell that may hold a name, a mail address or a plate. */
function scanWords(bytes: Uint8Array, start: number, end: number, to: Veil): boolean {
  const text = decoder.decode(bytes.subarray(start, end));
  const words = hideWords(text);
  if (words === text) return digitsIn(bytes, start, end, false) >= FEWEST_DIGITS && hideNumbers(bytes, start, end, to);
  fill(half, words);
  if (digitsIn(half.bytes, 0, half.end, false) < FEWEST_DIGITS || !hideNumbers(half.bytes, 0, half.end, to))
    fill(to, words);
  return true;
}

/** How many characters stand for digits; -1 where `words` are looked for and a name, a mail address or a plate could be. */
function digitsIn(bytes: Uint8Array, start: number, end: number, words: boolean): number {
  const table = signs();
  let digits = 0;
  let seen = 0;
  let upper = false;
  let before = 0;
  for (let i = start; i < end; ) {
    const lead = bytes[i] as number;
    const width = widthOf(lead);
    const code = width === 1 ? lead : codeAt(bytes, i, width);
    const sign = code < 0x10000 ? (table[code] as number) : signBeyond(code);
    if ((sign & LABEL) !== 0 && words && isLabel(before, code)) return -1;
    if ((sign & DIGIT) !== 0) digits++;
    upper ||= code >= 0x41 && code <= 0x5a;
    seen |= sign;
    before = code;
    i += width;
  }
  return words && ((seen & MAIL) !== 0 || ((seen & PLATE) !== 0 && upper)) ? -1 : digits;
}

function widthOf(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The code point of a character of two to four bytes. */
function codeAt(bytes: Uint8Array, at: number, width: number): number {
  const lead = bytes[at] as number;
  const second = (bytes[at + 1] as number) & 0x3f;
  if (width === 2) return ((lead & 0x1f) << 6) | second;
  const third = (bytes[at + 2] as number) & 0x3f;
  if (width === 3) return ((lead & 0xf) << 12) | (second << 6) | third;
  return ((lead & 0x7) << 18) | (second << 12) | (third << 6) | ((bytes[at + 3] as number) & 0x3f);
}

/** Letters and digits of the run under way: what each stands for, and where it lies in the cell. */
const run: Run = { size: 0, plain: new Uint8Array(256), at: new Uint32Array(256), hidden: new Uint8Array(256) };

/** Writes the cell with stars for the numbers that are hidden; false when none is. */
function hideNumbers(bytes: Uint8Array, start: number, end: number, to: Veil): boolean {
  const table = signs();
  spread(to, end - start);
  enlarge(end - start);
  to.end = 0;
  run.size = 0;
  let copied = start;
  let gap = 0;
  for (let i = start; i < end; ) {
    const lead = bytes[i] as number;
    const width = widthOf(lead);
    const code = width === 1 ? lead : codeAt(bytes, i, width);
    const sign = code < 0x10000 ? (table[code] as number) : signBeyond(code);
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
      done = at + widthOf(bytes[at] as number);
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

function enlarge(size: number): void {
  if (run.plain.length >= size) return;
  run.plain = new Uint8Array(size * 2);
  run.at = new Uint32Array(size * 2);
  run.hidden = new Uint8Array(size * 2);
}
