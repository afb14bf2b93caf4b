/** Masks from bytes to bytes. Each equals its mask of masking.ts on every cell: what it cannot do at once it leaves to that one. */
import { CELL } from '../core/batch.ts';
import type { Keys } from '../core/product.ts';
import { isClearKind, kindName } from './kinds.ts';
import { type Mask, maskFor } from './masking.ts';
import { ATTEMPTS } from './masking-bytes-kinds.ts';
import { scanBytes } from './masking-bytes-scan.ts';
import { remembering } from './masking-memory.ts';
import { fill, spread, type Veil } from './masking-veil.ts';

/**
 * True: the cell became the text in `to`. False: it stays as it is. Never called for NULL; the cell is UTF-8 unless its kind is bytes.
 * What `to` holds, holds until the next call.
 */
export type ByteMask = (bytes: Uint8Array, start: number, end: number, kind: number, to: Veil) => boolean;

/** The mask of one column; `undefined` where every cell stays as it is. */
export function byteMaskFor(kind: string, keys?: Keys): ByteMask | undefined {
  const name = kindName(kind);
  if (name === 'released') return undefined;
  const text = remembering(byText(maskFor(kind, keys)));
  if (isClearKind(name)) return clear(text);
  if (name === 'free-text' || name === 'text') return scanned(text);
  if (name === 'unclassified') return unclassified(text);
  const attempt = ATTEMPTS[name];
  if (attempt === undefined) return text;
  return (bytes, start, end, cell, to) =>
    (cell !== CELL.bytes && attempt(bytes, start, end, to)) || text(bytes, start, end, cell, to);
}

/** Numbers and moments as they are, text searched. */
function clear(text: ByteMask): ByteMask {
  const search = scanned(text);
  return (bytes, start, end, kind, to) => {
    if (kind === CELL.number || (kind === CELL.text && isMoment(bytes, start, end))) return false;
    return (startsAsYear(bytes, start, end) ? text : search)(bytes, start, end, kind, to);
  };
}

/** A number searched becomes text even where nothing is hidden in it. */
function scanned(text: ByteMask): ByteMask {
  return (bytes, start, end, kind, to) => {
    if (kind === CELL.bytes) return text(bytes, start, end, kind, to);
    if (scanBytes(bytes, start, end, to)) return true;
    if (kind === CELL.number) copy(bytes, start, end, to);
    return kind === CELL.number;
  };
}

/** Only a number with fewer digits than a telephone's stays. */
function unclassified(text: ByteMask): ByteMask {
  return (bytes, start, end, kind, to) =>
    !(kind === CELL.number && end - start < 11) && text(bytes, start, end, kind, to);
}

function copy(bytes: Uint8Array, start: number, end: number, to: Veil): void {
  spread(to, end - start);
  for (let i = start, at = 0; i < end; i++) to.bytes[at++] = bytes[i] as number;
  to.end = end - start;
}

/** What a moment's shape is made of, `0` for a digit. */
const SHAPE = new TextEncoder().encode('0000-00-00 00:00:00');
const DAY = 10;

/** `2025-03-04` or `2025-03-04 08:15:00`, in the years 1900 to 2099. Other spellings are judged as text. */
function isMoment(bytes: Uint8Array, start: number, end: number): boolean {
  if ((end - start !== DAY && end - start !== SHAPE.length) || !startsAsYear(bytes, start, end)) return false;
  for (let i = 0; i < end - start; i++) {
    const byte = bytes[start + i] as number;
    const wanted = SHAPE[i] as number;
    if (wanted === 0x30 ? byte < 0x30 || byte > 0x39 : byte !== wanted) return false;
  }
  return true;
}

function startsAsYear(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  if (end - start < 5 || (first !== 0x31 && first !== 0x32)) return false;
  const fifth = bytes[start + 4];
  return bytes[start + 1] === (first === 0x31 ? 0x39 : 0x30) && (fifth === 0x2d || fifth === 0x2f);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The mask of masking.ts itself. */
function byText(mask: Mask): ByteMask {
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
