/** JSON lines: one object a row, for programs. Nothing is neutralised; numbers that a double cannot hold are strings. */
import { type Cell, rowsOf } from '../../core/batch.ts';
import type { Form } from '../../core/product.ts';
import { maskFor } from '../masking.ts';

export const JSONL_POLICY = {
  encoding: 'UTF-8',
  lines: 'LF; one object a line, its members in the order of the columns',
  null: 'null',
  formulas: 'not neutralised: the file is for programs',
  numbers: 'numbers of more digits than a double holds are strings',
} as const;

const encoder = new TextEncoder();

/** One mask per column, by kind; a row with another number of cells is an error. Columns of one name are numbered. */
export function jsonlForm(masks: readonly string[]): Form {
  const functions = masks.map(maskFor);
  let keys: readonly string[] = [];
  const line = (row: readonly Cell[]): string => {
    if (row.length !== functions.length) throw new Error('the row does not have the columns that were judged');
    const members = row.map((cell, i) => {
      const mask = functions[i];
      if (mask === undefined) throw new Error('a cell without a mask');
      return `${keys[i]}:${jsonOf(mask(cell))}`;
    });
    return `{${members.join(',')}}\n`;
  };
  return {
    head(columns) {
      if (columns.length !== functions.length) throw new Error('the row does not have the columns that were judged');
      keys = unique(columns).map((name) => JSON.stringify(name));
      return new Uint8Array();
    },
    batch: (rows) => encoder.encode(rowsOf(rows).map(line).join('')),
    tail: () => new Uint8Array(),
  };
}

function jsonOf(cell: Cell): string {
  if (cell instanceof Uint8Array) throw new Error('bytes have no place in JSON lines');
  if (cell === null || typeof cell === 'string') return JSON.stringify(cell);
  const exact = /^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$/.test(cell.number);
  return exact ? cell.number : JSON.stringify(cell.number);
}

function unique(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
