/** Is the journal what was recorded? Every stored line against its sum, its predecessor and its place; in constant memory. */
import { canonical } from '../core/json.ts';
import {
  CLOSING,
  entryOf,
  FIRST_SEQ,
  leafHash,
  MAX_LINE,
  NO_PREV,
  sumHolds,
  trailerOf,
  trailerText,
} from '../core/line.ts';
import type { StoredLine } from '../core/world.ts';
import { openIntents } from './intents.ts';

/**
 * altered: the bytes are not those that were recorded. gap: a line or segment is missing, repeated or out of place. foreign: a
 * line of another log. torn: an unfinished last line. unreadable: whole, but not in a form this version knows. orphan: an intent
 * without an end. unsigned: a change of the roster that counts for nothing, since no signature stands behind it (`roster-check.ts`).
 */
export type ProblemKind = 'altered' | 'gap' | 'foreign' | 'torn' | 'unreadable' | 'orphan' | 'unsigned';

export interface Problem {
  readonly seq: number;
  readonly kind: ProblemKind;
  readonly segment: string;
  /** Byte offset in the segment. */
  readonly offset: number;
}

export interface Chain {
  /** Whole lines seen. */
  readonly entries: number;
  /** Leaf hash of the last whole line; absent in an empty journal. */
  readonly head?: string;
  readonly log?: string;
  readonly problems: readonly Problem[];
  /** How many more there were than are listed. */
  readonly unlisted: number;
}

export interface ChainCheck {
  take(line: StoredLine): void;
  end(): Chain;
}

/** Also parse every line: canonical form, no repeated keys. Ten times slower. */
export interface Strictness {
  readonly strict?: boolean;
}

const LISTED = 1000;
const OPENING = '{"body":{';
/** What a body of this version ends with: `"type":"run.opened","tz":"+08:00","v":1}`; all of fixed length but the type. */
const VERSION = /^","tz":"[+-]\d\d:\d\d","v":1}$/;
const VERSION_SIZE = 22;
const TYPE = '"type":"';
/** Bytes that hold type, version and trailer: read as one string, since each reading costs more than what is done with it. */
const TAIL = 224;

/** Verifies lines in the order of the segments. Never throws for what a line holds. */
export async function verifyChain(lines: AsyncIterable<StoredLine>, how: Strictness = {}): Promise<Chain> {
  const check = chainCheck(how);
  for await (const line of lines) check.take(line);
  return check.end();
}

interface State {
  entries: number;
  /** What the next line must be: its seq, and its prev unless the line before was altered. */
  seq: number;
  prev: string | undefined;
  /** seq of the last line whose sum held. */
  good: number;
  head: string | undefined;
  log: string | undefined;
  segment: string;
  /** The line before, which its successor may disprove. */
  before: StoredLine | undefined;
  torn: StoredLine | undefined;
  readonly problems: Problem[];
  unlisted: number;
}

/** Takes line after line; `end` tells what was found. */
export function chainCheck({ strict = false }: Strictness = {}): ChainCheck {
  const intents = openIntents();
  const state: State = {
    entries: 0,
    seq: FIRST_SEQ,
    prev: NO_PREV,
    good: FIRST_SEQ - 1,
    head: undefined,
    log: undefined,
    segment: '',
    before: undefined,
    torn: undefined,
    problems: [],
    unlisted: 0,
  };
  return {
    take(line) {
      if (state.torn) report(state, 'altered', state.seq, state.torn); // nothing may stand behind an unfinished line
      state.torn = line.whole ? undefined : line;
      if (!line.whole) return;
      const bytes = Buffer.isBuffer(line.bytes) ? line.bytes : Buffer.from(line.bytes);
      const type = takeWhole(state, line, bytes, strict);
      if (type !== undefined) intents.take(type, bytes, state.good, line);
    },
    end() {
      if (state.torn) report(state, 'torn', state.seq, state.torn);
      for (const orphan of intents.open()) report(state, 'orphan', orphan.seq, orphan);
      const { entries, head, log, problems, unlisted } = state;
      return {
        entries,
        problems,
        unlisted,
        ...(head === undefined ? {} : { head }),
        ...(log === undefined ? {} : { log }),
      };
    },
  };
}

