/** JSON in one canonical spelling, and the digests made of it. */
import { createHash } from 'node:crypto';
import { canonical } from './canonical.ts';

export { canonical, type Json } from './canonical.ts';

/** Lower-case hex SHA-256 of bytes or of a string's UTF-8. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** `sha256:<hex>` over the canonical text of a value: what approvals, snapshots and side files are bound to. */
export function digestOf(value: unknown): string {
  return `sha256:${sha256(canonical(value))}`;
}
