/** A whole age file: made for recipients, or read with identities; header by the library, payload by the platform's cipher. */
import { randomBytes } from 'node:crypto';
import { headerEnd, openHeader, sealHeader } from './age-header.ts';
import { NONCE_SIZE, openPayload, type Payload, sealPayload } from './age-payload.ts';

/** Encrypts what is pushed to the recipients (`age1…`); the file's bytes go to `out`, each array holding only until `out` returns. */
export async function sealTo(recipients: readonly string[], out: (sealed: Uint8Array) => void): Promise<Payload> {
  const { bytes, fileKey } = await sealHeader(recipients);
  const nonce = randomBytes(NONCE_SIZE);
  out(bytes);
  out(nonce);
  const payload = sealPayload(fileKey, nonce, out);
  fileKey.fill(0);
  return payload;
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
