/** The memory of a mask changes no answer, also when it is full, and forgets nothing it should not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remembering } from '../../src/rules/masking-memory.ts';
import { fill, newVeil, type Veil } from '../../src/rules/masking-veil.ts';

/** Doubles cells of even length, of kind 2 only; counts how often it is asked. */
function doubling(): { mask: Parameters<typeof remembering>[0]; asked: () => number } {
  let count = 0;
  return {
    asked: () => count,
    mask: (bytes, start, end, kind, to) => {
      count++;
      if ((end - start) % 2 === 1 || kind !== 2) return false;
      fill(to, Buffer.from(bytes.subarray(start, end)).toString().repeat(2));
      return true;
    },
  };
}

function answer(mask: Parameters<typeof remembering>[0], cell: string, kind: number, to: Veil): string | undefined {
  const bytes = Buffer.from(`x${cell}y`);
  return mask(bytes, 1, bytes.length - 1, kind, to) ? Buffer.from(to.bytes.subarray(0, to.end)).toString() : undefined;
}

test('answers are those of the mask', () => {
  const { mask } = doubling();
  const kept = remembering(mask);
  const [one, other] = [newVeil(), newVeil()];
  const cell = fc.oneof(fc.constantFrom('', 'a', 'ab', 'abcd'), fc.string({ maxLength: 600 }));
  fc.assert(
    fc.property(cell, fc.constantFrom(1, 2), (text, kind) => {
      for (let times = 0; times < 2; times++)
        expect(answer(kept, text, kind, one)).toBe(answer(mask, text, kind, other));
    }),
    { numRuns: 2_000 },
  );
});

test('what comes again is not asked again, and a full memory begins anew', () => {
  const { mask, asked } = doubling();
  const kept = remembering(mask);
  const veil = newVeil();
  for (let i = 0; i < 10; i++) expect(answer(kept, '南宁', 2, veil)).toBe('南宁南宁');
  expect(asked()).toBe(1);
  const long = 'z'.repeat(495);
  for (let i = 0; i < 12_000; i++)
    expect(answer(kept, `${long}${10_000 + i}`, 2, veil)).toBe(`${long}${10_000 + i}`.repeat(2));
  expect(answer(kept, '南宁', 2, veil)).toBe('南宁南宁');
});
