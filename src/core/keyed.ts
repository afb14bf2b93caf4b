/** What a key makes: pseudonyms that join but cannot be turned back, and a table of secret bits. HMAC-SHA-256 (RFC 2104) throughout. */
import { Buffer } from 'node:buffer';
import { createHmac, hash } from 'node:crypto';

/** Slots of a table of secret bits; a power of two. */
export const SLOTS = 65_536;
const PER_BLOCK = 256;

/** 24 letters of 4 bits: as good as never the same for two values, and without a digit, so that it is no number for anybody. */
const LETTERS = 'abcdefghijklmnop';
const BYTES = 12;
const PREFIX = 'pn_';
/** Of SHA-256, and of the two keys that HMAC makes of one. Bytes. */
const BLOCK = 64;

/**
 * Value -> token such as `pn_kbmd…`: the same for the same value under one key, also across columns, and another under another key.
 * The caller brings values to one spelling first.
 */
export function pseudonyms(key: Uint8Array): (value: string) => string {
  const mac = macOf(key);
  return (value) => {
    let text = PREFIX;
    for (const byte of mac(`gxops pseudonym v1 ${value}`).subarray(0, BYTES))
      text += LETTERS.charAt(byte >>> 4) + LETTERS.charAt(byte & 15);
    return text;
  };
}

/** HMAC-SHA-256 under one key of at most 64 bytes, by two hashes in one call each: three times as fast as making an Hmac for each value. */
function macOf(key: Uint8Array): (text: string) => Uint8Array {
  if (key.length > BLOCK) throw new Error('a key of more than one block');
  const padded = (pad: number): Uint8Array => Uint8Array.from({ length: BLOCK }, (_, i) => (key[i] ?? 0) ^ pad);
  const [inner, outer] = [padded(0x36), padded(0x5c)];
  return (text) => {
    const first = hash('sha256', Buffer.concat([inner, Buffer.from(text)]), 'buffer');
    return hash('sha256', Buffer.concat([outer, first]), 'buffer');
  };
}

/** SLOTS secret bits, eight in a byte, the lowest first: HMAC-SHA-256 of the key in counter mode (NIST SP 800-108). */
export function secretBits(key: Uint8Array): Uint8Array {
  const bits = new Uint8Array(SLOTS / 8);
  for (let block = 0; block * PER_BLOCK < SLOTS; block++)
    bits.set(createHmac('sha256', key).update(`gxops mark bits v1 ${block}`).digest(), (block * PER_BLOCK) / 8);
  return bits;
}
