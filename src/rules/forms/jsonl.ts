/** JSON lines: one object a row, for programs. Nothing is neutralised; numbers that a double cannot hold are strings. */
import { type Batch, CELL } from '../../core/batch.ts';
import { secretBits } from '../../core/keyed.ts';
import type { Form } from '../../core/product.ts';
import { type ByteMask, byteMaskFor } from '../masking-bytes.ts';
import { newVeil } from '../masking-veil.ts';
import type { FormOptions } from './form.ts';
import { writeJsonNumber, writeJsonText } from './jsonl-bytes.ts';
import { newOut, type Out, room, written } from './out.ts';
import { wellFormed } from './well-formed.ts';

export const JSONL_POLICY = {
  encoding: 'UTF-8',
  lines: 'LF; one object a line, its members in the order of the columns',
  null: 'null',
  formulas: 'not neutralised: the file is for programs',
  numbers: 'numbers of more digits than a double holds are strings',
  mark: 'a blank between the colon and a string carries a mark of the extraction; no value is changed by it',
} as const;

const NULL = new TextEncoder().encode('null');
const OPEN = 0x7b;
const CLOSE = 0x7d;
const LF = 0x0a;
const NOTHING = new Uint8Array();

/** One mask per column, by kind; a row with another number of cells is an error. Columns of one name are numbered. */
export function jsonlForm({ masks, keys }: Pick<FormOptions, 'masks' | 'keys'>): Form {
  const columns = masks.map((kind) => byteMaskFor(kind, keys));
  const table = secretBits(keys.mark);
  const out = newOut();
  let names: readonly Uint8Array[] = [];
  return {
    head(given) {
      insist(given.length, columns);
      names = unique(given).map((name, i) => new TextEncoder().encode(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`));
      return NOTHING;
    },
    batch(rows) {
      if (rows.rows > 0) insist(rows.width, columns);
      insist(names.length, columns);
      out.at = 0;
      writeRows(out, wellFormed(rows), { names, columns, table });
      return written(out);
    },
    tail: () => NOTHING,
  };
}

function insist(found: number, columns: readonly unknown[]): void {
  if (found !== columns.length) throw new Error('the row does not have the columns that were judged');
}

interface Shape {
  /** Of each column its key with all signs around it. */
  readonly names: readonly Uint8Array[];
  readonly columns: readonly (ByteMask | undefined)[];
  readonly table: Uint8Array;
}

function writeRows(out: Out, batch: Batch, { names, columns, table }: Shape): void {
  const { bytes, starts, ends, kinds, rows, width } = batch;
  const veil = newVeil();
  for (let r = 0, n = 0; r < rows; r++) {
    room(out, 1);
    out.bytes[out.at++] = OPEN;
    for (let c = 0; c < width; c++, n++) {
      writeName(out, names[c] ?? NOTHING);
      const kind = kinds[n] as number;
      const start = starts[n] as number;
      const end = ends[n] as number;
      if (kind === CELL.null) writeName(out, NULL);
      else if (columns[c]?.(bytes, start, end, kind, veil)) writeJsonText(out, veil.bytes, 0, veil.end, table);
      else if (kind === CELL.text) writeJsonText(out, bytes, start, end, table);
      else if (kind === CELL.number) writeJsonNumber(out, bytes, start, end, table);
      else throw new Error('bytes have no place in JSON lines');
    }
    room(out, 2);
    out.bytes[out.at++] = CLOSE;
    out.bytes[out.at++] = LF;
  }
}

/** A short constant, copied in a loop: that is faster than by a call. */
function writeName(out: Out, name: Uint8Array): void {
  room(out, name.length);
  const to = out.bytes;
  let at = out.at;
  for (let i = 0; i < name.length; i++) to[at++] = name[i] as number;
  out.at = at;
}

function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
