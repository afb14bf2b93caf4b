/** Where a masked cell is written: one buffer, used again for every cell. */

/** The text lies before `end`. */
export interface Veil {
  bytes: Uint8Array;
  /** The same memory, for four bytes at once. */
  view: DataView;
  end: number;
}

const encoder = new TextEncoder();

export function newVeil(): Veil {
  const bytes = new Uint8Array(1024);
  return { bytes, view: viewOf(bytes), end: 0 };
}

/** Makes the veil hold a text. */
export function fill(to: Veil, text: string): void {
  spread(to, text.length * 3);
  to.end = encoder.encodeInto(text, to.bytes).written;
}

/** Makes sure that so many bytes fit; what it held is gone. */
export function spread(to: Veil, size: number): void {
  if (to.bytes.length >= size) return;
  to.bytes = new Uint8Array(Math.max(size, to.bytes.length * 2));
  to.view = viewOf(to.bytes);
}

/** The memory of an array, for reading and writing four bytes at once wherever they lie. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
