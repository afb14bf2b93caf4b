/** The types of Oracle that CAST may name. */

import type { Body } from '../tree.ts';
import { digits } from './literal.ts';
import {
  inBrackets,
  isSign,
  listOf,
  named,
  peek,
  type Reading,
  take,
  takeOneOf,
  takeWords,
  unexpected,
} from './reading.ts';

/** The type that stands next; whether it is on the list is the judge's business. */
export function typeName(reading: Reading): Body {
  const { kind, text, at } = peek(reading);
  if (kind !== 'word') unexpected(reading);
  take(reading);
  if (text === 'double' || text === 'long') takeOneOf(reading, 'precision');
  if (text === 'interval') intervalType(reading);
  else size(reading);
  if (text === 'timestamp' && takeWords(reading, 'with')) {
    takeWords(reading, 'local');
    if (!takeWords(reading, 'time', 'zone')) unexpected(reading);
  }
  return { names: named(text), location: at };
}

function size(reading: Reading): void {
  if (!isSign(reading, '(')) return;
  inBrackets(reading, () => {
    listOf(reading, digits);
    takeOneOf(reading, 'char', 'byte');
  });
}

function intervalType(reading: Reading): void {
  if (takeOneOf(reading, 'year', 'day') === undefined) unexpected(reading);
  size(reading);
  if (!takeWords(reading, 'to') || takeOneOf(reading, 'month', 'second') === undefined) unexpected(reading);
  size(reading);
}
