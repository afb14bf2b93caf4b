/** The age files that lie in the chosen one: it itself, or the parts that a package holds, stored one behind the other. */
import type { Manifest } from './manifest.ts';
import { refuse } from './refusal.ts';

/** An encrypted file, where it begins in the chosen one, and what is told about it. `sha256` and `rows` only of a part. */
export interface AgeFile {
  readonly file: Blob;
  readonly at: number;
  readonly plain: string;
  readonly sha256?: string;
  readonly rows?: number;
}

const LOCAL = 0x04034b50;
/** Bytes of a local header before the name (APPNOTE 6.3.10, 4.3.7). */
const FIXED = 30;

/** In the order of the manifest. Refuses a package that does not hold just these parts, as they are, from its beginning. */
export async function ageFilesOf(file: Blob, { parts, plain }: Manifest): Promise<readonly AgeFile[]> {
  if (parts === undefined) return [{ file, at: 0, plain }];
  const found: AgeFile[] = [];
  let next = 0;
  for (const part of parts) {
    const at = await startOf(file, next, part.name);
    next = at + part.bytes;
    found.push({ ...part, file: file.slice(at, next), at });
  }
  return found;
}

/** Where the bytes of the member begin whose header stands at `header`. */
async function startOf(file: Blob, header: number, name: string): Promise<number> {
  const fixed = new DataView(await bytesAt(file, header, FIXED));
  if (fixed.byteLength < FIXED || fixed.getUint32(0, true) !== LOCAL) throw refuse('damaged');
  const [method, length, extra] = [8, 26, 28].map((place) => fixed.getUint16(place, true));
  const found = await bytesAt(file, header + FIXED, length ?? 0);
  if (method !== 0 || new TextDecoder().decode(found) !== name) throw refuse('damaged');
  return header + FIXED + (length ?? 0) + (extra ?? 0);
}

function bytesAt(file: Blob, at: number, length: number): Promise<ArrayBuffer> {
  return file
    .slice(at, at + length)
    .arrayBuffer()
    .catch(() => {
      throw refuse('unreadable');
    });
}
