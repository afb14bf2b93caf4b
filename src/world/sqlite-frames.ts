/**
 * What the reading process and its parent say to each other. A frame is a head of four 32-bit numbers in the machine's own order (kind,
 * rows, width, bytes of the first part) and its body: a JSON text, or the cells' bytes one behind the other, padded to four, then the
 * offset of each cell and of the end, then the kinds. So a batch crosses the pipe without an object being made of any cell.
 */
import type { Batch } from '../core/batch.ts';
import type { RowQuery } from '../core/product.ts';

export interface Task {
  readonly file: string;
  readonly query: RowQuery;
}

/** Why the reading process gave up: SQLite's words that name no value, or the column (from 1) that cannot be taken. */
export type Trouble =
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'not-text' | 'too-large'; readonly column: number };

export type Frame =
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  /** The batch holds until the next frame is asked for. */
  | { readonly kind: 'rows'; readonly rows: Batch }
  | { readonly kind: 'end' }
  /** One more row than the limit allows was there. */
  | { readonly kind: 'over' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble };

export const KIND = { columns: 1, rows: 2, end: 3, over: 4, trouble: 5, task: 6 } as const;
/** Bytes of a head. */
export const HEAD = 16;
/** Bytes of a frame that is held in one buffer used again and again; a larger one, with a very large cell, gets its own. */
const USUAL = 1 << 20;

export function padded(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** A frame whose body is a value as JSON. */
export function framed(kind: number, value: unknown): Uint8Array {
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  const frame = Buffer.alloc(HEAD + body.length);
  new Uint32Array(frame.buffer, frame.byteOffset, 4).set([kind, 0, 0, body.length]);
  body.copy(frame, HEAD);
  return frame;
}

/** Bytes of the body behind a head. */
export function bodyLength([kind = 0, rows = 0, width = 0, bytes = 0]: Uint32Array): number {
  return kind === KIND.rows ? padded(bytes) + 4 * (rows * width + 1) + rows * width : bytes;
}

/** Cuts a stream of bytes into frames. A stream that ends inside a frame ends silently: the sender died. */
export async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  const usual = new Uint8Array(USUAL);
  let frame = usual;
  let held = 0;
  let wanted = HEAD;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(wanted - held, chunk.length - at);
      frame.set(chunk.subarray(at, at + taken), held);
      held += taken;
      at += taken;
      if (held === HEAD && wanted === HEAD) {
        wanted += bodyLength(new Uint32Array(frame.buffer, 0, 4));
        if (wanted > USUAL) {
          frame = new Uint8Array(wanted);
          frame.set(usual.subarray(0, HEAD));
        }
      }
      if (held < wanted) continue;
      yield read(frame, wanted);
      [frame, held, wanted] = [usual, 0, HEAD];
    }
}

function read(frame: Uint8Array<ArrayBuffer>, end: number): Frame {
  const [kind, rows = 0, width = 0, bytes = 0] = new Uint32Array(frame.buffer, 0, 4);
  if (kind === KIND.rows) return { kind: 'rows', rows: batchIn(frame, rows, width, bytes) };
  if (kind === KIND.columns) return { kind: 'columns', columns: valueIn(frame.subarray(HEAD, end)) as string[] };
  if (kind === KIND.trouble) return { kind: 'trouble', trouble: valueIn(frame.subarray(HEAD, end)) as Trouble };
  return { kind: kind === KIND.over ? 'over' : 'end' };
}

function batchIn({ buffer }: Uint8Array<ArrayBuffer>, rows: number, width: number, bytes: number): Batch {
  const cells = rows * width;
  const offsets = HEAD + padded(bytes);
  return {
    width,
    rows,
    bytes: new Uint8Array(buffer, HEAD, bytes),
    // Each cell ends where the next one starts.
    starts: new Uint32Array(buffer, offsets, cells),
    ends: new Uint32Array(buffer, offsets + 4, cells),
    kinds: new Uint8Array(buffer, offsets + 4 * (cells + 1), cells),
  };
}

/** The value of a JSON body. */
export function valueIn(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
}
