/** Where a saved file goes: straight to the disk where the browser can, else into a Blob that is then downloaded. */
import { refuse } from './refusal.ts';

/** `close` gives the Blob that is still to be downloaded, if it is one. After `abort` there is no file. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<Blob | undefined>;
  abort(): Promise<void>;
}

/** What is needed of a FileSystemFileHandle, which is no name outside a browser. `remove` came late. */
export interface Place {
  readonly name: string;
  getFile(): Promise<Blob>;
  createWritable(): Promise<{
    write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
  remove?(): Promise<void>;
}

/** Pieces of a Blob stay in this thread's memory until so many bytes are handed to the browser, which may keep them on its disk. */
const HANDED = 8 * 1024 * 1024;

/** Writes to a file that the reader chose. The browser writes a temporary one and puts it in place only on `close`. */
export async function fileSink(handle: Place): Promise<Sink> {
  // Choosing a new name makes an empty file; one that held something is another's and stays as it was.
  const fresh = (await handle.getFile()).size === 0;
  const file = await handle.createWritable();
  return {
    write: (bytes) => file.write(bytes as Uint8Array<ArrayBuffer>).catch(full),
    async close() {
      await file.close().catch(full);
      return undefined;
    },
    async abort() {
      await file.abort().catch(() => undefined);
      if (fresh) await handle.remove?.().catch(() => undefined);
    },
  };
}

function full(): never {
  throw refuse('disk');
}

/** Collects a Blob. */
export function blobSink(type: string): Sink {
  let whole = new Blob([], { type });
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  const hand = (): void => {
    whole = new Blob([whole, ...pieces], { type });
    pieces = [];
    held = 0;
  };
  return {
    async write(bytes) {
      pieces.push(bytes as Uint8Array<ArrayBuffer>);
      held += bytes.length;
      if (held >= HANDED) hand();
    },
    async close() {
      hand();
      return whole;
    },
    async abort() {
      whole = new Blob([]);
      pieces = [];
    },
  };
}
