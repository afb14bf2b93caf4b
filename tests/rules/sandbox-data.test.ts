/** The sandbox's data: the same for the same seed, valid where it says so, and with every trap in it even when small. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { isCard, isCitizenId, isCreditCode } from '../../src/rules/identifiers.ts';
import { sandboxDatabases } from '../../src/rules/sandbox-data.ts';

function made(rows: number, seed: string): DatabaseSync {
  const [folder] = sandboxDatabases(rows, seed);
  const database = new DatabaseSync(':memory:');
  for (const sql of folder?.schema ?? []) database.exec(sql);
  for (const { insert, rows: cells } of folder?.tables ?? []) {
    const statement = database.prepare(insert);
    database.exec('BEGIN');
    for (const row of cells) statement.run(...row);
    database.exec('COMMIT');
  }
  return database;
}
const dump = (database: DatabaseSync): string =>
  JSON.stringify(['taxpayer', 'invoice'].map((table) => database.prepare(`SELECT * FROM ${table}`).all()));

describe('the sandbox databases', () => {
  test('the same seed gives the same rows, another one others; reading twice changes nothing', () => {
    expect(dump(made(60, 'a'))).toBe(dump(made(60, 'a')));
    expect(dump(made(60, 'a'))).not.toBe(dump(made(60, 'b')));
    const [folder] = sandboxDatabases(5, 'a');
    const rows = folder?.tables[1]?.rows ?? [];
    expect([...rows]).toEqual([...rows]);
  });

  test('as many invoices as asked for, between valid taxpayers, with both forms of number', () => {
    const database = made(2_000, 'x');
    const people = database.prepare('SELECT * FROM taxpayer').all();
    expect(people.every((one) => isCreditCode(String(one.credit_code)) && isCitizenId(String(one.citizen_id)))).toBe(
      true,
    );
    expect(people.some((one) => isCard(String(one.bank_account)))).toBe(true);
    expect(people.some((one) => String(one.legal_person).includes('·'))).toBe(true);
    const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0];
    expect(one('SELECT count(*) FROM invoice')).toBe(2_000);
    expect(
      one(
        'SELECT count(*) FROM invoice i LEFT JOIN taxpayer t ON t.credit_code = i.seller_code WHERE t.credit_code IS NULL',
      ),
    ).toBe(0);
    expect(one('SELECT count(*) FROM invoice WHERE length(invoice_no) = 20 AND invoice_code IS NULL')).toBeGreaterThan(
      1_000,
    );
    expect(
      one('SELECT count(*) FROM invoice WHERE length(invoice_no) = 8 AND length(invoice_code) IN (10, 12)'),
    ).toBeGreaterThan(400);
    expect(one('SELECT count(*) FROM (SELECT DISTINCT invoice_no, invoice_code FROM invoice)')).toBe(2_000);
  });

  test('even a small one hides identifiers and holds what breaks careless output', () => {
    const remarks = made(50, 'x')
      .prepare('SELECT remark FROM invoice')
      .all()
      .map(({ remark }) => String(remark));
    for (const shape of [/^=/, /"/, /\n/, /🎉/u, /𠮷/u, /[０-９]{11}/, /1\d\d \d{4} \d{4}/, /\u200b/, /@example/])
      expect(
        remarks.some((remark) => shape.test(remark)),
        String(shape),
      ).toBe(true);
  });

  test('the twin has the tables and no row', () => {
    const [, twin] = sandboxDatabases(10, 'x');
    expect([twin?.path, twin?.schema.length, twin?.tables.length]).toEqual(['sandbox/inv2.db', 5, 0]);
  });
});
