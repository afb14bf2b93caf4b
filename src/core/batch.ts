/** Rows in bulk: cells as the source's UTF-8, lying in one buffer, so that a million rows pass without becoming a million objects. */

/** What a cell is. A `number` is its exact decimal text, never a float; `bytes` are binary as they are. */
export const CELL = { null: 0, number: 1, text: 2, bytes: 3 } as const;

/**
 * Cell `c` of row `r` is number `n = r * width + c`: kind `kinds[n]`, bytes from `starts[n]` up to `ends[n]`. The arrays may be longer
 * than `rows * width`. A batch holds until the next one is asked for: whoever keeps a cell copies it.
 */
export interface Batch {
  readonly width: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly kinds: Uint8Array;
}

/** One cell by itself: a number is exact decimal text in `{number}`, so that it is never told apart from text by looks. */
export type Cell = string | null | Uint8Array | { readonly number: string };

/** What a driver takes as a value: for filling tables, and for tests. */
export type Bindable = string | number | bigint | null | Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A batch of given rows, all of one width; for small results and for tests. JavaScript numbers and bigints are numbers. */
export function batchOf(rows: readonly (readonly (Cell | number | bigint)[])[]): Batch {
  const width = rows[0]?.length ?? 0;
  const cells = rows.flatMap((row) => {
    if (row.length !== width) throw new Error('rows of different widths');
    return row.map(encoded);
  });
  const bytes = new Uint8Array(cells.reduce((size, cell) => size + cell.bytes.length, 0));
  const [starts, ends, kinds] = [
    new Uint32Array(cells.length),
    new Uint32Array(cells.length),
    new Uint8Array(cells.length),
  ];
  let at = 0;
  for (const [n, cell] of cells.entries()) {
    bytes.set(cell.bytes, at);
    starts[n] = at;
    at += cell.bytes.length;
    ends[n] = at;
    kinds[n] = cell.kind;
  }
  return { width, rows: rows.length, bytes, starts, ends, kinds };
}

/** The cell that a driver's value is: JavaScript's numbers and bigints become their exact text. */
export function cellOf(value: Bindable): Cell {
  return typeof value === 'number' || typeof value === 'bigint' ? { number: String(value) } : value;
}

/** A cell's text; undefined for NULL and for bytes. */
export function cellText(cell: Cell): string | undefined {
  if (cell === null || cell instanceof Uint8Array) return undefined;
  return typeof cell === 'string' ? cell : cell.number;
}

function encoded(cell: Cell | number | bigint): { kind: number; bytes: Uint8Array } {
  if (cell === null) return { kind: CELL.null, bytes: new Uint8Array() };
  if (typeof cell === 'string') return { kind: CELL.text, bytes: encoder.encode(cell) };
  if (cell instanceof Uint8Array) return { kind: CELL.bytes, bytes: cell };
  return { kind: CELL.number, bytes: encoder.encode(typeof cell === 'object' ? cell.number : String(cell)) };
}

/** One cell, copied out of its batch. */
export function cellAt({ bytes, starts, ends, kinds }: Batch, n: number): Cell {
  const kind = kinds[n];
  if (kind === CELL.null) return null;
  const slice = bytes.subarray(starts[n], ends[n]);
  if (kind === CELL.bytes) return slice.slice();
  const text = decoder.decode(slice);
  return kind === CELL.number ? { number: text } : text;
}

/** All rows of a batch, copied out; for small results and for tests. */
export function rowsOf(batch: Batch): Cell[][] {
  return Array.from({ length: batch.rows }, (_, r) =>
    Array.from({ length: batch.width }, (_, c) => cellAt(batch, r * batch.width + c)),
  );
}
