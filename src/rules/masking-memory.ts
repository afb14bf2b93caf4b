/** Remembers what a slow mask made of a cell: names of firms and remarks come again and again. A fixed piece of memory, no garbage. */
import { spread, type Veil } from './masking-veil.ts';

type ByteMask = (bytes: Uint8Array, start: number, end: number, kind: number, to: Veil) => boolean;

const PLACES = 65_536;
const ARENA = 8 * 1024 * 1024;
/** Longer cells seldom come again. Bytes. */
const LONGEST = 512;
/** Of one entry: kind of the cell, changed or not, two lengths of two bytes each. */
const HEAD = 6;

/** The same mask, with a memory of its own of some 8 MB that is taken on first use. The mask must depend on the cell alone. */
export function remembering(mask: ByteMask): ByteMask {
  let memory: { readonly places: Uint32Array; readonly arena: Uint8Array; used: number } | undefined;
  return (bytes, start, end, kind, to) => {
    if (end - start > LONGEST) return mask(bytes, start, end, kind, to);
    // Entries begin at 1: a place of 0 is free.
    memory ??= { places: new Uint32Array(PLACES), arena: new Uint8Array(ARENA), used: 1 };
    const { places, arena } = memory;
    const place = placeOf(bytes, start, end);
    const at = places[place] as number;
    if (at !== 0 && isSame(arena, at, bytes, start, end, kind)) return recall(arena, at, end - start, to);
    const changed = mask(bytes, start, end, kind, to);
    const made = changed ? to.end : 0;
    const size = HEAD + (end - start) + made;
    if (made > 0xffff) return changed;
    if (memory.used + size > ARENA) {
      places.fill(0);
      memory.used = 1;
    }
    places[place] = memory.used;
    store(arena, memory.used, { bytes, start, end, kind, changed }, to);
    memory.used += size;
    return changed;
  };
}

/** FNV-1a, to one of the places. */
function placeOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return ((hash ^ (hash >>> 16)) >>> 0) & (PLACES - 1);
}

function isSame(arena: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number, kind: number): boolean {
  const length = end - start;
  if (arena[at] !== kind || twoBytes(arena, at + 2) !== length) return false;
  const first = at + HEAD - start;
  for (let i = start; i < end; i++) if (arena[first + i] !== bytes[i]) return false;
  return true;
}

function recall(arena: Uint8Array, at: number, length: number, to: Veil): boolean {
  if (arena[at + 1] === 0) return false;
  const made = twoBytes(arena, at + 4);
  spread(to, made);
  const first = at + HEAD + length;
  for (let i = 0; i < made; i++) to.bytes[i] = arena[first + i] as number;
  to.end = made;
  return true;
}

interface Asked {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly kind: number;
  readonly changed: boolean;
}

function store(arena: Uint8Array, place: number, { bytes, start, end, kind, changed }: Asked, to: Veil): void {
  const made = changed ? to.end : 0;
  let at = place;
  arena[at++] = kind;
  arena[at++] = changed ? 1 : 0;
  arena[at++] = (end - start) & 0xff;
  arena[at++] = (end - start) >>> 8;
  arena[at++] = made & 0xff;
  arena[at++] = made >>> 8;
  for (let i = start; i < end; i++) arena[at++] = bytes[i] as number;
  for (let i = 0; i < made; i++) arena[at++] = to.bytes[i] as number;
}

function twoBytes(arena: Uint8Array, at: number): number {
  return (arena[at] as number) | ((arena[at + 1] as number) << 8);
}
