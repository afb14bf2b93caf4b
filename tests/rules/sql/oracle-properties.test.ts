/** Properties of the guard on Oracle over generated text: never thrown, never hung, a forbidden part never accepted, no masked column shown. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { guard } from '../../../src/rules/sql/guard.ts';
import { lex } from '../../../src/rules/sql/lexer.ts';
import { parseOracle } from '../../../src/rules/sql/oracle/parse.ts';
import { tokensOf } from '../../../src/rules/sql/oracle/tokens.ts';
import type { Dialect } from '../../../src/rules/sql/refusal.ts';
import { acceptedBlocks } from './blocks.ts';
import { rules } from './cases.ts';

const words = (text: string) => fc.constantFrom(...text.split(' '));
const accepted = acceptedBlocks('oracle');

describe('a forbidden part in an accepted statement', () => {
  const forbidden = fc.constantFrom(
    ...[
      'for update',
      'for update nowait',
      'into x',
      'bulk collect into x',
      '; delete from invoice',
      '; begin null; end;',
    ],
    ...['@remote', 'pkg.f()', 'utl_http.request(1)', 'dbms_lock.sleep(1)', 'invoice_seq.nextval', 'rowid', '/*', ';;'],
    ...['model', 'pivot', 'cursor(select 1 from dual)', 'table(x)', 'versions between scn 1 and 2', '(+', '?', '$1'],
    ...[
      'with function f return number is begin return 1; end;',
      'ｓelect',
      '\u200b',
      '\\',
      '`',
      '{',
      'delete from invoice',
    ],
  );
  test('is refused wherever it stands between two words', async () => {
    const where = fc.constantFrom(...accepted).chain((sql) => {
      const { text, original } = lex(sql, 'oracle');
      const places = tokensOf(text).list.map(({ at }) => original(at));
      return fc.record({ written: fc.constant(sql), at: fc.constantFrom(...places), part: forbidden });
    });
    await fc.assert(
      fc.asyncProperty(where, async ({ written, at, part }) => {
        const sql = `${written.slice(0, at)} ${part} ${written.slice(at)}`;
        const judgement = await guard(sql, rules('oracle'));
        expect(judgement.ok ? `accepted: ${sql}` : '').toBe('');
      }),
      { numRuns: 1500 },
    );
  });
});

describe('any text', () => {
  const piece = words(
    `select from where group by order with as union all minus intersect case when then else end in exists between like escape is null not
    and or connect prior start level rownum over partition within fetch first rows only offset of scn timestamp interval day date sample
    invoice taxpayer id phone region dual pkg nvl( decode( count( listagg( x "X" "y" 'a' q'[a]' q'!b!' 1 .5 1e3 :a ( ) (+) , . ; * + - / || =
    <> <= ^= != /* */ -- @ ? : $ \` [ ] { } 名 ѕ ｓ for update into model multiset table cast( trim( extract(`.replace(
      /\s+/g,
      ' ',
    ),
  );
  test('never makes the guard throw', async () => {
    const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 60 })), async (tail) => {
        for (const sql of [tail, `select ${tail}`]) {
          const judgement = await guard(sql, rules('oracle'));
          if (judgement.ok) expect(judgement.text).not.toMatch(/--|\/\*|;|\bfor\s+update\b/);
        }
      }),
      { numRuns: 1500 },
    );
  });

  test('cut short, doubled or with two words exchanged, is judged too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...accepted), fc.nat(), fc.nat(), async (sql, from, to) => {
        const [a, b] = [from % sql.length, to % sql.length];
        for (const text of [sql.slice(0, a), sql.slice(a), sql.slice(0, a) + sql.slice(b), `${sql} ${sql}`])
          await guard(text, rules('oracle'));
      }),
      { numRuns: 400 },
    );
  });

  // A quadratic step would take minutes on these, a backtracking one for ever: the test would not end.
  test.each([
    ['brackets', `select ${'('.repeat(40_000)}1${')'.repeat(40_000)} from dual`],
    ['open brackets', `select ${'('.repeat(99_000)}`],
    ['brackets that could be queries', `select ${'(select '.repeat(12_000)}`],
    ['sums', `select ${'1+'.repeat(49_000)}1 from dual`],
    ['signs', `select ${'+'.repeat(99_000)}1 from dual`],
    ['not', `select 1 from dual where ${'not '.repeat(24_000)} 1 = 1`],
    ['case', `select ${'case when 1 = '.repeat(7_000)}`],
    ['unions', `select 1 from dual ${'union select 1 from dual '.repeat(3_900)}`],
    ['joins', `select 1 from dual ${'cross join dual '.repeat(6_000)}`],
    ['commas', `select ${'id,'.repeat(33_000)}id from invoice`],
    ['quotes', `select ${"''".repeat(49_000)} from dual`],
    ['q quotes', `select ${"q'[".repeat(33_000)}`],
    ['digits', `select ${'1'.repeat(99_000)} from dual`],
    ['letters', `select ${'a'.repeat(99_000)} from dual`],
    ['dots', `select ${'a.'.repeat(49_000)}a from dual`],
    ['blanks', `select${' '.repeat(99_000)}1`],
    ['comments', `select ${'/* */'.repeat(19_000)} 1 from dual`],
    ['open comments', `select ${'/*'.repeat(49_000)}`],
  ])('long: %s', async (_name, sql) => {
    const judgement = await guard(sql, rules('oracle'));
    expect(typeof judgement.ok).toBe('boolean');
  });

  test('nested deeper than anybody writes is refused as such', () => {
    for (const part of ['(', 'not ', '-', 'case when ', 'nvl(1, '])
      expect(() =>
        parseOracle(`select ${part.repeat(400)}1${part === '(' ? ')'.repeat(400) : ''} from dual`),
      ).toThrow();
  });
});

