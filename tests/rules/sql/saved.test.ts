/** Reviewed extracts, views, rows whose order tells, names that differ by capitals alone: the rules of all dialects. */
import { describe, expect, test } from 'vitest';
import { guard } from '../../../src/rules/sql/guard.ts';
import type { Dialect } from '../../../src/rules/sql/refusal.ts';
import { rules } from './cases.ts';

const DIALECTS: readonly Dialect[] = ['sqlite', 'postgres', 'oracle'];

async function judged(sql: string, dialect: Dialect, saved = false): Promise<string> {
  const judgement = await guard(sql, { ...rules(dialect), saved });
  return judgement.ok ? judgement.columns.map(({ mask }) => mask).join() : judgement.refusals.map((r) => r.code).join();
}

describe.each(DIALECTS)('a saved extract on %s', (dialect) => {
  test.each([
    ['select region, phone from taxpayer where phone = :p', 'clear,phone'],
    ["select phone from taxpayer where phone like '138%' and citizen_id in ('a', :b)", 'phone'],
    ["select phone from taxpayer where phone between '138' and '139' order by phone", 'phone'],
    ["select case when phone = '1' then region end from taxpayer", 'whole'],
    ["select case phone when '1' then region end from taxpayer", 'whole'],
    ['select row_number() over (order by phone) from taxpayer', 'clear'],
  ])('%s may compare with what is given, and order: %s', async (sql, masks) => {
    expect(await judged(sql, dialect, true)).toBe(masks);
    expect(await judged(sql, dialect)).toMatch(/^masked-/);
  });

  test.each([
    ['select region from taxpayer where phone > bank_account', 'masked-compared'],
    ['select region from taxpayer where phone = region', 'masked-compared'],
    ['select region from taxpayer where phone = (select max(region) from taxpayer)', 'masked-compared'],
    ['select region from taxpayer where phone in (select goods from invoice)', 'masked-compared'],
    ["select region from taxpayer where substr(phone, 1, 3) = '138'", 'masked-in-function'],
    ['select max(phone) from taxpayer', 'masked-in-function'],
    ["select p from (select phone p from taxpayer union all select '1' from taxpayer) x group by p", 'masked-compared'],
  ])('%s is still refused: %s', async (sql, code) => {
    expect(await judged(sql, dialect, true)).toBe(code);
  });
});

describe.each(DIALECTS)('%s', (dialect) => {
  test('a view that the dictionary does not know is masked wholly, its numbers too', async () => {
    const view = ['phone_tail', 'n'].map((name) => ({ name, table: 'v', column: name, type: 'INTEGER', view: true }));
    const known = { ...rules(dialect), catalogue: [...rules(dialect).catalogue, ...view] };
    const shown = await guard('select n, phone_tail from v', known);
    expect(shown.ok && shown.columns.map(({ mask }) => mask)).toEqual(['whole', 'whole']);
    expect((await guard('select n from v where n = 1', known)).ok).toBe(false);
    const told = { ...known, classification: { ...known.classification, 'v.n': 'clear' } };
    const open = await guard('select n from v where n = 1', told);
    expect(open.ok && open.columns[0]?.mask).toBe('clear');
  });

  test('a view or synonym that the catalogue does not list is not readable', async () => {
    expect(await judged('select * from v', dialect)).toBe('unknown-table');
  });

  test.each([
    ['select seller_code from invoice group by seller_code', true],
    ['select distinct phone from taxpayer', true],
    ['select phone from taxpayer union select phone from taxpayer', true],
    ['select id from invoice where seller_code in (select credit_code from taxpayer)', true],
    ['select i.id from invoice i join taxpayer t on t.credit_code = i.seller_code', true],
    ['select count(distinct phone) from taxpayer', false],
    ['select region, phone from taxpayer order by region', false],
    ['select region, count(*) from taxpayer group by region', false],
    ['select phone from taxpayer union all select phone from taxpayer', false],
  ])('%s: the order of its rows tells: %s', async (sql, leaks) => {
    const judgement = await guard(sql, rules(dialect));
    expect(judgement.ok && judgement.leaksOrder).toBe(leaks);
  });

  test('what two arms have in common is not told where anybody may read one of them', async () => {
    expect(await judged('select phone from taxpayer union all select region from taxpayer', dialect)).toBe('whole');
    expect(await judged('select phone from taxpayer union select region from taxpayer', dialect)).toBe(
      'masked-compared',
    );
    const inner = 'select phone p from taxpayer union all select goods from invoice';
    expect(await judged(`select count(*) from (${inner}) x group by p`, dialect)).toBe('masked-compared');
  });

  test('columns that differ by capitals alone share a dictionary entry, so their table is not readable', async () => {
    const twins = ['Nr', 'nr'].map((name) => ({ name, table: 'twins', column: name, type: 'TEXT' }));
    const judgement = await guard('select * from twins', { ...rules(dialect), catalogue: twins });
    expect(judgement.ok).toBe(false);
  });

  test('a text that grows without bound is refused in time', async () => {
    const inner = (depth: number): string =>
      depth === 0 ? 'taxpayer a' : `(select a.*, a.* from ${inner(depth - 1)}) a`;
    expect((await guard(`select * from ${inner(40)}`, rules(dialect))).ok).toBe(false);
    const word = dialect === 'oracle' ? 'with' : 'with recursive';
    const nest = (depth: number): string =>
      depth === 0
        ? 'select phone from taxpayer'
        : `${word} r${depth} (x) as (select region from taxpayer union all select (${nest(depth - 1)}) from r${depth}) select x from r${depth}`;
    expect(await judged(nest(40), dialect)).toBe('too-deep');
  });
});

test('PostgreSQL and Oracle find an alias by its very capitals, SQLite without them', async () => {
  const sql = 'select (select a.phone from (select region as phone from taxpayer) "A") p from taxpayer a';
  expect(await judged(sql, 'postgres')).toBe('phone');
  expect(await judged(sql.replace('"A"', '"a"'), 'oracle')).toBe('phone');
  expect(await judged(sql, 'sqlite')).toBe('clear');
});

test('PostgreSQL’s names for nameless columns are known: what is found by them is traced', async () => {
  const of = (name: string, expression: string) =>
    judged(
      `select (select "${name}" from (select ${expression} from taxpayer) x) from (select region as "${name}" from taxpayer) y`,
      'postgres',
    );
  expect(await of('coalesce', "coalesce(phone, '')")).toBe('whole');
  expect(await of('phone', 'phone::text')).toBe('whole');
  expect(await of('case', "case when region = '1' then phone || '' end")).toBe('whole');
  expect(await of('phone', '(select phone from taxpayer limit 1)')).toBe('phone');
  expect(await of('?column?', "phone || ''")).toBe('whole');
  expect(await of('x', '(select * from (select phone as x from taxpayer) z)')).toBe('unnamed-column');
});
