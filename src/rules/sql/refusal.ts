/** Why a statement is not run: a code for machines, the place in the text, a sentence for the person who wrote it. */
import type { Text } from '../../core/text.ts';

export type Dialect = 'sqlite' | 'postgres' | 'oracle';

/** `offset` counts UTF-16 units from 0; line and column count from 1. */
export interface At {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export interface Refusal {
  readonly code: string;
  readonly at: At;
  readonly why: Text;
  /** Where a name beside the statement fits nothing: the name, and those that would. */
  readonly named?: Named;
}

export interface Named {
  readonly given: string;
  readonly allowed: readonly string[];
}

interface Raised {
  readonly code: string;
  readonly offset: number;
  readonly why: Text;
  readonly named?: Named;
}
const raised = new WeakMap<Error, Raised>();

/** Ends the guard's work on a statement; `refusalOf` turns it into a value at the guard's door. */
export function refuse(code: string, offset: number, why: Text, named?: Named): never {
  const error = new Error(code);
  raised.set(error, { code, offset, why, ...(named && { named }) });
  throw error;
}

/** The refusal that was raised; any other error is a fault of the guard and goes on. */
export function refusalOf(error: unknown, sql: string, originalOffset: (at: number) => number): Refusal {
  const found = error instanceof Error ? raised.get(error) : undefined;
  if (found === undefined) throw error;
  const { code, offset, ...rest } = found;
  return { code, at: placeOf(sql, originalOffset(offset)), ...rest };
}

/** The place of an offset in the statement as it was written. */
export function placeOf(sql: string, offset: number): At {
  const before = sql.slice(0, Math.max(0, Math.min(offset, sql.length)));
  const lines = before.split('\n');
  return { offset: before.length, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
