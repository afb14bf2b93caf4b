/** Where the parts of an artefact meet: keys of its table, equally many rows apart, asked for one after the other by its index. */
import { cellAt, cellText } from '../core/batch.ts';
import type { Slices } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Rows } from './artefact-stream.ts';

/** Parts at most: beyond that every second bound goes, and the parts are twice as large. */
const MOST_PARTS = 1_000;
const WHOLE = /^-?\d{1,40}$/;

/** The bounds in rising order. Stop('refused') for one that may not be written down, or is no whole number. */
export async function boundsOf(
  slices: Slices,
  rows: Rows,
  signal: AbortSignal | undefined,
): Promise<{ bounds: readonly string[]; rowsPerPart: number }> {
  const { step, rowsPerPart } = { step: slices.rows, rowsPerPart: slices.rows };
  let bounds: string[] = [];
  let each = rowsPerPart;
  for (let after = await next(slices, undefined, rows, signal); after !== undefined; ) {
    bounds.push(after);
    if (bounds.length >= MOST_PARTS) {
      bounds = bounds.filter((_, i) => i % 2 === 1);
      each *= 2;
    }
    after = await further(slices, after, each / step, rows, signal);
  }
  return { bounds, rowsPerPart: each };
}

/** The bound so many steps on; undefined where the table ends before. */
async function further(
  slices: Slices,
  after: string,
  steps: number,
  rows: Rows,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  let at: string | undefined = after;
  for (let i = 0; i < steps && at !== undefined; i++) at = await next(slices, at, rows, signal);
  return at;
}

async function next(
  slices: Slices,
  after: string | undefined,
  rows: Rows,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { batches } = await rows(slices.bound(after), signal);
  for await (const batch of batches) {
    if (batch.rows === 0) continue;
    const bound = cellText(cellAt(batch, 0)) ?? '';
    if (!WHOLE.test(bound) || (after !== undefined && BigInt(bound) <= BigInt(after)))
      throw new Stop('refused', t('the key by which the table is read in parts is no rising whole number'));
    if (slices.plain(bound)) return bound;
    throw new Stop('refused', t('the key looks like a telephone number: it may not be written into the journal'), {
      notDone: t('No row was handed over.'),
      safe: t('Classify the column as clear if it is none, then apply again.'),
    });
  }
  return undefined;
}
