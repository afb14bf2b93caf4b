/** A file as it grows: small pieces become large writes behind the work, hashed in order, on disk when it is finished. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const SIZE = 1024 * 1024;
/** Buffers that may wait for the disk before the work does. */
const WAITING = 2;

export interface GrowingFile {
  /** Takes a copy at once. A write that failed shows at the next `drain` or `finish`. */
  push(bytes: Uint8Array): void;
  /** Returns while the disk keeps up; else waits for it. */
  drain(): Promise<void>;
  /** Writes the rest and syncs. Hex SHA-256 and count of all bytes. */
  finish(): Promise<{ readonly sha256: string; readonly bytes: number }>;
  /** Closes; what was not finished stays as it is. */
  close(): Promise<void>;
}

/** A new file, 0600 whatever the umask; an existing one or a link is an error. */
export async function newFile(at: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(at, flags, 0o600);
  await file.chmod(0o600);
  return file;
}

/** A new file that grows. */
export async function growFile(at: string): Promise<GrowingFile> {
  return growing(await newFile(at));
}

/** The same over one that is open, empty, and closed by it. */
export function growing(file: FileHandle): GrowingFile {
  const hash = createHash('sha256');
  const queue = queueTo(file);
  let current = queue.buffer();
  let filled = 0;
  let bytes = 0;
  const turn = () => {
    hash.update(current.subarray(0, filled));
    bytes += filled;
    queue.write(current, filled);
    current = queue.buffer();
    filled = 0;
  };
  return {
    push(piece) {
      for (let from = 0; from < piece.length; ) {
        const taken = Math.min(SIZE - filled, piece.length - from);
        current.set(piece.subarray(from, from + taken), filled);
        filled += taken;
        from += taken;
        if (filled === SIZE) turn();
      }
    },
    drain: queue.drain,
    async finish() {
      if (filled > 0) turn();
      await queue.empty();
      await file.sync();
      return { sha256: hash.digest('hex'), bytes };
    },
    async close() {
      await queue.empty().catch(() => undefined);
      await file.close();
    },
  };
}

/** Writes one after another behind the caller's back, from buffers that are used again. The first failure fails all that follow. */
function queueTo(file: FileHandle) {
  const free: Uint8Array[] = [];
  let waiting = 0;
  let writing: Promise<void> = Promise.resolve();
  return {
    buffer: (): Uint8Array => free.pop() ?? new Uint8Array(SIZE),
    write(full: Uint8Array, length: number): void {
      waiting++;
      writing = writing
        .then(() => writeWhole(file, full.subarray(0, length)))
        .then(() => {
          waiting--;
          free.push(full);
        });
      // It is awaited by the next drain; until then it is nobody's.
      writing.catch(() => undefined);
    },
    drain: async (): Promise<void> => {
      if (waiting > WAITING) await writing;
    },
    empty: (): Promise<void> => writing,
  };
}

async function writeWhole(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
}
