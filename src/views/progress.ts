/** The line that says how far a long work is. */
import { t } from '../core/text.ts';
import { say, type Tongue } from './how.ts';

/** How far an artefact is: `took` are milliseconds since it began, `limit` the rows there can be at most. */
export interface Advance {
  readonly rows: number;
  readonly bytes: number;
  readonly took: number;
  readonly limit?: number;
}

/** `12000 rows, 3.4 MB, 5000 rows/s`, and at most how long it still takes where the limit is known. */
export function drawProgress(at: Advance, how: Tongue): string {
  const rate = at.took > 0 ? Math.round((at.rows * 1000) / at.took) : 0;
  const facts = { rows: at.rows, megabytes: (at.bytes / 1e6).toFixed(1), rate };
  if (at.limit === undefined || rate === 0) return say(t('{rows} rows, {megabytes} MB, {rate} rows/s', facts), how);
  const left = Math.ceil(Math.max(0, at.limit - at.rows) / rate);
  return say(t('{rows} rows, {megabytes} MB, {rate} rows/s, at most {left} s left', { ...facts, left }), how);
}
