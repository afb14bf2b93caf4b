/** Public halves of keys as people hand them in: are they what they should be, in one spelling? */
import { createPublicKey } from 'node:crypto';

/** The SPKI PEM of an Ed25519 public key; undefined for anything else, a private key included. */
export function ed25519Pem(text: string): string | undefined {
  if (!/^\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/.test(text)) return undefined;
  try {
    const key = createPublicKey(text);
    return key.asymmetricKeyType === 'ed25519' ? key.export({ type: 'spki', format: 'pem' }).toString() : undefined;
  } catch {
    return undefined;
  }
}

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** True for an X25519 age recipient (`age1…`, Bech32 of BIP 173) whose checksum holds. */
export function isAgeRecipient(text: string): boolean {
  if (!/^age1[02-9ac-hj-np-z]{58}$/.test(text)) return false;
  const prefix = [...'age'].map((letter) => letter.charCodeAt(0));
  const data = [...text.slice(4)].map((letter) => ALPHABET.indexOf(letter));
  return polymod([...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...data]) === 1;
}

function polymod(values: readonly number[]): number {
  let check = 1;
  for (const value of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATORS.entries()) if ((top >> bit) & 1) check ^= generator;
  }
  return check;
}
