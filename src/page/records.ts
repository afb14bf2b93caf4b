/** Rows of a CSV or JSON-lines file out of its bytes, piece by piece. */

/**
 * A cell: its text (null where there is no value), and whether it was written as a number. `mark` is the bit of the extraction's mark
 * that the way of writing it carried: optional quotes in a CSV, a blank before the string in JSON lines.
 */
export interface Cell {
  readonly text: string | null;
  readonly number: boolean;
  readonly mark?: 0 | 1;
}

/** Takes bytes as they come and gives the records that are complete; `end` gives what has no line end. */
export interface Splitter {
  push(chunk: Uint8Array): Uint8Array[];
  end(): Uint8Array[];
}

const LF = 10;
const QUOTE = 34;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Splits at line feeds; with `quoted` (RFC 4180) not at those between double quotes. What is not complete is carried, and copied. */
export function splitter(quoted: boolean): Splitter {
  let carried: Uint8Array[] = [];
  let inside = false;
  return {
    push(chunk) {
      const records: Uint8Array[] = [];
      let start = 0;
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i];
        if (byte === QUOTE && quoted) inside = !inside;
        if (byte !== LF || inside) continue;
        records.push(joined([...carried, chunk.subarray(start, i)]));
        carried = [];
        start = i + 1;
      }
      if (start < chunk.length) carried.push(chunk.slice(start));
      return records;
    },
    end: () => (carried.length > 0 ? [joined(carried)] : []),
  };
}

/** Pieces as one array of bytes; a single piece as it is. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** A digit string that the writer kept whole for spreadsheets by a TAB in front: in a cell of its own it needs none. */
const GUARDED = /^\t([+-]?\d{12,}|0\d+|\d{8,}[Ee]\d+)$/;

/** The fields of one CSV record; an empty field without quotes is no value. A byte order mark and the CR of the line end are no part of it. */
export function csvCells(record: Uint8Array): Cell[] {
  const text = decoder
    .decode(record)
    .replace(/^\ufeff/, '')
    .replace(/\r$/, '');
  const cells: Cell[] = [];
  let at = 0;
  do {
    const end = text[at] === '"' ? closing(text, at) : text.indexOf(',', at);
    const stop = end === -1 ? text.length : end;
    cells.push(csvCell(text.slice(at, stop)));
    at = stop + 1;
  } while (at <= text.length);
  return cells;
}

/** Where the field that begins with a quote at `at` ends: behind its closing quote. */
function closing(text: string, at: number): number {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote === -1 ? -1 : quote + 1;
}

/** What must be quoted, and what may be a number: neither has a choice that could carry a mark. */
const UNMARKED = /[",\r\n\t']|^$|^\s|\s$|[\0-\x1f]|^[\d.+\-EeNaInfity]*$/;

function csvCell(field: string): Cell {
  if (field === '') return { text: null, number: false };
  const quoted = field.startsWith('"');
  const plain = quoted ? field.slice(1, -1).replaceAll('""', '"') : field;
  const cell = { text: plain.replace(GUARDED, '$1'), number: false };
  return UNMARKED.test(plain) ? cell : { ...cell, mark: quoted ? 1 : 0 };
}

/** A value of flat JSON, and whether there is a blank before it. */
const TOKEN = /( ?)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/g;

/** Names and values of one flat JSON object, in their order; a number is its very digits, for a double would round it. */
export function jsonCells(record: Uint8Array): { readonly names: string[]; readonly cells: Cell[] } {
  const tokens = [...decoder.decode(record).matchAll(TOKEN)];
  const names = tokens.filter((_, i) => i % 2 === 0).map(([, , token = '']) => String(JSON.parse(token)));
  const cells = tokens.filter((_, i) => i % 2 === 1).map(([, blank, token = '']) => jsonCell(token, blank === ' '));
  return { names, cells };
}

function jsonCell(token: string, blank: boolean): Cell {
  if (token === 'null') return { text: null, number: false };
  if (token.startsWith('"')) return { text: String(JSON.parse(token)), number: false, mark: blank ? 1 : 0 };
  return { text: token, number: /^-?\d/.test(token) };
}
