/** SHA-256 of what comes in pieces. */
import { createHash } from 'node:crypto';

/** `add` pieces in order, then ask once for the lower-case hex. */
export function hashing(): { add(piece: Uint8Array): void; hex(): string } {
  const hash = createHash('sha256');
  return { add: (piece) => void hash.update(piece), hex: () => hash.digest('hex') };
}
