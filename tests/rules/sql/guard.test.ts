/** The guard: what is refused is refused, what is read every day is accepted, and every column is traced. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { agree, type Guarded, guard } from '../../../src/rules/sql/guard.ts';
import { ACCEPTED, ACCEPTED_POSTGRES, REFUSED, rules } from './cases.ts';

async function accepted(
  sql: string,
  clear: readonly string[] = [],
  dialect: 'sqlite' | 'postgres' = 'sqlite',
): Promise<Guarded> {
  const judgement = await guard(sql, rules(dialect, clear));
  if (!judgement.ok) throw new Error(`${sql}: ${JSON.stringify(judgement.refusals)}`);
  return judgement;
}
const masks = async (sql: string, clear: readonly string[] = []): Promise<string[]> =>
  (await accepted(sql, clear)).columns.map(({ name, mask }) => `${name} ${mask}`);

describe('what is read every day', () => {
  test.each(ACCEPTED)('%s', async (sql) => {
    await accepted(sql);
    await accepted(sql, [], 'postgres');
  });
  test.each(ACCEPTED_POSTGRES)('postgres: %s', async (sql) => {
    await accepted(sql, [], 'postgres');
  });
});

describe('what is refused (cases 44, 45)', () => {
  test.each(REFUSED)('%s: %s', async (sql, code) => {
    for (const dialect of ['sqlite', 'postgres'] as const) {
      const judgement = await guard(sql, rules(dialect));
      expect(judgement.ok ? 'accepted' : judgement.refusals.map((refusal) => refusal.code), sql).toEqual([code]);
    }
  });

  test('the place is that of the statement as it was written, behind comments, binds and Chinese', async () => {
    const sql = "select id -- 备注\nfrom invoice where status = '正常' and amount > :least\n  and pg_sleep(1) = 1";
    const judgement = await guard(sql, rules('postgres'));
    const at = judgement.ok ? undefined : judgement.refusals[0]?.at;
    expect(at).toEqual({ offset: sql.indexOf('pg_sleep'), line: 3, column: 7 });
  });

  test('nesting that no reader could follow', async () => {
    for (const sql of [
      `select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `select ${'1+'.repeat(30_000)}1`,
      ' '.repeat(200_000),
    ])
      expect((await guard(sql, rules())).ok).toBe(false);
  });

  test('no text makes the guard throw, and none that it accepts has a second statement', async () => {
    const piece = fc.constantFrom(
      ...[
        "'",
        '"',
        '--',
        '/*',
        '*/',
        ';',
        ':',
        '::',
        '$',
        '$$',
        ':a',
        '\n',
        ' ',
        '(',
        ')',
        ',',
        '名',
        'ｓ',
        '\ud800',
        '\0',
      ],
      ...[
        'select',
        'id',
        'from',
        'invoice',
        'phone',
        'taxpayer',
        'where',
        '=',
        '1',
        'union',
        'delete',
        'E',
        'with',
        'as',
        '*',
      ],
    );
    const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 40 })), async (sql) => {
        const judgement = await guard(sql, rules());
        if (judgement.ok) expect(judgement.text).not.toMatch(/--|\/\*|delete/);
      }),
      { numRuns: 400 },
    );
  });
});

describe('masks by lineage (case 46)', () => {
  test('through star, alias, subquery, WITH and UNION', async () => {
    expect(await masks('select * from taxpayer')).toContain('phone phone');
    expect(await masks('select p as q from (select phone as p from taxpayer) x')).toEqual(['q phone']);
    expect(await masks('with w(a, b) as (select phone, region from taxpayer) select * from w')).toEqual([
      'a phone',
      'b clear',
    ]);
    expect(await masks('select phone from taxpayer union all select phone from taxpayer')).toEqual(['phone phone']);
    expect(await masks('select phone from taxpayer union all select bank_account from taxpayer')).toEqual([
      'phone whole',
    ]);
    expect(await masks('select phone from taxpayer union all select region from taxpayer')).toEqual(['phone whole']);
    expect(
      await masks('select (select phone from taxpayer where credit_code = seller_code) as p from invoice'),
    ).toEqual(['p phone']);
    expect(
      await masks(
        'with recursive w(a) as (select region from taxpayer union all select phone from taxpayer join w on true) select a from w',
      ),
    ).toEqual(['a whole']);
  });

  test('an expression that reads a masked column is masked wholly; one that reads none is clear', async () => {
    expect(
      await masks("select phone || '-' as a, coalesce(phone, '') as b, amount + tax as c from taxpayer, invoice"),
    ).toEqual(['a whole', 'b whole', 'c clear']);
  });

  test('a column without an entry in the dictionary is masked, unless it holds numbers', async () => {
    expect(await masks('select nickname, score from taxpayer')).toEqual(['nickname whole', 'score unclassified']);
  });

  test('released in clear only what the application names, by output or by table', async () => {
    expect(await masks('select phone, citizen_id from taxpayer', ['phone'])).toEqual([
      'phone released',
      'citizen_id citizen-id',
    ]);
    expect(await masks('select phone p, phone q from taxpayer', ['taxpayer.phone'])).toEqual([
      'p released',
      'q released',
    ]);
    expect(await masks("select phone from taxpayer where phone like '138%'", ['phone'])).toEqual(['phone released']);
    const unknown = await guard('select phone from taxpayer', rules('sqlite', ['phnoe']));
    expect(unknown.ok ? [] : unknown.refusals.map(({ code }) => code)).toEqual(['clear-unknown']);
    const other = await guard("select region from taxpayer where phone = '1'", rules('sqlite', ['region']));
    expect(other.ok).toBe(false);
  });
});

describe('binds', () => {
  test('are replaced outside literals, comments and casts, and repeated ones share a place', async () => {
    const { text, binds } = await accepted(
      "select ':no', amount::int from invoice where amount > :low and tax > :low and id < :high -- :nor",
      [],
      'postgres',
    );
    expect(binds).toEqual(['low', 'high']);
    expect(text).toContain("':no', amount::int");
    expect(text.match(/\$\d/g)).toEqual(['$1', '$1', '$2']);
  });
});

test('what the second judge sees differently is refused', async () => {
  const guarded = await accepted('select phone, region from taxpayer');
  const seen = [
    { name: 'phone', table: 'taxpayer', column: 'phone' },
    { name: 'region', table: 'taxpayer', column: 'region' },
  ];
  expect(agree(guarded, seen)).toEqual([]);
  expect(agree(guarded, seen.slice(1))).toHaveLength(1);
  expect(
    agree(guarded, [...seen.slice(0, 1), { name: 'region', table: 'taxpayer', column: 'citizen_id' }]),
  ).toHaveLength(1);
});
