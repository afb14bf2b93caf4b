/** The invisible mark: each text cell carries one secret bit of its extraction in a choice that changes no value, so any rows and columns betray it. */
import { SLOTS } from '../../core/keyed.ts';

/** Shorter cells carry no bit: too many of them are alike. Bytes of UTF-8. */
export const SHORTEST_MARKED = 4;

/** Of a longer cell only so many bytes at its head and four at its end count. */
const MOST_HASHED = 64;

/**
 * The place of a cell's bit in the table of secret bits: a cheap, public hash of its bytes. Two cells of one place carry the same bit, so
 * a reader counts places, not cells. -1 where it carries none.
 */
export function markSlot(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < SHORTEST_MARKED) return -1;
  const last = Math.min(end, start + MOST_HASHED) - 4;
  let hash = Math.imul(fourBytes(bytes, end - 4) ^ length, 0x9e3779b1);
  for (let i = start; i <= last; i += 4) {
    hash = Math.imul(hash ^ fourBytes(bytes, i), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash ^ (hash >>> 16)) >>> 0) & (SLOTS - 1);
}

/** The same of a cell that is read four bytes at once. */
export function markSlotIn(view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < SHORTEST_MARKED) return -1;
  const last = Math.min(end, start + MOST_HASHED) - 4;
  let hash = Math.imul(view.getInt32(end - 4, true) ^ length, 0x9e3779b1);
  for (let i = start; i <= last; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(i, true), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash ^ (hash >>> 16)) >>> 0) & (SLOTS - 1);
}

/** The secret bit of a cell in the table that `secretBits` (core/keyed.ts) made; 0 for a cell that carries none. */
export function markBit(table: Uint8Array, bytes: Uint8Array, start: number, end: number): 0 | 1 {
  const slot = markSlot(bytes, start, end);
  return slot < 0 ? 0 : bitAt(table, slot);
}

/** The bit of a place. */
export function bitAt(table: Uint8Array, slot: number): 0 | 1 {
  return (((table[slot >>> 3] ?? 0) >>> (slot & 7)) & 1) as 0 | 1;
}

function fourBytes(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
}
