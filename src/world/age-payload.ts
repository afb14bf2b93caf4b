/** The payload of an age file (C2SP age v1: HKDF-SHA256, then STREAM of 64 KiB chunks in ChaCha20-Poly1305) by the platform's own cipher. */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Bytes of the nonce that stands between header and payload. */
export const NONCE_SIZE = 16;
const CHUNK = 65_536;
const TAG = 16;
const ALGORITHM = 'chacha20-poly1305';

/**
 * Takes bytes as they come; what it makes of them goes to the `out` it was made with, at once. Given arrays are not kept; what `out`
 * is given holds only until it returns.
 */
export interface Payload {
  push(bytes: Uint8Array): void;
  /** The last chunk. An opener throws here where anything is missing. */
  end(): void;
  /** Overwrites key and held bytes; `end` does it too. For whoever stops early. */
  wipe(): void;
}

/** Encrypts a payload under a file key and a nonce that was never used with it. The nonce itself is not written. */
export function sealPayload(fileKey: Uint8Array, nonce: Uint8Array, out: (sealed: Uint8Array) => void): Payload {
  return streamOf(fileKey, nonce, CHUNK, (chunk, key, counter) => {
    const cipher = createCipheriv(ALGORITHM, key, counter, { authTagLength: TAG });
    const sealed = cipher.update(chunk);
    cipher.final();
    out(sealed);
    out(cipher.getAuthTag());
    release(sealed);
  });
}

/**
 * Decrypts a payload, each chunk handed on only after its tag was found right. Throws for what was changed, cut, lengthened or put in
 * another order, and for an empty last chunk that is not the only one. Nothing it gave out is whole before `end` returned.
 */
export function openPayload(fileKey: Uint8Array, nonce: Uint8Array, out: (plain: Uint8Array) => void): Payload {
  return streamOf(fileKey, nonce, CHUNK + TAG, (chunk, key, counter, first) => {
    const size = chunk.length - TAG;
    if (size < 0 || (size === 0 && !first)) throw new Error('the payload is cut');
    const decipher = createDecipheriv(ALGORITHM, key, counter, { authTagLength: TAG });
    decipher.setAuthTag(chunk.subarray(size));
    const plain = decipher.update(chunk.subarray(0, size));
    decipher.final();
    out(plain);
    plain.fill(0);
    release(plain);
  });
}

/** Gives memory of the cipher's own back now: left to the collector, hundreds of chunks would wait for it. */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

type Work = (chunk: Uint8Array, key: Uint8Array, counter: Uint8Array, first: boolean) => void;

/** Cuts what comes into chunks of `size`. A full one is worked only once a byte after it is there, for the last has a nonce of its own. */
function streamOf(fileKey: Uint8Array, nonce: Uint8Array, size: number, work: Work): Payload {
  const key = new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  const counter = new Uint8Array(12);
  const held = new Uint8Array(size);
  let count = 0;
  let first = true;
  const wipe = () => {
    key.fill(0);
    held.fill(0);
  };
  const full = (chunk: Uint8Array) => {
    work(chunk, key, counter, first);
    first = false;
    increment(counter);
  };
  return {
    push(bytes) {
      let at = 0;
      while (count + bytes.length - at > size) {
        const end = at + size - count;
        if (count > 0) held.set(bytes.subarray(at, end), count);
        full(count > 0 ? held : bytes.subarray(at, end));
        at = end;
        count = 0;
      }
      held.set(bytes.subarray(at), count);
      count += bytes.length - at;
    },
    end() {
      counter[11] = 1;
      try {
        work(held.subarray(0, count), key, counter, first);
      } finally {
        wipe();
      }
    },
    wipe,
  };
}

/** Bytes 0 to 10 count big-endian; byte 11 marks the last chunk. */
function increment(counter: Uint8Array): void {
  for (let i = 10; i >= 0; i--) {
    const next = ((counter[i] ?? 0) + 1) & 0xff;
    counter[i] = next;
    if (next !== 0) return;
  }
  throw new Error('more chunks than a counter counts');
}