/** An expression, and the columns of `taxpayer` that it reads. */
interface Made {
  readonly sql: string;
  readonly reads: readonly string[];
}
const column = words('phone citizen_id name region registered_on score nickname').map(
  (name): Made => ({ sql: name, reads: [name] }),
);
const { expression } = fc.letrec<{ expression: Made }>((tie) => {
  const of = (count: number, write: (...parts: string[]) => string) =>
    fc
      .array(tie('expression'), { minLength: count, maxLength: count })
      .map(
        (parts): Made => ({ sql: write(...parts.map(({ sql }) => sql)), reads: parts.flatMap(({ reads }) => reads) }),
      );
  return {
    expression: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 8, arbitrary: column },
      fc.constantFrom("'x'", '7', 'rownum', 'sysdate', "q'[y]'", 'null').map((sql): Made => ({ sql, reads: [] })),
      of(2, (x, y) => `nvl(${x}, ${y})`),
      of(3, (x, y, z) => `nvl2(${x}, ${y}, ${z})`),
      of(4, (x, y, z, w) => `decode(${x}, ${y}, ${z}, ${w})`),
      of(3, (x, y, z) => `case when ${x} is null then ${y} else ${z} end`),
      of(2, (x, y) => `${x} || ${y}`),
      of(1, (x) => `(${x})`),
      of(1, (x) => `-(${x})`),
      of(1, (x) => `upper(${x})`),
      of(1, (x) => `to_char(${x})`),
      of(1, (x) => `cast(${x} as varchar2(30 char))`),
      of(1, (x) => `max(${x}) over (partition by region)`),
      of(1, (x) => `first_value(${x}) ignore nulls over (order by region)`),
      of(1, (x) => `connect_by_root (${x})`),
      of(1, (x) => `(select ${x} from dual)`),
      of(1, (x) => `(select max(q.a) from (select ${x} as a from dual) q)`),
      of(2, (x, y) => `coalesce(${x}, ${y}, 'z')`),
      of(2, (x, y) => `greatest(${x}, ${y})`),
    ),
  };
});
const select = (x: Made, y: Made): Made[] => [x, y];
const WRAPPED: readonly ((x: string, y: string) => string)[] = [
  (x, y) => `select ${x} a, ${y} b from taxpayer`,
  (x, y) => `select q.a, q.b from (select ${x} as a, ${y} as b from taxpayer t) q where rownum < 9`,
  (x, y) => `with w (a, b) as (select ${x}, ${y} from taxpayer) select * from w`,
  (x, y) => `with w as (select ${x} "A", ${y} "b" from taxpayer) select v.A, v."b" from w v, dual`,
  (x, y) => `select ${x} a, ${y} b from taxpayer union all select ${x}, ${y} from taxpayer fetch first 3 rows only`,
  (x, y) => `select ${x} a, ${y} b from taxpayer start with score = 1 connect by prior score = score`,
  (x, y) =>
    `(select * from (((select ${x} a, ${y} b from taxpayer partition (p) sample (5) as of scn 7 z))) cross join dual)`,
];
const PERSONAL = ['phone', 'citizen_id', 'name', 'nickname'];

