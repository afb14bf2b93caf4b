/** The manifest beside a file that was handed over: its shape, and whether the signature in it holds. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { canonical } from '../core/json.ts';
import type { Part } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { codeOf } from './guard.ts';

/** What a file is held against. `signer` only where the manifest is of a schema that is signed, and then always. */
export interface Manifest {
  readonly sha256: string;
  readonly plain: string;
  readonly rows: number;
  readonly bytes?: number;
  readonly format: string;
  /** Where the file is a package of encrypted parts. */
  readonly parts?: readonly Part[];
  readonly signer?: Signed;
}

/** Who signed. `known`: with the key that is registered. */
interface Signed {
  readonly operator: string;
  readonly fingerprint: string;
  readonly known: boolean;
}

/** A manifest is a page of text; more is none. */
const MOST = 4 * 1024 * 1024;
const HASH = /^[0-9a-f]{64}$/;
const FORMATS = ['csv', 'jsonl', 'xlsx'];
type Fields = Readonly<Record<string, unknown>>;

/**
 * The manifest beside a file; undefined where there is none. Stop('refused') where it is no manifest, where it is not signed or its
 * signature does not hold, and where `keys` (PEM, by operator) has another key for its signer.
 */
export async function manifestBeside(
  file: string,
  keys: Readonly<Record<string, string>>,
): Promise<Manifest | undefined> {
  const at = path.join(path.dirname(file), 'manifest.json');
  const text = await readFile(at, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw refusal(t('{path} cannot be read: {code}', { path: at, code: codeOf(error) }));
  });
  if (text === undefined) return undefined;
  const fields = text.length > MOST ? undefined : fieldsOf(text);
  const manifest = fields && manifestOf(fields);
  if (fields === undefined || manifest === undefined) throw refusal(t('{path} is not a manifest', { path: at }));
  return { ...manifest, signer: signerOf(fields, at, keys) };
}

function refusal(text: Text): Stop {
  return new Stop('refused', text, {
    notDone: t('Nothing was written.'),
    safe: t('Ask for the file again, and tell whoever handed it over.'),
  });
}

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function manifestOf({ schema, sha256, plain, rows, bytes, format, parts, plainOf }: Fields): Manifest | undefined {
  if (typeof sha256 !== 'string' || typeof plain !== 'string' || !HASH.test(sha256) || !HASH.test(plain))
    return undefined;
  if (typeof format !== 'string' || !FORMATS.includes(format) || !isCount(rows)) return undefined;
  if (schema !== 2 || !isCount(bytes)) return undefined;
  if (parts === undefined && plainOf === undefined) return { sha256, plain, rows, bytes, format };
  const listed = plainOf === 'parts' && Array.isArray(parts) ? parts.map(partOf) : [undefined];
  const known = listed.filter((part) => part !== undefined);
  if (known.length < listed.length || known.length === 0 || format === 'xlsx') return undefined;
  return { sha256, plain, rows, bytes, format, parts: known };
}

function partOf(value: unknown): Part | undefined {
  if (!isFields(value)) return undefined;
  const { name, sha256, plain, rows, bytes } = value;
  if (typeof name !== 'string' || typeof sha256 !== 'string' || typeof plain !== 'string') return undefined;
  if (!HASH.test(sha256) || !HASH.test(plain) || !isCount(rows) || !isCount(bytes)) return undefined;
  return { name, sha256, plain, rows, bytes };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function signerOf(fields: Fields, at: string, keys: Readonly<Record<string, string>>): Signed {
  const { signature, ...rest } = fields;
  if (!isFields(signature)) throw refusal(t('{path} is not signed', { path: at }));
  const { operator, key, value } = signature;
  if (typeof operator !== 'string' || typeof key !== 'string' || typeof value !== 'string')
    throw refusal(t('{path} is not a manifest', { path: at }));
  const told = publicKey(key);
  const holds = told !== undefined && isPemOf(told, key) && verifies(rest, value, told);
  if (!holds) throw refusal(t('the signature of {path} does not hold', { path: at }));
  const registered = Object.hasOwn(keys, operator) ? publicKey(keys[operator] ?? '') : undefined;
  if (registered !== undefined && !registered.equals(told))
    throw refusal(t('{path} is signed as {operator}, but not with the key of {operator}', { path: at, operator }));
  return { operator, fingerprint: fingerprintOf(told), known: registered !== undefined };
}

function publicKey(pem: string): KeyObject | undefined {
  try {
    if (!/^-----BEGIN PUBLIC KEY-----\r?\n/.test(pem)) return undefined;
    const key = createPublicKey({ key: pem, format: 'pem', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Lenient readers take several spellings of one key; ours is the one that was written. */
function isPemOf(key: KeyObject, pem: string): boolean {
  return key.export({ type: 'spki', format: 'pem' }) === pem;
}

/** Ed25519 (RFC 8032) over the UTF-8 of the canonical (RFC 8785) manifest without its signature. */
function verifies(manifest: Fields, value: string, key: KeyObject): boolean {
  try {
    const signature = Buffer.from(value, 'base64');
    // Base64 is read leniently: another spelling of the same bytes is not what was written.
    if (signature.toString('base64') !== value) return false;
    return verify(null, Buffer.from(canonical(manifest), 'utf8'), key, signature);
  } catch {
    return false;
  }
}

/** SHA-256 over the DER of the key, in groups of four, as the page that opens the file shows it too. */
function fingerprintOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256')
    .update(der)
    .digest('hex')
    .replace(/(.{4})(?=.)/g, '$1 ');
}
