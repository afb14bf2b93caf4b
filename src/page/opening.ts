/** Opens the encrypted file: whose key, is it the file of the manifest, and its plain bytes as they come. */
import { sha256 } from '@noble/hashes/sha2.js';
import { armor, Decrypter } from 'age-encryption';
import { hexOf, type Manifest } from './manifest.ts';
import { type AgeFile, ageFilesOf } from './parts.ts';
import { refuse } from './refusal.ts';

/** What the reader gave: a passphrase for the key in the page, or the content of an identity file and, where it is sealed, its passphrase. */
export type Secret =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'identity'; readonly identity: Uint8Array; readonly passphrase: string };

/** Told after each piece that was read: bytes so far, and the piece. */
export type Told = (bytes: number, piece: Uint8Array) => void;

const MAGIC = 'age-encryption.org/v1\n';
/** Of a package of parts. */
const PACKAGE = 'PK\u0003\u0004';
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
/** Bech32 of 32 bytes is 58 characters; no line end is needed, for a paste into one line loses it. */
const IDENTITY = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{58}/g;

/** Reads the file once: refuses one that is not the manifest's, by its first bytes, its size, then its SHA-256. Needs no key. */
export async function checkFile(file: Blob, manifest: Manifest, told: Told): Promise<void> {
  const magic = manifest.parts === undefined ? MAGIC : PACKAGE;
  const start = await file.slice(0, magic.length).text();
  const values = { file: manifest.file, size: file.size, bytes: manifest.bytes };
  if (file.size > 0 && !magic.startsWith(start)) throw refuse('notAge', values);
  if (file.size < manifest.bytes) throw refuse('cut', values);
  if (file.size > manifest.bytes) throw refuse('longer', values);
  const hash = sha256.create();
  const source: { trouble?: unknown } = {};
  await drain(counted(file, told, source), (chunk) => {
    hash.update(chunk);
  }).catch((error: unknown) => {
    throw source.trouble ?? error;
  });
  if (hexOf(hash.digest()) !== manifest.sha256) throw refuse('changed', values);
}

/** Calls for every piece of a stream. No async iteration: it came to Chromium late. */
async function drain(
  stream: ReadableStream<Uint8Array>,
  each: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) await each(next.value);
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  }
}

/** What opens the data file. `key` is the page's own sealed identity; scrypt's work is bounded by the library at 2^20. */
export async function decrypterFor(secret: Secret, key: Uint8Array | undefined): Promise<Decrypter> {
  if (secret.kind === 'passphrase') {
    if (key === undefined) throw refuse('passphrase');
    return decrypterOf(await unlocked(key, secret.passphrase, 'passphrase'));
  }
  const text = new TextDecoder().decode(secret.identity).trim();
  const sealed = text.startsWith(ARMOR) ? unarmored(text) : secret.identity;
  return decrypterOf(
    isSealed(secret.identity) ? await unlocked(sealed, secret.passphrase, 'identityPassphrase') : text,
  );
}

/** Is this identity file itself sealed with a passphrase? */
export function isSealed(identity: Uint8Array): boolean {
  const start = new TextDecoder().decode(identity.subarray(0, 256)).trimStart();
  // Another age file, such as the data file itself, is no identity and has no passphrase.
  return start.startsWith(ARMOR) || start.startsWith(`${MAGIC}-> scrypt `);
}

function unarmored(text: string): Uint8Array {
  try {
    return armor.decode(text);
  } catch {
    throw refuse('identity');
  }
}

async function unlocked(sealed: Uint8Array, passphrase: string, wrong: 'passphrase' | 'identityPassphrase') {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(sealed, 'text');
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/work factor|memory|maxmem|allocation/i.test(message)) throw refuse('workFactor');
    throw refuse(/no identity matched/.test(message) ? wrong : 'identity');
  }
}

function decrypterOf(text: string): Decrypter {
  const found = text.match(IDENTITY) ?? [];
  const decrypter = new Decrypter();
  try {
    for (const identity of found) decrypter.addIdentity(identity);
  } catch {
    throw refuse('identity');
  }
  if (found.length === 0) throw refuse('identity');
  return decrypter;
}

type Each = (chunk: Uint8Array) => void | Promise<void>;

/**
 * Decrypts chunk by chunk and hands each on in order; every chunk is authenticated before it is seen, the whole only at the end:
 * at the end the SHA-256 of the plain bytes, and of every part, must be the manifest's, else it is refused. `ended` is called behind each.
 */
export async function decryptFile(
  file: Blob,
  decrypter: Decrypter,
  manifest: Manifest,
  each: Each,
  told: Told,
  ended: (one: AgeFile) => void = () => undefined,
): Promise<void> {
  for (const one of await ageFilesOf(file, manifest)) {
    await decryptOne(one, decrypter, each, told);
    ended(one);
  }
}

async function decryptOne(one: AgeFile, decrypter: Decrypter, each: Each, told: Told): Promise<void> {
  const source: { trouble?: unknown } = {};
  const hash = sha256.create();
  const sealed = one.sha256 === undefined ? undefined : sha256.create();
  const read: Told = (bytes, chunk) => {
    sealed?.update(chunk);
    told(one.at + bytes, chunk);
  };
  const plain = await decrypter.decrypt(counted(one.file, read, source)).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : '';
    throw source.trouble ?? refuse(/no identity matched/.test(message) ? 'stranger' : 'damaged');
  });
  const handed: { trouble?: unknown } = {};
  await drain(plain, async (chunk) => {
    hash.update(chunk);
    try {
      await each(chunk);
    } catch (error) {
      handed.trouble = error;
      throw error;
    }
  }).catch(() => {
    // A stream hands a fault on in words of its own; what did not come from reading or from the receiver is a chunk that is not genuine.
    throw handed.trouble ?? source.trouble ?? refuse('damaged');
  });
  if (hexOf(hash.digest()) !== one.plain) throw refuse('plain');
  if (sealed !== undefined && hexOf(sealed.digest()) !== one.sha256) throw refuse('changed');
}

/** The file as a stream that tells how far it was read and remembers what broke it. */
function counted(file: Blob, told: Told, source: { trouble?: unknown }): ReadableStream<Uint8Array> {
  const reader = file.stream().getReader();
  let at = 0;
  let given = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await reader.read().catch(() => {
        // By which name it says so differs between browsers and their versions: whatever stops a file from being read means this.
        source.trouble = refuse('unreadable');
        throw source.trouble;
      });
      // Whoever found a false chunk has let go of this stream meanwhile.
      if (!given) return;
      if (next.done) return controller.close();
      at += next.value.length;
      told(at, next.value);
      controller.enqueue(next.value);
    },
    cancel(reason) {
      given = false;
      return reader.cancel(reason);
    },
  });
}
