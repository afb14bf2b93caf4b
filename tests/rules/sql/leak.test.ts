/** Over generated SQL on the sandbox's data: whatever the guard accepts and the masks pass, nobody's identifier is in it. */
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Bindable, cellOf, cellText } from '../../../src/core/batch.ts';
import { maskFor } from '../../../src/rules/masking.ts';
import { sandboxDatabases } from '../../../src/rules/sandbox-data.ts';
import { guard } from '../../../src/rules/sql/guard.ts';
import { rules } from './cases.ts';

const database = new DatabaseSync(':memory:');
const personal = new Set<string>();

beforeAll(() => {
  const [made] = sandboxDatabases(120, 'leak');
  for (const sql of made?.schema ?? []) database.exec(sql);
  database.exec('ALTER TABLE taxpayer ADD COLUMN nickname TEXT; ALTER TABLE taxpayer ADD COLUMN score INTEGER');
  for (const { insert, rows } of made?.tables ?? []) {
    const table = insert.includes('taxpayer');
    const statement = database.prepare(table ? insert.replace('?)', "?, '阿妹13800138000', 7)") : insert);
    for (const row of rows) statement.run(...row);
  }
  personal.add('13800138000');
  const people = database.prepare('SELECT credit_code, citizen_id, phone, bank_account, address FROM taxpayer').all();
  for (const one of people) for (const value of Object.values(one)) personal.add(String(value));
});

const column = fc.constantFrom(
  ...[
    'phone',
    'citizen_id',
    'bank_account',
    'address',
    'credit_code',
    'legal_person',
    'nickname',
    'score',
    'region',
    'name',
  ],
);
const table = fc.constantFrom('taxpayer', '(select * from taxpayer)', '(select phone as region, * from taxpayer)');
const expression = fc.oneof(
  { weight: 4, arbitrary: column },
  column.map((one) => `t.${one}`),
  fc.tuple(column, column).map(([a, b]) => `${a} || ${b}`),
  column.map((one) => `lower(${one})`),
  column.map((one) => `coalesce(${one}, 'x')`),
  column.map((one) => `(select u.${one} from taxpayer u where u.credit_code = t.credit_code)`),
  column.map((one) => `case when region = '450103' then ${one} else score end`),
  column.map((one) => `cast(${one} as text)`),
  column.map((one) => `max(${one})`),
  column.map((one) => `count(${one})`),
  fc.constant('*'),
);
const condition = fc.oneof(
  column.map((one) => `${one} is not null`),
  column.map((one) => `${one} = '13800138000'`),
  column.map((one) => `${one} like '%1%'`),
  fc.tuple(column, column).map(([a, b]) => `${a} = ${b}`),
  column.map((one) => `${one} in (select ${one} from taxpayer)`),
  fc.constant("region >= '45'"),
);
const plain = fc
  .tuple(
    fc.array(expression, { minLength: 1, maxLength: 3 }),
    table,
    condition,
    fc.constantFrom('', ' group by 1', ' order by region'),
  )
  .map(([columns, from, where, end]) => `select ${columns.join(', ')} from ${from} t where ${where}${end}`);
const statement = fc.oneof(
  { weight: 3, arbitrary: plain },
  fc.tuple(column, column).map(([a, b]) => `select ${a} from taxpayer union all select ${b} from taxpayer`),
  fc.tuple(column, column).map(([a, b]) => `select ${a} from taxpayer union select ${b} from taxpayer`),
  fc.tuple(column, column).map(([a, b]) => `with w(a, b) as (select ${a}, ${b} from taxpayer) select b, a from w`),
  fc
    .tuple(column, column)
    .map(
      ([a, b]) =>
        `select x.${a}, i.* from invoice i join taxpayer x on x.credit_code = i.seller_code and x.${b} is not null`,
    ),
);

const readable = (cell: string): string =>
  cell
    .normalize('NFKC')
    .replace(/[^0-9A-Za-z*]/g, '')
    .toUpperCase();

/** The statement as SQLite prepares it; undefined where SQLite itself refuses. */
function secondJudge(sql: string) {
  try {
    return database.prepare(sql);
  } catch {
    return undefined;
  }
}

test('no identifier reaches an accepted query’s masked rows (case 46)', async () => {
  let accepted = 0;
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(statement, async (sql) => {
      const judgement = await guard(sql, rules());
      if (!judgement.ok) return;
      const masks = judgement.columns.map(({ mask }) => maskFor(mask));
      const prepared = secondJudge(judgement.text);
      if (prepared === undefined) return;
      accepted++;
      prepared.setReturnArrays(true);
      for (const row of prepared.iterate() as unknown as Iterable<readonly Bindable[]>) {
        expect(row.length).toBe(masks.length);
        rows++;
        row.forEach((cell, i) => {
          const shown = cellText(masks[i]?.(cellOf(cell)) ?? null) ?? '';
          expect(personal.has(shown), `${sql}: ${shown}`).toBe(false);
          if (!/^\d{4}-\d\d-\d\d/.test(shown))
            expect(readable(shown), sql).not.toMatch(/\d{11}|\d{8}[0-9A-Z]{6,}[0-9X]/);
        });
      }
    }),
    { numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(60);
  expect(rows).toBeGreaterThan(1_000);
});
