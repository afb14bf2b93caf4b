/** Parts of a statement's rows: together they are the whole, each row once, and only statements of which that holds are cut. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RowQuery } from '../../src/core/product.ts';
import { rangesOf } from '../../src/core/slices.ts';
import { inParts, rowsPerPart, sliceKey, slicesOf } from '../../src/rules/slices.ts';
import { type Guarded, guard } from '../../src/rules/sql/guard.ts';
import { rules } from './sql/cases.ts';

async function judged(sql: string, dialect: 'sqlite' | 'postgres' = 'sqlite', kinds = {}): Promise<Guarded> {
  const known = rules(dialect);
  const catalogue = known.catalogue.map((one) =>
    one.name === 'id' && one.table === 'invoice' ? { ...one, type: 'INTEGER', key: true } : one,
  );
  const judgement = await guard(sql, {
    ...known,
    catalogue,
    classification: { ...known.classification, 'invoice.id': 'clear', ...kinds },
  });
  if (!judgement.ok) throw new Error(`${sql}: ${JSON.stringify(judgement.refusals)}`);
  return judgement;
}

describe('what can be cut', () => {
  const J = 'from invoice i join taxpayer t on t.credit_code = i.seller_code';
  test.each([
    ['select id, status from invoice', 0],
    [`select t.region, i.id as number ${J} where i.status = 'x'`, 1],
    ['select i.id, t.region from taxpayer t left join invoice i on t.credit_code = i.seller_code', 0],
    [
      'select n, region from (select id as n, seller_code from invoice) x join taxpayer on credit_code = seller_code',
      0,
    ],
    ['with w as (select id, status from invoice) select status, id from w', 1],
    ['select id from invoice where status = 1 union all select id from invoice where status = 2', 0],
  ])('%s', async (sql, column) => {
    expect((await judged(sql)).sliceable).toEqual({ column, table: 'invoice', name: 'id', unclassified: false });
  });
  test.each([
    'select status from invoice',
    'select id + 1 as id from invoice',
    'select max(id) as id from invoice group by status',
    'select id, status from invoice limit 5',
    'select id from (select id from invoice limit 5) x',
    'select id from invoice order by status',
    'select distinct id from invoice',
    'select id, row_number() over (partition by status) as n from invoice',
    'select coalesce(id, 0) as id from invoice',
    'select id from invoice union all select dept_id from dept',
    'select id from invoice where id in (select id from invoice limit 3)',
  ])('not: %s', async (sql) => {
    for (const dialect of ['sqlite', 'postgres'] as const)
      expect((await judged(sql, dialect)).sliceable).toBeUndefined();
  });
  test('not by a key that is masked, nor as a spreadsheet, nor with two columns of one name', async () => {
    expect(
      (await judged('select id from invoice', 'sqlite', { 'invoice.id': 'invoice-no' })).sliceable,
    ).toBeUndefined();
    const fine = await judged('select id, status from invoice');
    const named = (...names: string[]) => names.map((name) => ({ name }));
    expect(sliceKey(fine, named('id', 'status'), 'csv')).toBeDefined();
    expect(sliceKey(fine, named('id', 'status'), 'xlsx')).toBeUndefined();
    expect(sliceKey(fine, named('id', 'ID'), 'csv')).toBeUndefined();
  });
  test('only where so many rows are expected; nobody knows is not many', () => {
    const key = { column: 0, table: 'invoice', name: 'id', unclassified: false };
    expect([
      inParts(99, 100, key),
      inParts(100, 100, key),
      inParts(undefined, 100, key),
      inParts(100, 100, undefined),
    ]).toEqual([false, true, false, false]);
    expect([rowsPerPart(5_000_000), rowsPerPart(100), rowsPerPart(1), rowsPerPart(1e9)]).toEqual([1e6, 20, 1, 1e6]);
  });
  test('an unclassified key as long as a telephone number is not written down', async () => {
    const whole: RowQuery = { database: 'x', sql: '', binds: {}, limit: 1, timeout: 1 };
    const fine = await judged('select id from invoice');
    const key = { column: 0, table: 'invoice', name: 'id', unclassified: true };
    const { plain } = slicesOf(whole, fine, key, [{ name: 'id' }], 5);
    expect([plain('9999999999'), plain('13800130007'), plain('-13800130007')]).toEqual([true, false, false]);
  });
});

describe('a partition', () => {
  const STATEMENTS = [
    'select id, status from invoice',
    'select status, id as "a ""b" from invoice where status <> \'x3\' and id > -50',
    'select t.region, i.id from taxpayer t left join invoice i on i.seller_code = t.credit_code',
    "select id, status from invoice where status = 'x1' union all select id, status from invoice",
  ];
  test('whatever the keys: gaps, negatives, the ends of 64 bits, NULL of an outer join', async () => {
    const keys = fc.uniqueArray(fc.oneof(fc.bigInt(-100n, 100n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), {
      maxLength: 60,
    });
    const guarded = await Promise.all(STATEMENTS.map((sql) => judged(sql)));
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 20 }), fc.constantFrom(...guarded), (ids, each, one) => {
        const db = new DatabaseSync(':memory:');
        db.exec(
          'CREATE TABLE invoice (id INTEGER PRIMARY KEY, status TEXT, seller_code TEXT); CREATE TABLE taxpayer (credit_code TEXT, region TEXT)',
        );
        db.exec("INSERT INTO taxpayer VALUES ('0', 'north'), ('1', 'south'), ('none', 'west')");
        const insert = db.prepare('INSERT INTO invoice VALUES (?, ?, ?)');
        for (const [i, id] of ids.entries()) insert.run(id, `x${i % 5}`, `${i % 2}`);
        const read = ({ sql, binds }: RowQuery): string[] => {
          const statement = db.prepare(sql);
          statement.setReadBigInts(true);
          return statement
            .all(binds)
            .map((row) => JSON.stringify(Object.entries(row), (_, v) => (typeof v === 'bigint' ? `${v}n` : v)));
        };
        const whole: RowQuery = { database: 'x', sql: one.text, binds: {}, limit: 1e6, timeout: 1 };
        const columns = db
          .prepare(one.text)
          .columns()
          .map(({ name }) => ({ name }));
        const key = one.sliceable ?? { column: 9, table: '', name: '', unclassified: true };
        const slices = slicesOf(whole, one, key, columns, each);
        const bounds: string[] = [];
        for (let next = read(slices.bound(undefined)); next.length > 0; next = read(slices.bound(bounds.at(-1))))
          bounds.push(/-?\d+(?=n)/.exec(next[0] ?? '')?.[0] ?? '');
        expect(bounds).toHaveLength(Math.floor(ids.length / each));
        const parts = rangesOf(bounds).map((range) => read(slices.part(range)));
        expect(parts.flat().sort()).toEqual(read(whole).sort());
        db.close();
      }),
      { numRuns: 300 },
    );
  });
});
