/** Rows whose order would tell what a mask hides come in random order: sorted by the hidden value they do not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cellText, rowsOf } from '../../src/core/batch.ts';
import type { RowQuery } from '../../src/core/product.ts';
import { sqliteRows } from '../../src/world/sqlite.ts';

let folder: string;
const file = () => join(folder, 'a.db');
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gxops-shuffled-'));
  const database = new DatabaseSync(file());
  database.exec(
    'create table t (phone text); with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) insert into t select 1e10 + i from n',
  );
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function phones(more: Partial<RowQuery>): Promise<string[]> {
  const query: RowQuery = {
    ...{ database: 'a', sql: 'select phone, phone from t group by phone', binds: {}, limit: 1_000, timeout: 30_000 },
    ...{ tables: ['t'], ...more },
  };
  const { columns, batches } = await sqliteRows(file(), query);
  expect(columns).toEqual(['phone', 'phone']);
  const rows: string[] = [];
  for await (const batch of batches) for (const [cell = null] of rowsOf(batch)) rows.push(cellText(cell) ?? '');
  return rows;
}

it('grouped rows come sorted by the hidden value; shuffled they are the same rows in another order', async () => {
  const sorted = await phones({});
  expect(sorted).toEqual([...sorted].sort());
  const shuffled = await phones({ shuffled: true });
  expect(shuffled).not.toEqual(sorted);
  expect([...shuffled].sort()).toEqual(sorted);
});
