/** One growing buffer that a form writes into and uses again for the next batch. */
import { viewOf } from '../masking-veil.ts';

/** Bytes written so far lie before `at`. `bytes` is replaced when it grows: whoever keeps it across a call of `room` keeps an old one. */
export interface Out {
  bytes: Uint8Array;
  /** The same memory, for four bytes at once. */
  view: DataView;
  at: number;
}

const FIRST = 256 * 1024;

export function newOut(): Out {
  const bytes = new Uint8Array(FIRST);
  return { bytes, view: viewOf(bytes), at: 0 };
}

/** Makes sure that so many more bytes fit. */
export function room(out: Out, more: number): void {
  const needed = out.at + more;
  if (needed <= out.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed, out.bytes.length * 2));
  grown.set(out.bytes.subarray(0, out.at));
  out.bytes = grown;
  out.view = viewOf(grown);
}

/** Appends bytes; for the rare and the small. */
export function put(out: Out, bytes: Uint8Array): void {
  room(out, bytes.length);
  out.bytes.set(bytes, out.at);
  out.at += bytes.length;
}

const encoder = new TextEncoder();

/** Appends a text as UTF-8. */
export function putText(out: Out, text: string): void {
  room(out, text.length * 3);
  out.at += encoder.encodeInto(text, out.bytes.subarray(out.at)).written;
}

/** What was written; it holds until the buffer is used again. */
export function written(out: Out): Uint8Array {
  return out.bytes.subarray(0, out.at);
}
