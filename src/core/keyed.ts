/** What a key makes: pseudonyms that join but cannot be turned back, and a table of secret bits. HMAC-SHA-256 (RFC 2104) throughout. */
import { createHmac } from 'node:crypto';

/** Slots of a table of secret bits; a power of two. */
export const SLOTS = 65_536;
const PER_BLOCK = 256;

/** 24 letters of 4 bits: as good as never the same for two values, and without a digit, so that it is no number for anybody. */
const LETTERS = 'abcdefghijklmnop';
const BYTES = 12;
const PREFIX = 'pn_';
/** Values remembered at most in each of the two generations of the memory. */
const REMEMBERED = 32_768;

/**
 * Value -> token such as `pn_kbmd…`: the same for the same value under one key, also across columns, and another under another key.
 * The caller brings values to one spelling first. Keeps at most 65,536 of them.
 */
export function pseudonyms(key: Uint8Array): (value: string) => string {
  let recent = new Map<string, string>();
  let older = new Map<string, string>();
  return (value) => {
    const known = recent.get(value) ?? older.get(value) ?? token(key, value);
    if (recent.size >= REMEMBERED) [older, recent] = [recent, new Map()];
    recent.set(value, known);
    return known;
  };
}

function token(key: Uint8Array, value: string): string {
  const mac = createHmac('sha256', key).update(`gxops pseudonym v1 ${value}`).digest();
  let text = PREFIX;
  for (const byte of mac.subarray(0, BYTES)) text += LETTERS.charAt(byte >>> 4) + LETTERS.charAt(byte & 15);
  return text;
}

/** SLOTS secret bits, eight in a byte, the lowest first: HMAC-SHA-256 of the key in counter mode (NIST SP 800-108). */
export function secretBits(key: Uint8Array): Uint8Array {
  const bits = new Uint8Array(SLOTS / 8);
  for (let block = 0; block * PER_BLOCK < SLOTS; block++)
    bits.set(createHmac('sha256', key).update(`gxops mark bits v1 ${block}`).digest(), (block * PER_BLOCK) / 8);
  return bits;
}
