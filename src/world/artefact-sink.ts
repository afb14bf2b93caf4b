/** Where the plain bytes of an artefact go: hashed, encrypted, hashed again and written to a file; nothing of them is kept. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Seal } from './age-file.ts';
import { type Payload, sealPayload } from './age-payload.ts';
import { growing } from './artefact-file.ts';

/** What became of all bytes. `sha256` and `bytes` are of the file, `plain` is of what was pushed; hex. */
export interface Sunk {
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
}

export interface Sink {
  /** Takes a copy at once. A write that failed shows at the next `drain` or `finish`. */
  push(bytes: Uint8Array): void;
  /** Returns while what was pushed is kept up with; else waits for it. */
  drain(): Promise<void>;
  /** Bytes of the file so far. */
  bytes(): number;
  /** Ends the file and syncs it. */
  finish(): Promise<Sunk>;
  /** Wipes the key and closes; what was not finished stays as it is. */
  close(): Promise<void>;
}

/** In this thread, to a new file. `seal` undefined: the bytes are written as they are. Its file key is wiped. */
export function sinkHere(to: FileHandle, seal: Seal | undefined): Sink {
  const file = growing(to);
  const plain = createHash('sha256');
  let count = 0;
  const out = (bytes: Uint8Array): void => {
    count += bytes.length;
    file.push(bytes);
  };
  if (seal !== undefined) out(seal.head);
  const payload: Payload = seal === undefined ? unsealed(out) : sealPayload(seal.fileKey, seal.nonce, out);
  seal?.fileKey.fill(0);
  return {
    push(bytes) {
      plain.update(bytes);
      payload.push(bytes);
    },
    drain: file.drain,
    bytes: () => count,
    async finish() {
      payload.end();
      return { ...(await file.finish()), plain: plain.digest('hex') };
    },
    async close() {
      payload.wipe();
      await file.close();
    },
  };
}

function unsealed(out: (bytes: Uint8Array) => void): Payload {
  return { push: out, end: () => undefined, wipe: () => undefined };
}
