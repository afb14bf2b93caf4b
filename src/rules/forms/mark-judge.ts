/** Which extraction a leaked file came from: how many of its marks agree with a table of secret bits, and whether that can be chance. */
import { SLOTS } from '../../core/keyed.ts';
import { bitAt } from './mark.ts';

/**
 * What a reader saw: for each place of the table a bit for each way (0 to 7) in which cells of that place were written, and which pairs of
 * ways may stand for the bits 0 and 1. A place that was seen in both is not compared: which those are does not depend on any table.
 */
export interface SeenMarks {
  readonly places: Uint8Array;
  readonly ways: readonly (readonly [zero: number, one: number])[];
}

/** Distinct places, not cells. `chance` is the natural logarithm of the probability that a foreign file agrees as well. */
export interface Agreement {
  readonly matched: number;
  readonly compared: number;
  readonly chance: number;
}

/** Accusing the wrong extraction is allowed once in so many files: 10⁻⁶, over all candidates together. */
const PROOF = Math.log(1e-6);

/** How well a file agrees with one table, by the pair of ways that fits best. */
export function agreement({ places, ways }: SeenMarks, table: Uint8Array): Agreement {
  let best: Agreement = { matched: 0, compared: 0, chance: 0 };
  for (const [zero, one] of ways) {
    const found = countOf(places, table, 1 << zero, 1 << one);
    const chance = Math.min(0, logTail(found.matched, found.compared) + Math.log(ways.length));
    if (best.compared === 0 || chance < best.chance) best = { ...found, chance };
  }
  return best;
}

/** True where so good an agreement is no chance, however many extractions were tried. */
export function isProven({ chance }: Agreement, candidates: number): boolean {
  return chance + Math.log(Math.max(1, candidates)) < PROOF;
}

function countOf(
  places: Uint8Array,
  table: Uint8Array,
  zero: number,
  one: number,
): { matched: number; compared: number } {
  let matched = 0;
  let compared = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const seen = (places[slot] as number) & (zero | one);
    if (seen !== zero && seen !== one) continue;
    compared++;
    if ((seen === one ? 1 : 0) === bitAt(table, slot)) matched++;
  }
  return { matched, compared };
}

let factorials: Float64Array | undefined;

/** ln n! for n up to SLOTS. */
function logFactorials(): Float64Array {
  if (factorials !== undefined) return factorials;
  const made = new Float64Array(SLOTS + 1);
  for (let n = 2; n <= SLOTS; n++) made[n] = (made[n - 1] as number) + Math.log(n);
  factorials = made;
  return made;
}

/** ln of the probability of at least `matched` heads in `thrown` throws of a fair coin. */
function logTail(matched: number, thrown: number): number {
  if (matched * 2 <= thrown) return 0;
  const ln = logFactorials();
  const term = (k: number): number =>
    (ln[thrown] as number) - (ln[k] as number) - (ln[thrown - k] as number) - thrown * Math.LN2;
  const first = term(matched);
  let sum = 0;
  for (let k = matched; k <= thrown; k++) {
    const part = Math.exp(term(k) - first);
    sum += part;
    if (part < 1e-18) break;
  }
  return first + Math.log(sum);
}
