/** A leaked file, read once: its hash, and the marks in it. */
import { hashing } from '../../core/hashing.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { type ZipMember, zipMembers } from '../../core/unzip.ts';
import { type LeakedKind, leakedKind, toUtf8 } from '../../rules/forms/mark-file.ts';
import type { SeenMarks } from '../../rules/forms/mark-judge.ts';
import { csvMarks, jsonlMarks } from '../../rules/forms/mark-reader.ts';
import { sheetMarks } from '../../rules/forms/mark-sheet.ts';
import type { Call } from '../command.ts';

export interface Leaked {
  readonly kind: LeakedKind;
  readonly sha256: string;
  readonly seen: SeenMarks;
}

/** A workbook's packed bytes are held in memory; the rest of its reading is not. */
const MOST_WORKBOOK = 512 * 1024 * 1024;
const NOTHING: SeenMarks = { places: new Uint8Array(), ways: [] };

/** Reads it in pieces, a workbook as a whole. Stop('usage') where it cannot be read or is a damaged workbook. */
export async function readLeaked(call: Call, path: string): Promise<Leaked> {
  const hash = hashing();
  const pieces = hashed(call.pieces('FILE', path), hash.add, call.session.signal);
  const { value: head, done } = await pieces.next();
  const first = done === true ? new Uint8Array() : head.slice();
  const kind = leakedKind(first);
  const seen = await marksOf(kind, first, pieces, path);
  return { kind, seen, sha256: hash.hex() };
}

async function* hashed(
  pieces: AsyncIterable<Uint8Array>,
  add: (piece: Uint8Array) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    add(piece);
    yield piece;
  }
}

async function marksOf(
  kind: LeakedKind,
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  path: string,
): Promise<SeenMarks> {
  if (kind === 'xlsx') return workbookMarks(await gathered(first, rest, path), path);
  if (kind === 'sheet') {
    const sheet = sheetMarks();
    await decoded(withFirst(first, rest), sheet.sheet);
    return sheet.end();
  }
  const utf8 = toUtf8(first);
  const reader = kind === 'jsonl' ? jsonlMarks() : csvMarks();
  // Of what is encrypted only the hash says anything.
  for await (const piece of withFirst(first, rest)) if (kind !== 'age') reader.take(utf8(piece));
  return kind === 'age' ? NOTHING : reader.end();
}

async function* withFirst(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function gathered(first: Uint8Array, rest: AsyncIterable<Uint8Array>, path: string): Promise<Uint8Array> {
  const parts = [first];
  let size = first.length;
  for await (const piece of rest) {
    size += piece.length;
    if (size > MOST_WORKBOOK)
      throw unusable(t('FILE: {path} is larger than {most} bytes', { path, most: MOST_WORKBOOK }));
    parts.push(piece.slice());
  }
  return Buffer.concat(parts, size);
}

async function workbookMarks(zip: Uint8Array, path: string): Promise<SeenMarks> {
  const marks = sheetMarks();
  const members = zipMembers(zip);
  if (members === undefined) throw unusable(t('FILE: {path} is a damaged workbook', { path }));
  const parts: readonly (readonly [RegExp, (xml: string) => void])[] = [
    [/^xl\/sharedStrings\.xml$/i, marks.shared],
    [/^xl\/worksheets\/[^/]+\.xml$/i, marks.sheet],
  ];
  for (const [name, take] of parts)
    for (const member of members) if (name.test(member.name)) await part(member, take, path);
  return marks.end();
}

async function part(member: ZipMember, take: (xml: string) => void, path: string): Promise<void> {
  try {
    await decoded(member.bytes(), take);
  } catch (cause) {
    throw unusable(t('FILE: {path} is a damaged workbook', { path }), cause);
  }
}

async function decoded(pieces: AsyncIterable<Uint8Array>, take: (xml: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) take(decoder.decode(piece, { stream: true }));
}

function unusable(text: ReturnType<typeof t>, cause?: unknown): Stop {
  return new Stop('usage', text, { notDone: t('Nothing was recorded.'), ...(cause === undefined ? {} : { cause }) });
}
