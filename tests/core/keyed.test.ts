/** Keyed tokens and bits: the published HMAC, the same for the same, no digit in a token. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pseudonyms, SLOTS, secretBits } from '../../src/core/keyed.ts';

const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

test('a token is the first 96 bits of HMAC-SHA-256 in letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 1, maxLength: 64 }), (value, key) => {
      const token = pseudonyms(key)(value);
      expect(token).toMatch(/^pn_[a-p]{24}$/);
      const mac = createHmac('sha256', key).update(`gxops pseudonym v1 ${value}`).digest('hex').slice(0, 24);
      const letters = [...token.slice(3)].map((letter) => 'abcdefghijklmnop'.indexOf(letter).toString(16));
      expect(letters.join('')).toBe(mac);
    }),
  );
  expect(() => pseudonyms(new Uint8Array(65))).toThrow();
});

test('another key makes other tokens and other bits', () => {
  expect(pseudonyms(one)('13800138000')).toBe(pseudonyms(one)('13800138000'));
  expect(pseudonyms(one)('13800138000')).not.toBe(pseudonyms(other)('13800138000'));
  const [bits, others] = [secretBits(one), secretBits(other)];
  expect(bits.length * 8).toBe(SLOTS);
  let same = 0;
  let ones = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const bit = ((bits[slot >>> 3] ?? 0) >>> (slot & 7)) & 1;
    ones += bit;
    if (bit === (((others[slot >>> 3] ?? 0) >>> (slot & 7)) & 1)) same++;
  }
  // Six standard deviations (128 each) around the half.
  for (const count of [same, ones]) expect(Math.abs(count - SLOTS / 2)).toBeLessThan(768);
});
