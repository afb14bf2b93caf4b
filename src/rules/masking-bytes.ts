/** Masks from bytes to bytes. Each equals its mask of masking.ts on every cell: what it cannot do at once it leaves to that one. */
import { CELL } from '../core/batch.ts';
import type { Keys } from '../core/product.ts';
import { isClearKind, kindName } from './kinds.ts';
import { type Mask, maskFor } from './masking.ts';

/** Where a masked cell is written: the text lies before `end`. Used again for every cell. */
export interface Veil {
  bytes: Uint8Array;
  end: number;
}

/**
 * True: the cell became the text in `to`. False: it stays as it is. Never called for NULL; the cell is UTF-8 unless its kind is bytes.
 * What `to` holds, holds until the next call.
 */
export type ByteMask = (bytes: Uint8Array, start: number, end: number, kind: number, to: Veil) => boolean;

export function newVeil(): Veil {
  return { bytes: new Uint8Array(1024), end: 0 };
}

/** The mask of one column; `undefined` where every cell stays as it is. */
export function byteMaskFor(kind: string, keys?: Keys): ByteMask | undefined {
  const name = kindName(kind);
  if (name === 'released') return undefined;
  const text = asText(maskFor(kind, keys));
  if (isClearKind(name))
    return (bytes, start, end, cell, to) => cell !== CELL.number && text(bytes, start, end, cell, to);
  return text;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The mask of masking.ts itself. */
function asText(mask: Mask): ByteMask {
  return (bytes, start, end, kind, to) => {
    const text = kind === CELL.bytes ? '' : decoder.decode(bytes.subarray(start, end));
    const cell = kind === CELL.bytes ? bytes.slice(start, end) : kind === CELL.number ? { number: text } : text;
    const masked = mask(cell);
    if (masked === cell) return false;
    if (typeof masked !== 'string') throw new Error('a mask gave neither text nor the cell itself');
    fill(to, masked);
    return true;
  };
}

/** Makes the veil hold a text. */
export function fill(to: Veil, text: string): void {
  spread(to, text.length * 3);
  to.end = encoder.encodeInto(text, to.bytes).written;
}

/** Makes sure that so many bytes fit; what it held is gone. */
export function spread(to: Veil, size: number): void {
  if (to.bytes.length < size) to.bytes = new Uint8Array(Math.max(size, to.bytes.length * 2));
}
