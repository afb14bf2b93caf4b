/** Whatever a name turns out to mean, two databases that differ in masked values alone answer alike. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guard } from '../../../src/rules/sql/guard.ts';
import { catalogue, classification, query, SECRETS, schemaWith } from './named-queries.ts';

function databaseWith(secret: string): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(schemaWith(secret));
  return database;
}
const one = databaseWith(SECRETS[0]);
const other = databaseWith(SECRETS[1]);

/** The columns that the guard shows as they are, row by row; undefined where SQLite refuses. */
function open(database: DatabaseSync, sql: string, shown: readonly boolean[]): string[] | undefined {
  try {
    const prepared = database.prepare(`select * from (${sql}) limit 50`);
    prepared.setReturnArrays(true);
    const rows = prepared.all() as unknown as readonly (readonly unknown[])[];
    return rows.map((row) => row.map((cell, i) => (shown[i] ? String(cell) : '*')).join('|')).toSorted();
  } catch {
    return undefined;
  }
}

test('no name deceives the guard', async () => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(query, async (sql) => {
      const judgement = await guard(sql, { dialect: 'sqlite', catalogue, classification, clear: [] });
      if (!judgement.ok) return;
      const shown = judgement.columns.map(({ mask }) => mask === 'clear' || mask === 'unclassified');
      const answer = open(one, judgement.text, shown);
      if (answer === undefined) return;
      if (answer.length > 0) answered++;
      expect(open(other, judgement.text, shown), sql).toEqual(answer);
    }),
    { numRuns: 4000 },
  );
  expect(answered).toBeGreaterThan(50);
});
