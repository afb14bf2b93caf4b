/** Reads the marks of a leaked CSV or JSON-lines file, whole or any lines of it in any order: line by line, in memory that does not grow with it. */
import { SLOTS } from '../../core/keyed.ts';
import { isMarkable } from './csv-field.ts';
import { markSlot } from './mark.ts';
import type { SeenMarks } from './mark-judge.ts';

/** Takes the file's bytes in order; `end` also reads a last line that is not ended. */
export interface MarkReader {
  take(bytes: Uint8Array): void;
  end(): SeenMarks;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BLANK = 0x20;
const LF = 0x0a;
const CR = 0x0d;
/** A longer line is no row of ours. */
const LONGEST_LINE = 4 * 1024 * 1024;

type See = (bytes: Uint8Array, start: number, end: number, way: number) => void;

/** CSV: an optional quote is a 1. A line that a field goes on to the next from ends at that field, which carries no bit. */
export function csvMarks(): MarkReader {
  const places = new Uint8Array(SLOTS);
  const see: See = (bytes, start, end, way) => {
    const slot = markSlot(bytes, start, end);
    if (slot < 0 || !isMarkable(decoder.decode(bytes.subarray(start, end)))) return;
    places[slot] = (places[slot] as number) | (1 << way);
  };
  return byLine(places, (line) => readCsv(line, see));
}

/** JSON lines: a blank behind the colon of a string is a 1. */
export function jsonlMarks(): MarkReader {
  const places = new Uint8Array(SLOTS);
  const see: See = (bytes, start, end, way) => {
    const slot = markSlot(bytes, start, end);
    if (slot >= 0) places[slot] = (places[slot] as number) | (1 << way);
  };
  return byLine(places, (line) => readJson(line, see));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

function byLine(places: Uint8Array, read: (line: Uint8Array) => void): MarkReader {
  let rest: Uint8Array = new Uint8Array();
  let skipping = false;
  const line = (bytes: Uint8Array): void => {
    if (!skipping) read(bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes);
    skipping = false;
  };
  return {
    take(bytes) {
      let from = 0;
      for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, from)) {
        const piece = bytes.subarray(from, at);
        line(rest.length === 0 ? piece : Buffer.concat([rest, piece]));
        rest = new Uint8Array();
        from = at + 1;
      }
      if (rest.length + bytes.length - from > LONGEST_LINE) skipping = true;
      rest = skipping ? new Uint8Array() : Buffer.concat([rest, bytes.subarray(from)]);
    },
    end() {
      if (rest.length > 0) line(rest);
      return { places, ways: [[0, 1]] };
    },
  };
}

function readCsv(line: Uint8Array, see: See): void {
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== QUOTE) {
      const comma = line.indexOf(COMMA, at);
      const end = comma < 0 ? line.length : comma;
      see(line, at, end, 0);
      at = end;
      continue;
    }
    const close = closingQuote(line, at + 1);
    if (close < 0 || (close + 1 < line.length && line[close + 1] !== COMMA)) return;
    see(line, at + 1, close, 1);
    at = close + 1;
  }
}

/** Two quotes are one of the text. */
function closingQuote(line: Uint8Array, from: number): number {
  let at = line.indexOf(QUOTE, from);
  while (at >= 0 && line[at + 1] === QUOTE) at = line.indexOf(QUOTE, at + 2);
  return at;
}

function readJson(line: Uint8Array, see: See): void {
  for (let at = line.indexOf(QUOTE); at >= 0; ) {
    const close = closingString(line, at + 1);
    if (close < 0) return;
    if (line[close + 1] !== COLON) {
      at = line.indexOf(QUOTE, close + 1);
      continue;
    }
    const way = line[close + 2] === BLANK ? 1 : 0;
    const value = close + 2 + way;
    const end = line[value] === QUOTE ? closingString(line, value + 1) : value - 1;
    if (end < 0) return;
    if (line[value] === QUOTE) seeString(line, value + 1, end, way, see);
    at = line.indexOf(QUOTE, end + 1);
  }
}

function closingString(line: Uint8Array, from: number): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === BACKSLASH) at++;
    else if (line[at] === QUOTE) return at;
  }
  return -1;
}

function seeString(line: Uint8Array, start: number, end: number, way: number, see: See): void {
  const escaping = line.indexOf(BACKSLASH, start);
  if (escaping < 0 || escaping >= end) {
    see(line, start, end, way);
    return;
  }
  const text = unescaped(decoder.decode(line.subarray(start, end)));
  if (text === undefined) return;
  const bytes = encoder.encode(text);
  see(bytes, 0, bytes.length, way);
}

function unescaped(text: string): string | undefined {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return undefined;
  }
}
