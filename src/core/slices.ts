/** An artefact in parts: the ranges of its key, and the one hash over them all. */
import { sha256 } from './json.ts';
import type { Part, Range } from './product.ts';

/** The ranges between bounds, which are the greatest keys of all parts but the last: every whole number, and NULL, is in exactly one. */
export function rangesOf(bounds: readonly string[]): readonly Range[] {
  return [...bounds, undefined].map((until, i) => {
    const after = bounds[i - 1];
    return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
  });
}

/** SHA-256 over the hex of the parts' plain hashes, one behind the other in their order. */
export function plainOfParts(parts: readonly Pick<Part, 'plain'>[]): string {
  return sha256(parts.map(({ plain }) => plain).join(''));
}
