/** Names that a database looks up elsewhere than one would think: each statement reads a masked column under the name of an open one. */
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { guard } from '../../../src/rules/sql/guard.ts';
import type { Dialect } from '../../../src/rules/sql/refusal.ts';
import { rules } from './cases.ts';

/** The phone of the only taxpayer. */
const PHONE = '13800138000';
const database = new DatabaseSync(':memory:');
database.exec(`CREATE TABLE taxpayer (region TEXT, phone TEXT, name TEXT, registered_on TEXT);
  INSERT INTO taxpayer VALUES ('450103', '${PHONE}', 'a', '2024-01-01');
  CREATE TABLE invoice (id INTEGER, goods TEXT, seller_code TEXT); INSERT INTO invoice VALUES (1, 'b', 'c');
  CREATE TABLE keyed (code INTEGER PRIMARY KEY); INSERT INTO keyed VALUES (${PHONE})`);

async function verdict(sql: string, dialect: Dialect): Promise<string> {
  const base = rules(dialect);
  const keyed = { name: 'code', table: 'keyed', column: 'code', type: 'INTEGER' };
  const classification = { ...base.classification, 'keyed.code': 'phone' };
  const judgement = await guard(sql, { ...base, classification, catalogue: [...base.catalogue, keyed] });
  return judgement.ok ? judgement.columns.map(({ mask }) => mask).join() : judgement.refusals.map((r) => r.code).join();
}

/** On SQLite each gives the phone, or 1 where the phone is the one that was guessed. */
const DECEIVING: readonly (readonly [sql: string, wanted: RegExp])[] = [
  // A WITH query may be read by an earlier one, and by itself without RECURSIVE.
  [
    'with x as (select goods from invoice), invoice as (select phone as goods from taxpayer) select goods from x',
    /^(whole|phone|recursive)$/,
  ],
  [
    `with taxpayer (registered_on, region, phone) as (select region, region, phone from main.taxpayer
       union all select region, phone, phone from taxpayer limit 3) select registered_on from taxpayer limit 1 offset 2`,
    /^whole$/,
  ],
  // An output's name is looked for before the query around.
  [
    `select (select 1 from (select m.phone as zz from taxpayer m where zz = '${PHONE}')) from (select region as zz from taxpayer) o`,
    /^(masked-compared|ambiguous-column)$/,
  ],
  // A condition of a join may read tables further right.
  [
    `select (select 1 from invoice a join invoice b on p = '${PHONE}' join (select phone as p from taxpayer) c on true limit 1)
       from (select region as p from taxpayer) o`,
    /^(masked-compared|unknown-column)$/,
  ],
  // A table's row number is its integer key.
  ['select (select rowid from keyed limit 1) from (select region as rowid from taxpayer) o', /^(unknown-column)$/],
  ['select (select oid from keyed limit 1) from (select region as oid from taxpayer) o', /^(unknown-column)$/],
];

test.each(DECEIVING)('%s', async (sql, wanted) => {
  const rows = database
    .prepare(sql)
    .all()
    .map((row) => String(Object.values(row)[0]));
  expect([PHONE, '1']).toContain(rows[0]);
  expect(await verdict(sql, 'sqlite')).toMatch(wanted);
});

test('a star over USING stands in the order of the dialect', async () => {
  const of = (column: string) =>
    `with w (a, b, c) as (select * from (select phone as p, region as r from taxpayer) x join (select region as r, name as n from taxpayer) y
       using (r)) select ${column} || '' as v from w`;
  expect(database.prepare(of('a')).all()).toEqual([{ v: PHONE }]);
  expect([await verdict(of('a'), 'sqlite'), await verdict(of('b'), 'sqlite')]).toEqual(['whole', 'clear']);
  expect([await verdict(of('a'), 'postgres'), await verdict(of('b'), 'postgres')]).toEqual(['clear', 'whole']);
  expect(await verdict(of('a'), 'oracle')).toBe('not-accepted');
});

test('PostgreSQL lets a WITH RECURSIVE query read a later one', async () => {
  const sql =
    'with recursive x as (select goods from invoice), invoice as (select phone as goods from taxpayer) select goods from x';
  expect(await verdict(sql, 'postgres')).toBe('recursive');
  expect(
    await verdict('with invoice as (select * from invoice where id > 1) select goods from invoice', 'postgres'),
  ).toBe('clear');
});

test('a quoted name with a dot in it is no table of a schema', async () => {
  for (const dialect of ['sqlite', 'postgres'] as const)
    expect(await verdict('select posted from "fin.ledger"', dialect)).toBe('unknown-table');
  expect(await verdict('select posted from "FIN.LEDGER"', 'oracle')).toBe('unknown-table');
  expect(await verdict('select posted from FIN.LEDGER', 'oracle')).toBe('clear');
});

test('Oracle may read an output’s name in HAVING and GROUP BY', async () => {
  expect(await verdict("select max(phone) as region from taxpayer having region = '1'", 'oracle')).toMatch(/^masked-/);
  const sql = "select phone as region from taxpayer group by region, phone having region = '1'";
  expect(await verdict(sql, 'oracle')).toBe('masked-compared');
  expect(await verdict('select phone as region, count(*) from taxpayer group by substr(region, 1, 3)', 'oracle')).toBe(
    'masked-compared',
  );
  expect(
    await verdict('select seller_code from invoice group by seller_code having seller_code is not null', 'oracle'),
  ).toBe('credit-code');
});
