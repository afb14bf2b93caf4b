/** A seeded source of numbers: the same seed gives the same rows on every machine. */
import { sha256 } from '../../core/json.ts';

export interface Chance {
  /** A whole number from 0 to below `n`. */
  below(n: number): number;
  /** RangeError for an empty list. */
  pick<T>(items: readonly T[]): T;
  /** `n` decimal digits. */
  digits(n: number): string;
}

/** Mulberry32 over the first 32 bits of the seed's SHA-256: enough for data that only has to look real. */
export function chance(seed: string): Chance {
  let state = Number.parseInt(sha256(seed).slice(0, 8), 16);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (n: number): number => Math.floor((next() / 4294967296) * n);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  const digits = (n: number): string => {
    let text = '';
    for (let left = n; left > 0; left -= 8)
      text += String(below(100_000_000)).padStart(8, '0').slice(0, Math.min(left, 8));
    return text;
  };
  return { below, pick, digits };
}
