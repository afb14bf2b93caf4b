/** Generated queries whose tables, aliases, outputs and WITH queries all share a few names, and the two tables they read. */
import fc from 'fast-check';

/** `secret` stands in every masked cell. */
export const schemaWith = (secret: string): string =>
  `CREATE TABLE a (p TEXT, c TEXT, n INTEGER PRIMARY KEY); CREATE TABLE b (p TEXT, c TEXT, d TEXT);
   INSERT INTO a VALUES ('${secret}', 'open', 7), ('${secret}', 'clear', 8); INSERT INTO b VALUES ('${secret}', 'open', 'x')`;
export const SECRETS = ['13812345678', '13887655678'] as const;

export const catalogue = [
  ['a', 'p', 'TEXT'],
  ['a', 'c', 'TEXT'],
  ['a', 'n', 'INTEGER'],
  ['b', 'p', 'TEXT'],
  ['b', 'c', 'TEXT'],
  ['b', 'd', 'TEXT'],
].map(([table = '', name = '', type = '']) => ({ table, name, column: name, type }));
export const classification = {
  'a.p': 'phone',
  'b.p': 'phone',
  'a.c': 'clear',
  'a.n': 'clear',
  'b.c': 'clear',
  'b.d': 'clear',
};

const words = (text: string) => fc.constantFrom(...text.split(' '));
const column = words('p c d n a b rowid count "P" "C" a.p a.c b.p b.c b.d A.P "a".c');
const name = words('p c d a b "P" "C" count rowid');
const table = words('a b "A" main.a main.b');
const made = fc.letrec<{ query: string; cell: string; test: string; from: string }>((tie) => ({
  cell: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 10, arbitrary: column },
    fc.tuple(tie('cell'), tie('cell')).map(([x, y]) => `${x} || ${y}`),
    fc.constantFrom('count(*)', "'1'", 'count(p)'),
    tie('query').map((inner) => `(${inner} limit 1)`),
    fc.tuple(tie('test'), tie('cell')).map(([x, y]) => `case when ${x} then ${y} end`),
  ),
  test: fc.oneof(
    { weight: 4, arbitrary: column.map((x) => `${x} = '13812345678'`) },
    column.map((x) => `${x} like '1381%'`),
    fc.tuple(column, column).map(([x, y]) => `${x} = ${y}`),
    tie('query').map((inner) => `exists (${inner})`),
    fc.tuple(column, tie('query')).map(([x, inner]) => `${x} in (${inner})`),
  ),
  from: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: table },
    fc.tuple(table, name).map(([x, alias]) => `${x} ${alias}`),
    fc.tuple(tie('query'), name).map(([inner, alias]) => `(${inner}) ${alias}`),
    fc.tuple(tie('from'), tie('from'), tie('test')).map(([x, y, on]) => `${x} join ${y} on ${on}`),
    fc.tuple(tie('from'), tie('from'), name).map(([x, y, using]) => `${x} join ${y} using (${using})`),
    fc.tuple(tie('from'), tie('from')).map(([x, y]) => `${x}, ${y}`),
  ),
  query: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    {
      weight: 6,
      arbitrary: fc
        .tuple(
          fc.array(
            fc.oneof(
              fc.constant('*'),
              tie('cell'),
              fc.tuple(tie('cell'), name).map(([x, alias]) => `${x} as ${alias}`),
            ),
            { minLength: 1, maxLength: 2 },
          ),
          tie('from'),
          fc.option(tie('test')),
          fc.constantFrom('', '', '', ' order by c', ' group by c', ' group by 1 having c is not null'),
        )
        .map(
          ([cells, from, where, end]) =>
            `select ${cells.join(', ')} from ${from}${where ? ` where ${where}` : ''}${end}`,
        ),
    },
    fc
      .tuple(name, tie('query'), name, tie('query'), tie('query'), words('with with_recursive'))
      .map(
        ([x, first, y, second, rest, word]) =>
          `${word.replace('_', ' ')} ${x} as (${first}), ${y} as (${second}) ${rest}`,
      ),
    fc
      .tuple(name, fc.array(name, { minLength: 1, maxLength: 2 }), tie('query'), tie('query'), tie('query'))
      .map(
        ([x, columns, first, second, rest]) =>
          `with ${x} (${columns.join(', ')}) as (${first} union all ${second} limit 6) ${rest}`,
      ),
    fc
      .tuple(tie('query'), tie('query'), words('union union_all except intersect'))
      .map(([x, y, set]) => `select * from (${x}) ${set.replace('_', ' ')} select * from (${y})`),
  ),
}));

export const query: fc.Arbitrary<string> = made.query;
