/** Cells that are no UTF-8 are made so once, before any form or mask looks at them. */
import { isUtf8 } from 'node:buffer';
import { type Batch, CELL } from '../../core/batch.ts';

/**
 * The same batch when every cell that is not binary is UTF-8, which is as good as always; else one in which what is not becomes U+FFFD,
 * as a decoder would make it. The whole buffer is looked at as one, and that no cell begins or ends inside a character.
 */
export function wellFormed(batch: Batch): Batch {
  return isSound(batch) ? batch : mended(batch);
}

function isSound({ bytes, starts, ends, kinds, rows, width }: Batch): boolean {
  let first = bytes.length;
  let last = 0;
  const cells = rows * width;
  for (let n = 0; n < cells; n++) {
    const kind = kinds[n] as number;
    if (kind !== CELL.number && kind !== CELL.text) continue;
    const start = starts[n] as number;
    const end = ends[n] as number;
    if (start < first) first = start;
    if (end > last) last = end;
    // A cell cannot begin at, nor be followed by, the second or a later byte of a character.
    if (((bytes[start] as number) & 0xc0) === 0x80 || (((bytes[end] ?? 0) as number) & 0xc0) === 0x80) return false;
  }
  return first >= last || isUtf8(bytes.subarray(first, last));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function mended(batch: Batch): Batch {
  const { rows, width, kinds } = batch;
  const starts = batch.starts.slice(0, rows * width);
  const ends = batch.ends.slice(0, rows * width);
  const parts: Uint8Array[] = [batch.bytes];
  let size = batch.bytes.length;
  for (let n = 0; n < rows * width; n++) {
    if (kinds[n] !== CELL.number && kinds[n] !== CELL.text) continue;
    const cell = batch.bytes.subarray(starts[n], ends[n]);
    if (isUtf8(cell)) continue;
    const mended = encoder.encode(decoder.decode(cell));
    parts.push(mended);
    starts[n] = size;
    size += mended.length;
    ends[n] = size;
  }
  return { ...batch, bytes: Buffer.concat(parts, size), starts, ends };
}
