/** The manifest a page carries: its shape, and whether the signature in it holds. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { canonical } from '../core/canonical.ts';
import { refuse } from './refusal.ts';

/** Schema 2: facts about the file, none of its cells. Hashes are lower-case hex SHA-256, `bytes` counts the encrypted file. */
export interface Manifest {
  readonly extraction: string;
  readonly file: string;
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
  readonly rows: number;
  readonly format: 'csv' | 'xlsx' | 'jsonl';
  readonly columns: readonly { readonly name: string; readonly mask: string }[];
  /** Where the file is a package of encrypted parts: each of them, in their order. `plain` above is then the hash of theirs. */
  readonly parts?: readonly Part[];
  readonly signature: { readonly operator: string; readonly key: string; readonly value: string };
  /** The other facts: shown, and covered by the signature, but nothing is decided by them. */
  readonly [fact: string]: unknown;
}

/** One part: its name in the package, and what is told about it as about a file. */
export interface Part {
  readonly name: string;
  readonly rows: number;
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
}

const SCHEMA = 2;
const HASH = /^[0-9a-f]{64}$/;
/** RFC 8410: the DER of an Ed25519 public key is this and the 32 bytes of the key. */
const ED25519_SPKI = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** The manifest, its signature verified (strictly, RFC 8032). Refuses whatever is not whole, not of this schema, or not signed. */
export function sealedManifest(json: string): Manifest {
  const read = parsed(json);
  if (read === null) throw refuse('unsealed');
  if (!isManifest(read)) throw refuse('manifest');
  if (!signed(read)) throw refuse('signature');
  return read;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refuse('manifest');
  }
}

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || value.schema !== SCHEMA) return false;
  const { extraction, file, sha256: sealed, plain, bytes, rows, format, columns, signature } = value;
  const texts = [extraction, file].every((one) => typeof one === 'string' && one !== '');
  const hashes = [sealed, plain].every((one) => typeof one === 'string' && HASH.test(one));
  const counts = isCount(bytes) && isCount(rows);
  const form = format === 'csv' || format === 'xlsx' || format === 'jsonl';
  return texts && hashes && counts && form && isColumns(columns) && isSignature(signature) && arePartsOf(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** No parts, or such as make up the whole: their rows are its rows, the hash over their plain hashes (in hex, one behind the other) its own. */
function arePartsOf({ parts, plainOf, plain, rows, format }: Readonly<Record<string, unknown>>): boolean {
  if (parts === undefined) return plainOf === undefined;
  if (plainOf !== 'parts' || format === 'xlsx' || !Array.isArray(parts) || !parts.every(isPart)) return false;
  const all = parts.map((part) => part.plain).join('');
  const sum = parts.reduce((total, part) => total + part.rows, 0);
  return parts.length > 0 && sum === rows && hexOf(sha256(new TextEncoder().encode(all))) === plain;
}

function isPart(value: unknown): value is Part {
  if (!isRecord(value) || typeof value.name !== 'string') return false;
  const hashes = [value.sha256, value.plain].every((one) => typeof one === 'string' && HASH.test(one));
  return hashes && isCount(value.rows) && isCount(value.bytes);
}

function isColumns(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one) => isRecord(one) && typeof one.name === 'string' && typeof one.mask === 'string')
  );
}

function isSignature(value: unknown): boolean {
  return isRecord(value) && ['operator', 'key', 'value'].every((name) => typeof value[name] === 'string');
}

/** An object that is not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function signed(manifest: Manifest): boolean {
  try {
    const { signature, ...rest } = manifest;
    const text = new TextEncoder().encode(canonical(rest));
    const key = spkiOf(signature.key).subarray(ED25519_SPKI.length);
    return ed25519.verify(bytesOf(signature.value), text, key, { zip215: false });
  } catch {
    // A key or a signature that cannot be read does not hold.
    return false;
  }
}

function spkiOf(pem: string): Uint8Array {
  const body = /^-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(pem)?.[1] ?? '';
  const der = bytesOf(body.replace(/\s/g, ''));
  if (der.length !== ED25519_SPKI.length + 32 || ED25519_SPKI.some((byte, i) => der[i] !== byte))
    throw new TypeError('not an Ed25519 public key');
  return der;
}

/** SHA-256 over the DER of the signer's public key, in groups of four: what a person compares with the hand-over sheet. */
export function fingerprintOf({ signature }: Manifest): string {
  return hexOf(sha256(spkiOf(signature.key))).replace(/(.{4})(?=.)/g, '$1 ');
}

/** The bytes that base64 text stands for. Throws on other text, and on a second spelling of the same bytes. */
export function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  if (btoa(text) !== base64) throw new TypeError('not base64 as it is written');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Lower-case hex. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
