/** What the reading process and its parent say to each other: values in the platform's own serialization, each behind its length. */
import { deserialize, serialize } from 'node:v8';
import type { Batch } from '../core/batch.ts';
import type { RowQuery } from '../core/product.ts';

export interface Task {
  readonly file: string;
  readonly query: RowQuery;
}

export type Frame =
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  | { readonly kind: 'rows'; readonly rows: Batch }
  | { readonly kind: 'end' }
  /** One more row than the limit allows was there. */
  | { readonly kind: 'over' }
  | { readonly kind: 'trouble'; readonly why: string };

export function framed(frame: Frame | Task): Uint8Array {
  const body = serialize(frame);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  return Buffer.concat([head, body]);
}

/** The value of one whole frame without its length. */
export function unframed(body: Uint8Array): unknown {
  return deserialize(body);
}

/** Cuts a stream of bytes into frames' values. A stream that ends inside a frame ends silently: the sender died. */
export async function* framesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let held: Uint8Array[] = [];
  let size = 0;
  let wanted = -1;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    while (size >= (wanted < 0 ? 4 : wanted)) {
      const all =
        held.length === 1 && held[0] !== undefined
          ? Buffer.from(held[0].buffer, held[0].byteOffset, size)
          : Buffer.concat(held);
      const taken = wanted < 0 ? 4 : wanted;
      held = [all.subarray(taken)];
      size -= taken;
      if (wanted < 0) wanted = all.readUInt32LE(0);
      else {
        wanted = -1;
        yield unframed(all.subarray(0, taken));
      }
    }
  }
}
