/** The reader of COPY's text, held against an encoder written from PostgreSQL's description of the format. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, rowsOf } from '../../src/core/batch.ts';
import { replaced } from '../../src/world/postgres-binds.ts';
import { copyDecoder } from '../../src/world/postgres-copy.ts';

const TEXT = 25;
const INT8 = 20;
const NUMERIC = 1700;
const BYTEA = 17;

/** One message: kind, length, body. */
function message(kind: string, body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.from(`${kind}    `);
  head.writeInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
const copied = (value: string | null): string =>
  value === null ? '\\N' : [...value].map((char) => ESCAPED[char] ?? char).join('');
const rowOf = (cells: readonly (string | null)[]): Buffer => message('d', `${cells.map(copied).join('\t')}\n`);

function readAll(types: readonly number[], bytes: Buffer, size: number, most = 1_000): Cell[][] {
  const decoder = copyDecoder(types, () => undefined);
  const rows: Cell[][] = [];
  for (let at = 0; at < bytes.length; at += size) {
    decoder.feed(bytes.subarray(at, at + size));
    for (let batch = decoder.read(most); batch.rows > 0; batch = decoder.read(most)) rows.push(...rowsOf(batch));
  }
  expect(decoder.held()).toBe(0);
  return rows;
}

const nasty = fc.string({
  unit: fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\f', '\v', 'N', 'x', '.', '票', '😀', 'a', '1'),
});
const text = fc.option(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { nil: null });

describe('rows of COPY', () => {
  it('come out as they went in, however the bytes are cut', () => {
    const table = fc
      .integer({ min: 1, max: 12 })
      .chain((width) => fc.array(fc.array(text, { minLength: width, maxLength: width })));
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 5 }), (rows, size, most) => {
        const types = (rows[0] ?? []).map(() => TEXT);
        expect(readAll(types, Buffer.concat(rows.map(rowOf)), size, most)).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it('have the kinds of their types: numbers exact, words among them text, bytes decoded', () => {
    const types = [INT8, NUMERIC, NUMERIC, NUMERIC, 701, BYTEA, TEXT];
    const cells = ['-9223372036854775808', '0.10', 'NaN', '-Infinity', '1e+20', '\\x00ff5c0a', '007'];
    expect(readAll(types, rowOf(cells), 7)).toEqual([
      [
        { number: '-9223372036854775808' },
        { number: '0.10' },
        'NaN',
        '-Infinity',
        '1e+20',
        Uint8Array.of(0, 255, 0x5c, 10),
        '007',
      ],
    ]);
    expect(readAll(types, rowOf(types.map(() => null)), 7)).toEqual([types.map(() => null)]);
    expect(readAll([BYTEA], rowOf(['\\x']), 9)).toEqual([[new Uint8Array()]]);
  });

  it('tell NULL from the text of its mark', () => {
    expect(readAll([TEXT, TEXT, TEXT], rowOf(['\\N', null, '']), 3)).toEqual([['\\N', null, '']]);
  });

  it('may be longer than the room', () => {
    const long = '票'.repeat(700_000);
    expect(
      readAll([TEXT, INT8], Buffer.concat([rowOf(['a', '1']), rowOf([long, '2']), rowOf(['b', '3'])]), 65_536),
    ).toEqual([
      ['a', { number: '1' }],
      [long, { number: '2' }],
      ['b', { number: '3' }],
    ]);
  });

  it.each([
    ['too few cells', message('d', 'a\n')],
    ['too many cells', message('d', 'a\tb\tc\n')],
    ['no end', message('d', 'a\tb')],
    ['nothing', message('d', '')],
    ['a backslash that escapes the end', message('d', 'a\tb\\\n')],
    ['an impossible length', Buffer.from([0x64, 0, 0, 0, 3])],
    ['an enormous length', Buffer.from([0x64, 0xff, 0xff, 0xff, 0xff])],
  ])('with %s are refused', (_, bytes) => {
    const decoder = copyDecoder([TEXT, TEXT], () => undefined);
    decoder.feed(bytes);
    expect(() => {
      const batch = decoder.read(10);
      // What escapes the end leaves a row that is not ended: never a row that is given out.
      if (batch.rows > 0) throw new Error(`a row: ${JSON.stringify(rowsOf(batch))}`);
    }).toThrow(/^(not a row|a message of impossible)/);
  });

  it('with bytes in another form than hexadecimal are refused', () => {
    for (const cell of ['\\000abc', '\\x0', '\\x0g', 'x00']) {
      const decoder = copyDecoder([BYTEA], () => undefined);
      decoder.feed(rowOf([cell]));
      expect(() => decoder.read(1)).toThrow('hexadecimal');
    }
  });

  it('are handed over before the message that follows them is heard', () => {
    const heard: string[] = [];
    const decoder = copyDecoder([TEXT], (other) => heard.push(Buffer.from(other).toString('latin1', 0, 1)));
    decoder.feed(Buffer.concat([message('H', '\0\0\0'), rowOf(['a']), message('E', 'SERROR\0\0'), message('Z', 'I')]));
    expect(rowsOf(decoder.read(10))).toEqual([['a']]);
    expect(heard).toEqual(['H']);
    expect(decoder.read(10).rows).toBe(0);
    expect(heard).toEqual(['H', 'E', 'Z']);
  });
});

describe('binds in a statement', () => {
  const mark = (sql: string) => replaced(sql, (n) => `<${n}>`);

  it.each([
    ['SELECT $1 , $2 ', 'SELECT <1> , <2> '],
    ["SELECT '$1 it''s $2 ' || $1 ", "SELECT '$1 it''s $2 ' || <1> "],
    ['SELECT "$1 ""$2 " FROM t WHERE a$1 = $1 ', 'SELECT "$1 ""$2 " FROM t WHERE a$1 = <1> '],
    ['SELECT $$ $1 $$, $a$ $1 $$ $2 $a$, $12 ', 'SELECT $$ $1 $$, $a$ $1 $$ $2 $a$, <12> '],
    ["SELECT '票$1 😀' , 票$1, $1 ", "SELECT '票$1 😀' , 票$1, <1> "],
    ["SELECT $1 ::text||'$1 '", "SELECT <1> ::text||'$1 '"],
  ])('%s', (sql, wanted) => {
    expect(mark(sql)).toBe(wanted);
  });

  it('are found between any literals and nowhere in them', () => {
    const inner = fc.string({ unit: fc.constantFrom("'", '"', '$', '1', ' ', 'a', '票', '$1 ', '\\') });
    const piece = fc.oneof(
      inner.map((value) => ({ sql: `'${value.replaceAll("'", "''")}'`, binds: 0 })),
      inner.map((value) => ({ sql: `"${value.replaceAll('"', '""')}"`, binds: 0 })),
      inner.filter((value) => !value.includes('$q')).map((value) => ({ sql: `$q$${value}$q$`, binds: 0 })),
      fc.constantFrom(
        { sql: '$3 ', binds: 1 },
        { sql: ' name ', binds: 0 },
        { sql: ' + ', binds: 0 },
        { sql: '\n', binds: 0 },
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        let count = 0;
        const out = replaced(pieces.map(({ sql }) => sql).join(' '), () => {
          count++;
          return '?';
        });
        expect(count).toBe(pieces.reduce((sum, { binds }) => sum + binds, 0));
        expect(out).toBe(pieces.map(({ sql, binds }) => (binds === 1 ? '? ' : sql)).join(' '));
      }),
      { numRuns: 1_000 },
    );
  });
});
