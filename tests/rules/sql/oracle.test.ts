/** The guard on Oracle: masks through its own forms, binds, places, and names that differ by what Oracle makes of them. */
import { describe, expect, test } from 'vitest';
import { queryOf } from '../../../src/rules/application.ts';
import { type Guarded, guard } from '../../../src/rules/sql/guard.ts';
import { rules } from './cases.ts';

async function accepted(sql: string, clear: readonly string[] = []): Promise<Guarded> {
  const judgement = await guard(sql, rules('oracle', clear));
  if (!judgement.ok) throw new Error(`${sql}: ${JSON.stringify(judgement.refusals)}`);
  return judgement;
}
const masks = async (sql: string, clear: readonly string[] = []): Promise<string[]> =>
  (await accepted(sql, clear)).columns.map(({ name, mask }) => `${name} ${mask}`);
const codes = async (sql: string): Promise<string[]> => {
  const judgement = await guard(sql, rules('oracle'));
  return judgement.ok ? ['accepted'] : judgement.refusals.map(({ code }) => code);
};

describe('masks', () => {
  test('through Oracle’s own expressions', async () => {
    const sql = `select nvl(phone, '-') a, decode(region, '45', phone, '-') b, nvl2(phone, region, '-') c, phone || q'[x]' d,
      connect_by_root phone e, prior citizen_id f, case when region = '1' then phone end g, region h, rownum i, score j
      from taxpayer connect by prior region = registered_on`;
    expect(await masks(sql)).toEqual([
      ...['a whole', 'b whole', 'c whole', 'd whole', 'e phone', 'f citizen-id', 'g whole'],
      ...['h clear', 'i clear', 'j unclassified'],
    ]);
  });

  test('through inline views, WITH, set operations, star and quoted names', async () => {
    expect(await masks('with w (a, b) as (select phone, region from taxpayer) select w.*, rownum from w')).toEqual([
      ...['a phone', 'b clear', '?column? clear'],
    ]);
    expect(await masks('select x."Nummer" from (select phone as "Nummer", region as nummer from taxpayer) x')).toEqual([
      'Nummer phone',
    ]);
    expect(await masks('select x.nummer from (select phone as "Nummer", region as nummer from taxpayer) x')).toEqual([
      'nummer clear',
    ]);
    expect(await masks('select TAXPAYER."PHONE" from taxpayer union all select "CITIZEN_ID" from TAXPAYER')).toEqual([
      'phone whole',
    ]);
    expect(
      await masks(
        'with w (a) as (select region from taxpayer union all select phone from taxpayer, w) select a from w',
      ),
    ).toEqual(['a whole']);
  });

  test('released only by name', async () => {
    expect(await masks('select phone, citizen_id from taxpayer', ['PHONE'])).toEqual([
      ...['phone released', 'citizen_id citizen-id'],
    ]);
  });

  test('a name inside that only looks like one of ours is looked for further out', async () => {
    // Oracle calls the inner column COUNT(*): `count` is the outer one.
    const sql = 'select (select count from (select count(*) from dual)) from (select phone as count from taxpayer)';
    expect(await codes(sql)).toEqual(['unnamed-column']);
    // "a" is not A: a.phone is the taxpayer's.
    expect(
      await masks('select (select a.phone from (select region as phone from taxpayer) "a") p from taxpayer a'),
    ).toEqual(['p phone']);
  });

  test('a table is known by its owner as the catalogue lists it, in capitals or not', async () => {
    const listed = (table: string, column: string) => ({ name: column, table, column, type: 'VARCHAR2(20)' });
    const own = { ...rules('oracle'), classification: { 'fin.t.c': 'phone' } };
    for (const catalogue of [[listed('FIN.T', 'C')], [listed('fin.t', 'c')]]) {
      const judgement = await guard('select c from Fin.T', { ...own, catalogue });
      expect(judgement.ok && judgement.columns).toMatchObject([{ mask: 'phone', origins: ['fin.t.c'] }]);
      expect(judgement.ok && judgement.tables).toEqual(['fin.t']);
      expect((await guard('select c from "fin".t', { ...own, catalogue })).ok).toBe(false);
    }
    const mixed = [listed('FIN.T', 'Case_Kept')];
    expect((await guard('select case_kept from fin.t', { ...own, catalogue: mixed })).ok).toBe(false);
    expect((await guard('select "Case_Kept" from fin.t', { ...own, catalogue: mixed })).ok).toBe(true);
  });

  test('a table with a column that Oracle takes before a pseudo column is not readable', async () => {
    const catalogue = [{ name: 'systimestamp', table: 'odd', column: 'systimestamp', type: 'VARCHAR2(20)' }];
    const judgement = await guard('select systimestamp from odd', { ...rules('oracle'), catalogue });
    expect(judgement.ok ? [] : judgement.refusals.map(({ code }) => code)).toEqual(['unknown-table']);
  });
});

describe('the executed text', () => {
  test('has no comment and no hint, its binds have places, and the driver is given them by those', async () => {
    const judged = await accepted(
      "select /*+ full(i) */ id -- all :of them\nfrom invoice i where id between :low and :high or amount > :low and goods <> ':x' and status = q'[:y]'",
    );
    expect(judged.binds).toEqual(['low', 'high']);
    expect(judged.text).not.toMatch(/full|all|\/\*|--/);
    expect(judged.text.match(/:\w+/g)).toEqual([':b1', ':b2', ':b1', ':x', ':y']);
    const asked = { database: 'ora', binds: { low: '7', high: '007' }, limit: 5 };
    expect(queryOf(asked, judged, 1000).binds).toEqual({ ':b1': 7, ':b2': '007' });
    const postgres = await guard('select id from invoice where id = :low', rules('postgres'));
    if (postgres.ok) expect(queryOf(asked, postgres, 1000).binds).toEqual({ $1: 7 });
    expect(postgres.ok).toBe(true);
  });

  test('a refusal’s place is that of the statement as written', async () => {
    const sql =
      "select id -- 备注\nfrom invoice where status = q'{正'常}' and amount > :least\n  and utl_http.request(1) = 1";
    const judgement = await guard(sql, rules('oracle'));
    const at = judgement.ok ? undefined : judgement.refusals[0]?.at;
    expect(at).toEqual({ offset: sql.indexOf('utl_http'), line: 3, column: 7 });
  });
});
