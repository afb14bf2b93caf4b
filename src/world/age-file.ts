/** A whole age file: made for recipients, or read with identities; header by the library, payload by the platform's cipher. */
import { randomBytes } from 'node:crypto';
import { headerEnd, openHeader, sealHeader } from './age-header.ts';
import { NONCE_SIZE, openPayload, type Payload } from './age-payload.ts';

/** How a file for some recipients begins, and what its payload is sealed with. */
export interface Seal {
  /** Header and nonce: the file's first bytes. */
  readonly head: Uint8Array;
  /** Whoever sealed with it overwrites it. */
  readonly fileKey: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array;
}

/** A fresh one for the recipients (`age1…`). */
export async function sealFor(recipients: readonly string[]): Promise<Seal> {
  const { bytes, fileKey } = await sealHeader(recipients);
  const nonce = Uint8Array.from(randomBytes(NONCE_SIZE));
  const key = Uint8Array.from(fileKey);
  fileKey.fill(0);
  return { head: Uint8Array.from([...bytes, ...nonce]), fileKey: key, nonce };
}

/** Reads an age file from its beginning; `push` must be awaited until the header is through, and may be always. */
export interface Opening {
  push(bytes: Uint8Array): Promise<void>;
  /** Throws where anything is missing; before it returned nothing is whole. */
  end(): void;
  wipe(): void;
}

/** Decrypts with identities (`AGE-SECRET-KEY-…`); the plain bytes go to `out`, each array holding only until `out` returns. */
export function openWith(identities: readonly string[], out: (plain: Uint8Array) => void): Opening {
  let head: Uint8Array = new Uint8Array();
  let payload: Payload | undefined;
  return {
    async push(bytes) {
      if (payload !== undefined) return payload.push(bytes);
      head = Buffer.concat([head, bytes]);
      const end = headerEnd(head);
      if (end === undefined || head.length < end + NONCE_SIZE) return;
      const fileKey = await openHeader(head.subarray(0, end), identities);
      payload = openPayload(fileKey, head.subarray(end, end + NONCE_SIZE), out);
      fileKey.fill(0);
      payload.push(head.subarray(end + NONCE_SIZE));
      head = new Uint8Array();
    },
    end() {
      if (payload === undefined) throw new Error('the file ends before its payload');
      payload.end();
    },
    wipe: () => payload?.wipe(),
  };
}
