/** The header of an age file, made and read by the age library: who may open it, and the file key that its payload is under. */
import type { Recipient, Stanza } from 'age-encryption';

/** A header longer than this is none of ours: it would name thousands of recipients. */
const MOST = 1024 * 1024;
/** What the library writes after the header of an empty file: its nonce and the tag of one empty chunk. */
const EMPTY_PAYLOAD = 32;

export interface Header {
  readonly bytes: Uint8Array;
  /** 16 bytes; whoever took it overwrites it. */
  readonly fileKey: Uint8Array;
}

/** A header that each of the recipients (`age1…`) can open, and its fresh file key. Throws for what is no recipient. */
export async function sealHeader(recipients: readonly string[]): Promise<Header> {
  if (recipients.length === 0) throw new Error('a header without recipients');
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  let fileKey: Uint8Array | undefined;
  // A recipient that adds no stanza: it only learns the key which the library made for the others.
  const listener: Recipient = {
    wrapFileKey(made): Stanza[] {
      fileKey = made;
      return [];
    },
  };
  encrypter.addRecipient(listener);
  const empty = await encrypter.encrypt(new Uint8Array());
  if (fileKey === undefined) throw new Error('the library made no file key');
  return { bytes: empty.slice(0, -EMPTY_PAYLOAD), fileKey };
}

/** Where the header ends in the first bytes of a file; undefined while its end is not among them. Throws where none can come. */
export function headerEnd(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, MOST));
  const version = text.subarray(0, VERSION.length).toString('latin1');
  if (!VERSION.startsWith(version)) throw new Error('no age file');
  const mac = text.indexOf('\n--- ');
  const end = mac < 0 ? -1 : text.indexOf('\n', mac + 1);
  if (end >= 0) return end + 1;
  if (bytes.length >= MOST) throw new Error('a header without end');
  return undefined;
}

const VERSION = 'age-encryption.org/v1\n';

/** The file key of a header, by the first identity (`AGE-SECRET-KEY-…`) that it is for. Throws where none fits or the header was changed. */
export async function openHeader(header: Uint8Array, identities: readonly string[]): Promise<Uint8Array> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decryptHeader(header);
}
