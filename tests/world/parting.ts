/** Parts of a made-up table of numbers, with a record of them in a file, for tests that break off in the middle. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { batchOf } from '../../src/core/batch.ts';
import type { Entry } from '../../src/core/event.ts';
import type { Product, RowQuery, Slices } from '../../src/core/product.ts';
import type { PartDraft, PartsRecord, RowStream } from '../../src/core/world.ts';
import { foldParts } from '../../src/records/extract-parts.ts';

export const PARTS = 6;
const EACH = 50;
export const ROWS = PARTS * EACH;

const query = (sql: string, limit: number): RowQuery => ({ database: 'inv', sql, binds: {}, limit, timeout: 20_000 });

/** What is asked stands in the statement: `bound AFTER` or `part AFTER UNTIL`. */
export const slices = (limit = ROWS): Slices => ({
  ...{ rows: EACH, columns: ['n', 'word'], plain: () => true },
  bound: (after) => query(`bound ${after ?? 0}`, 1),
  part: ({ after, until }) => query(`part ${after ?? 0} ${until ?? ROWS}`, limit),
});

/** Answers those; `word` is in every row. */
export async function tableRows({ sql }: RowQuery, word: string): Promise<RowStream> {
  const [what, after = 0, until = 0] = sql.split(' ').map((one, i) => (i === 0 ? one : Number(one)));
  const from = Number(after);
  if (what === 'bound') {
    const found = from + EACH;
    return { columns: ['n'], batches: pieces(found < ROWS ? [[[found]]] : []) };
  }
  const rows = Array.from({ length: Number(until) - from }, (_, i) => [from + i + 1, word] as const);
  return { columns: ['n', 'word'], batches: pieces([rows.slice(0, 20), rows.slice(20)]) };
}

async function* pieces(all: readonly (readonly (readonly (string | number)[])[])[]) {
  for (const rows of all) yield batchOf(rows);
}

/** The record of one run, in a file below `dir`; `before` and `after` hear of every draft. */
export function recordIn(
  dir: string,
  hear: (when: 'before' | 'after', draft: PartDraft) => void = () => undefined,
): PartsRecord {
  const file = path.join(dir, 'record.jsonl');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  const entries = lines.filter(Boolean).map((line, seq) => ({ seq, body: JSON.parse(line) }) as unknown as Entry);
  return {
    ...foldParts(entries),
    add: async (draft) => {
      hear('before', draft);
      appendFileSync(file, `${JSON.stringify(draft)}\n`);
      hear('after', draft);
    },
  };
}

/** Of a product of `exporting.ts` what differs. */
export const inParts = (limit = ROWS): Partial<Product> => ({
  path: 'exports/E-1/a.csv.age.zip',
  slices: slices(limit),
  source: query('', limit),
  manifest: ({ sha256, plain, rows, bytes, parts, snapshots = 0 }) => ({
    ...{ schema: 2, sha256, plain, rows, bytes, format: 'csv', plainOf: 'parts', snapshots },
    parts: (parts ?? []).map((part) => ({ ...part })),
  }),
});
