/** The stored line and the Entry it holds: canonical JSON, a sum over its own bytes, and the leaf hash that chains it. */
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Body, Entry } from './event.ts';
import { canonical } from './json.ts';
import { Stop } from './stop.ts';
import { t } from './text.ts';

/** Bytes a line may have at most, without its newline; larger material goes to a side file. */
export const MAX_LINE = 16 * 1024;
/** `prev` of the first line. */
export const NO_PREV = '0'.repeat(64);
/** `seq` of the first line. */
export const FIRST_SEQ = 1;

/** Bytes behind the part that the sum covers: its eight digits, a quote, a brace. */
export const CLOSING = 10;

const TRAILER = /,"prev":"([0-9a-f]{64})","seq":(0|[1-9]\d{0,15}),"sum":"([0-9a-f]{8})"}$/;
const TRAILER_ROOM = 128;
const scratch = Buffer.alloc(MAX_LINE + 1); // scratch[0] stays 0: the leaf prefix of RFC 6962

/** What stands behind a line's body. `end` is the body's length in the line; `sum` tells whether the bytes are those it was made for. */
export interface Trailer {
  readonly prev: string;
  readonly seq: number;
  readonly sum: boolean;
  readonly end: number;
}

/** Leaf hash of a stored line (RFC 6962): lower-case hex SHA-256 over a zero byte and the line without its newline. */
export function leafHash(line: Uint8Array): string {
  if (line.length > MAX_LINE) return createHash('sha256').update(scratch.subarray(0, 1)).update(line).digest('hex');
  scratch.set(line, 1);
  return hash('sha256', scratch.subarray(0, line.length + 1));
}

/** Lower-case hex CRC-32 over everything before the sum's own digits. */
export function sumOf(head: Uint8Array | string): string {
  return crc32(head).toString(16).padStart(8, '0');
}

/** True when the line's last bytes are the sum of all before them. Digit by digit: this is the inner loop of verifying. */
export function sumHolds(line: Buffer): boolean {
  const at = line.length - CLOSING;
  if (at <= 0 || line[at + 8] !== 0x22 || line[at + 9] !== 0x7d) return false;
  let sum = 0;
  for (let place = at; place < at + 8; place++) sum = sum * 16 + hexDigit(line[place] ?? 0);
  return sum === crc32(line.subarray(0, at));
}

/** Value of a lower-case hex digit; NaN for any other byte. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : Number.NaN;
}

/** A line's trailer; undefined where it has none. The sum is judged, not demanded. */
export function trailerOf(line: Buffer): Trailer | undefined {
  const from = Math.max(0, line.length - TRAILER_ROOM);
  const found = TRAILER.exec(line.toString('latin1', from, line.length));
  const [, prev, seq] = found ?? [];
  if (found === null || prev === undefined || seq === undefined || !Number.isSafeInteger(Number(seq))) return undefined;
  return { prev, seq: Number(seq), sum: sumHolds(line), end: from + found.index };
}

/** Trailer up to the sum as it must read behind `prev` at `seq`. */
export function trailerText(prev: string, seq: number): string {
  return `,"prev":"${prev}","seq":${seq},"sum":"`;
}

/**
 * The line of a body, without newline, and the Entry it stores. Stop('refused') where the body is too large or has no
 * canonical form (fractions, integers beyond 2^53-1, lone surrogates): nothing is written then.
 */
export function lineOf(body: Body, prev: string, seq: number): { readonly bytes: Buffer; readonly entry: Entry } {
  const head = `{"body":${spell(body)}${trailerText(prev, seq)}`;
  const bytes = Buffer.from(`${head}${sumOf(head)}"}`, 'utf8');
  if (bytes.length > MAX_LINE) throw tooLarge(body.type, bytes.length);
  return { bytes, entry: { seq, prev, hash: leafHash(bytes), body } };
}

function spell(body: Body): string {
  try {
    return canonical(body);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = t('the journal cannot hold this {type} record: {reason}', { type: body.type, reason });
    throw new Stop('refused', text, { notDone: t('nothing was recorded and nothing was done'), cause });
  }
}

function tooLarge(type: string, size: number): Stop {
  const text = t('a {type} record of {size} bytes does not fit into a journal line ({limit} bytes at most)', {
    type,
    size,
    limit: MAX_LINE,
  });
  return new Stop('refused', text, {
    notDone: t('nothing was recorded and nothing was done'),
    safe: t('larger material belongs into a side file, of which the record holds path and hash'),
  });
}

/** A stored line's Entry; undefined where its sum, its form or its JSON does not hold. The hash is of the bytes as stored. */
export function entryOf(line: Buffer): Entry | undefined {
  const trailer = trailerOf(line);
  if (!trailer?.sum || line.toString('latin1', 0, 9) !== '{"body":{') return undefined;
  try {
    const body = JSON.parse(line.toString('utf8', 8, trailer.end)) as Body;
    return { seq: trailer.seq, prev: trailer.prev, hash: leafHash(line), body };
  } catch {
    return undefined;
  }
}