test('no output column that reads a masked column is shown as it is, unless it was named', async () => {
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(expression, expression).map(([x, y]) => select(x, y)),
      fc.constantFrom(...WRAPPED),
      fc.subarray(PERSONAL, { maxLength: 1 }),
      async (made, wrap, cleared) => {
        const sql = wrap(made[0]?.sql ?? '', made[1]?.sql ?? '');
        const judgement = await guard(sql, rules('oracle', []));
        const named = await guard(sql, { ...rules('oracle'), clear: cleared.map((name) => `taxpayer.${name}`) });
        for (const [one, released] of [
          [judgement, []],
          [named, cleared],
        ] as const) {
          if (!one.ok) continue;
          for (const [i, { reads }] of made.entries()) {
            const masked = reads.filter(
              (name) => PERSONAL.includes(name) && !(released as readonly string[]).includes(name),
            );
            if (masked.length === 0) continue;
            seen++;
            expect(['clear', 'unclassified', 'released'], `${sql}: ${masked}`).not.toContain(one.columns[i]?.mask);
          }
        }
      },
    ),
    { numRuns: 1500 },
  );
  expect(seen).toBeGreaterThan(200);
});

describe('what both grammars know', () => {
  const inner = words('phone citizen_id region score amount seller_code id t.region i.amount');
  const cell = fc.oneof(
    { weight: 3, arbitrary: inner },
    inner.map((x) => `coalesce(${x}, 'x')`),
    inner.map((x) => `lower(${x})`),
    inner.map((x) => `count(distinct ${x})`),
    inner.map((x) => `case ${x} when 1 then 2 else ${'score'} end`),
    inner.map((x) => `sum(${x}) over (partition by region order by score desc nulls last)`),
    fc.tuple(inner, inner).map(([x, y]) => `${x} || -${y} * 2 + (1 - 3)`),
    inner.map((x) => `(select max(${x}) from taxpayer u where u.credit_code = seller_code)`),
    inner.map((x) => `cast(${x} as integer)`),
    fc.constant('count(*)'),
  );
  const test_ = fc.oneof(
    inner.map((x) => `${x} is not null`),
    inner.map((x) => `not ${x} = :p or region <> 'x' and 1 = 1`),
    inner.map((x) => `${x} between 1 and 2 and score > 3`),
    inner.map((x) => `${x} not like 'a%' escape '!'`),
    inner.map((x) => `(${x}, region) in (select phone, region from taxpayer)`),
    inner.map((x) => `${x} not in (1, 2) and not exists (select 1 from invoice j where j.id = i.id)`),
    fc.tuple(inner, inner).map(([x, y]) => `${x} = ${y}`),
  );
  const from = fc.constantFrom(
    'taxpayer t join invoice i on t.credit_code = i.seller_code',
    'taxpayer t left outer join invoice i on (t.phone = i.buyer_code), dept',
    'taxpayer t cross join (select * from invoice) i',
    '(taxpayer t full join invoice i on t.region = i.status)',
  );
  const statement = fc
    .tuple(cell, cell, from, test_, words('region score phone 1 2 a t.phone'), fc.boolean())
    .map(([x, y, tables, where, last, group]) => {
      const end = group ? `group by ${last} having ${where}` : `order by ${last} offset 2 rows fetch first 3 rows only`;
      return `select ${x} as a, ${y} as b from ${tables} where ${where} ${end}`;
    });
  const both = fc.oneof(
    { weight: 3, arbitrary: statement },
    fc
      .tuple(statement, statement, words('union union_all'))
      .map(([x, y, set]) => `(${x}) ${set.replace('_', ' ')} (${y})`),
    statement.map((x) => `with w (c, d) as (${x}) select d, c from w where c = d`),
    statement.map((x) => `select distinct s.* from (${x}) s`),
  );
  test('is judged alike as PostgreSQL’s grammar has it', async () => {
    let alike = 0;
    await fc.assert(
      fc.asyncProperty(both, async (sql) => {
        const shown = async (dialect: Dialect): Promise<string> => {
          const judgement = await guard(sql, rules(dialect));
          if (!judgement.ok) return judgement.refusals.map(({ code }) => code).join();
          alike++;
          return JSON.stringify([judgement.columns, judgement.leaksOrder, judgement.binds, judgement.tables]);
        };
        expect(await shown('oracle'), sql).toBe(await shown('postgres'));
      }),
      { numRuns: 1500 },
    );
    expect(alike).toBeGreaterThan(100);
  });
});