function report(
  state: State,
  kind: ProblemKind,
  seq: number,
  { segment, offset }: Pick<StoredLine, 'segment' | 'offset'>,
): void {
  if (state.problems.length < LISTED) state.problems.push({ seq, kind, segment, offset });
  else state.unlisted += 1;
}

/** Judges one whole line; its type, or undefined where it is not to be trusted. */
function takeWhole(state: State, line: StoredLine, bytes: Buffer, strict: boolean): string | undefined {
  state.entries += 1;
  const turned = line.segment !== state.segment;
  const moved = turned && !follows(state.segment, line.segment);
  state.segment = line.segment;
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - TAIL), bytes.length - CLOSING);
  let end = moved ? -1 : fitsAt(state, bytes, tail);
  if (end < 0) {
    if (!misfit(state, line, bytes, moved)) return undefined;
    end = tail.lastIndexOf(',"prev":"');
  }
  state.good = state.seq;
  state.seq += 1;
  state.prev = leafHash(bytes);
  state.head = state.prev;
  state.before = line;
  if (turned || strict) judgeWhole(state, line, bytes, strict);
  const type = typeAt(tail, end);
  if (type === undefined) report(state, 'unreadable', state.good, line);
  return type;
}

/** Length of the body within the tail when the line is exactly the expected one, else -1: one comparison and one sum. */
function fitsAt(state: State, bytes: Buffer, tail: string): number {
  if (state.prev === undefined || bytes.length > MAX_LINE) return -1;
  const wanted = trailerText(state.prev, state.seq);
  return tail.endsWith(wanted) && opens(bytes) && sumHolds(bytes) ? tail.length - wanted.length : -1;
}

function opens(bytes: Buffer): boolean {
  for (let at = 0; at < OPENING.length; at++) if (bytes[at] !== OPENING.charCodeAt(at)) return false;
  return true;
}

/** Says what is wrong with a line that is not the expected one. True when the chain goes on from it. */
function misfit(state: State, line: StoredLine, bytes: Buffer, moved: boolean): boolean {
  const trailer = trailerOf(bytes);
  if (!trailer?.sum || bytes.length > MAX_LINE || !opens(bytes)) {
    const again =
      state.good + 1 !== state.seq && trailer !== undefined && trailer.seq > state.good && trailer.seq <= state.seq;
    report(state, 'altered', again ? trailer.seq : state.seq, line);
    state.seq = again ? trailer.seq + 1 : state.seq + 1;
    state.prev = undefined;
    state.before = line;
    return false;
  }
  const loose = state.prev === undefined && trailer.seq > state.good; // the lines before were altered, and that has been said
  if (moved || (trailer.seq !== state.seq && !loose)) report(state, 'gap', Math.min(trailer.seq, state.seq), line);
  else if (state.prev !== undefined && trailer.prev !== state.prev) {
    report(state, 'altered', state.before === undefined ? trailer.seq : state.good, state.before ?? line);
  }
  state.seq = trailer.seq;
  return true;
}

function follows(before: string, segment: string): boolean {
  const number = (name: string): number => (name === '' ? 0 : Number.parseInt(name, 10));
  return number(segment) === number(before) + 1;
}

/** The line's type, when its body is of a form this version knows. `end` is where the body ends in the tail. */
function typeAt(tail: string, end: number): string | undefined {
  const quote = end - VERSION_SIZE;
  if (quote < 0 || !VERSION.test(tail.slice(quote, end))) return undefined;
  const start = tail.lastIndexOf('"', quote - 1) + 1;
  return tail.startsWith(TYPE, start - TYPE.length) ? tail.slice(start, quote) : undefined;
}

/** The costly questions, asked of the first line of each segment and, when strict, of all. */
function judgeWhole(state: State, line: StoredLine, bytes: Buffer, strict: boolean): void {
  const body = entryOf(bytes)?.body;
  if (strict && !isCanonical(bytes)) report(state, 'altered', state.good, line);
  if (state.log === undefined) {
    state.log = body?.log;
    if (state.good === FIRST_SEQ && body?.type !== 'log.genesis') report(state, 'unreadable', state.good, line);
  } else if (body?.log !== state.log) report(state, 'foreign', state.good, line);
}

function isCanonical(bytes: Buffer): boolean {
  try {
    const text = bytes.toString('utf8');
    return canonical(JSON.parse(text)) === text && Buffer.byteLength(text) === bytes.length;
  } catch {
    return false;
  }
}
