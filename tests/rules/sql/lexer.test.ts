/** The lexer: comments go, literals stay to the letter, binds become places, and every place leads back to the text as written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lex } from '../../../src/rules/sql/lexer.ts';

type Part = readonly [kind: 'word' | 'literal' | 'comment' | 'bind', text: string];

const word = fc
  .constantFrom('select', 'a', '名称', '1', '=', '(', ')', ',', 'x::int', '||', '.5')
  .map((text): Part => ['word', text]);
const literal = fc
  .string({ unit: 'binary', maxLength: 8 })
  .map((text) => text.replaceAll('\0', ''))
  .chain((text) => fc.constantFrom(`'${text.replaceAll("'", "''")}'`, `"${text.replaceAll('"', '""')}"`))
  .map((text): Part => ['literal', text]);
const comment = fc.tuple(fc.string({ maxLength: 8 }), fc.boolean()).map(([text, line]): Part => {
  const inner = text.replace(/[*/\n\r]/g, ' ');
  return ['comment', line ? `--${inner}\n` : `/*${inner}*/`];
});
const bind = fc.constantFrom('a', 'b', 'long_name_2').map((name): Part => ['bind', `:${name}`]);
const statement = fc.array(fc.oneof(word, literal, comment, bind), { minLength: 1, maxLength: 12 });

describe('any statement of words, literals, comments and binds', () => {
  test('keeps literals, loses comments, numbers binds and leads back', () => {
    fc.assert(
      fc.property(statement, (parts) => {
        fc.pre(parts.some(([kind]) => kind !== 'comment'));
        const sql = parts.map(([, text]) => text).join(' ');
        const { text, binds, original } = lex(sql, 'sqlite');
        const names = parts.flatMap(([kind, name]) => (kind === 'bind' ? [name.slice(1)] : []));
        expect(binds).toEqual([...new Set(names)]);
        const wanted = parts.flatMap(([kind, one]) =>
          kind === 'comment' ? [] : [kind === 'bind' ? `$${binds.indexOf(one.slice(1)) + 1}` : one],
        );
        let at = 0;
        let from = 0;
        for (const [i, one] of wanted.entries()) {
          at = text.indexOf(one, at);
          expect(at, `${i}: ${one} in ${text}`).toBeGreaterThanOrEqual(0);
          const kept = parts.filter(([kind]) => kind !== 'comment')[i]?.[1] ?? '';
          expect(sql.slice(original(at), original(at) + kept.length)).toBe(kept);
          expect(original(at)).toBeGreaterThanOrEqual(from);
          from = original(at);
          at += one.length;
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a colon in a literal, a cast or a slice is no bind', () => {
  expect(lex('select \':a\', b::int, ":c" from t -- :d', 'postgres').binds).toEqual([]);
  expect(lex('select $q$ :a ; -- $q$ from t', 'postgres').text).toBe('select $q$ :a ; -- $q$ from t');
});
