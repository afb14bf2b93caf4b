/** Numbers, and literals of date, timestamp and interval. */
import {
  inBrackets,
  isSign,
  listOf,
  made,
  named,
  peek,
  type Reading,
  type Tree,
  take,
  takeWords,
  unexpected,
} from './reading.ts';

export function numberOf(text: string, at: number): Tree {
  const whole = /^[0-9]{1,9}$/.test(text);
  return made('A_Const', whole ? { ival: { ival: Number(text) } } : { fval: { fval: text } }, at);
}

/** A whole number, where nothing else may stand. */
export function digits(reading: Reading): Tree {
  const { kind, text, at } = peek(reading);
  if (kind !== 'number') unexpected(reading);
  take(reading);
  return numberOf(text, at);
}

/** `DATE '…'`, `TIMESTAMP '…'`, `INTERVAL '…' DAY TO SECOND`; the word and the literal stand next. */
export function timeLiteral(reading: Reading): Tree {
  const { text: type, at } = take(reading);
  const { text, at: place } = take(reading);
  if (type === 'interval') intervalUnits(reading);
  const typeName = { names: named(type), location: at };
  return made('TypeCast', { arg: made('A_Const', { sval: { sval: text } }, place), typeName }, at);
}

const UNITS = ['year', 'month', 'day', 'hour', 'minute', 'second'];

function intervalUnits(reading: Reading): void {
  unit(reading);
  if (takeWords(reading, 'to')) unit(reading);
}

function unit(reading: Reading): void {
  if (!UNITS.some((one) => takeWords(reading, one))) unexpected(reading);
  if (isSign(reading, '(')) inBrackets(reading, () => listOf(reading, digits));
}
