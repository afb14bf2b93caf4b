/** Counts the data rows of a CSV (RFC 4180, one header) or JSON-lines stream as its bytes go by. */

export interface RowCounter {
  add(chunk: Uint8Array): void;
  total(): number;
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** A line end inside quotes belongs to a cell. JSON lines have no such line ends. */
export function rowCounter(format: string): RowCounter {
  const csv = format === 'csv';
  let quoted = false;
  let lines = 0;
  return {
    add(chunk) {
      for (const byte of chunk) {
        if (csv && byte === QUOTE) quoted = !quoted;
        else if (byte === NEWLINE && !quoted) lines++;
      }
    },
    total: () => Math.max(0, csv ? lines - 1 : lines),
  };
}
