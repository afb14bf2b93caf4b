/** The lists of what engineers write and of what must never pass, for each dialect: all of the one accepted, none of the other. */
import { describe, expect, test } from 'vitest';
import { guard } from '../../../src/rules/sql/guard.ts';
import type { Dialect } from '../../../src/rules/sql/refusal.ts';
import { acceptedBlocks, refusedBlocks } from './blocks.ts';
import { rules } from './cases.ts';

const DIALECTS: readonly (readonly [Dialect, accepted: number, refused: number])[] = [
  ['sqlite', 8, 17],
  ['postgres', 8, 17],
  ['oracle', 18, 15],
];

describe.each(DIALECTS)('%s', (dialect, accepted, refused) => {
  test('the lists are as long as promised', () => {
    expect(acceptedBlocks(dialect).length).toBeGreaterThanOrEqual(accepted);
    expect(refusedBlocks(dialect).length).toBeGreaterThanOrEqual(refused);
  });

  test.each(acceptedBlocks(dialect))('accepted: %s', async (sql) => {
    const judgement = await guard(sql, rules(dialect));
    expect(judgement.ok ? [] : judgement.refusals).toEqual([]);
  });

  test.each(refusedBlocks(dialect).map(({ code, sql }) => [code, sql]))('%s: %s', async (code, sql) => {
    const judgement = await guard(sql ?? '', rules(dialect));
    expect(judgement.ok ? 'accepted' : judgement.refusals.map((refusal) => refusal.code)).toEqual([code]);
  });
});
