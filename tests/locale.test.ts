/** The Chinese dictionary is complete: every sentence, no stale one, the same places. */
import { describe, expect, test } from 'vitest';
import { dictionaryOf, gapOf, sentences } from '../scripts/locale.ts';
import { literals } from '../scripts/sentences.ts';

describe('the dictionary', () => {
  const gap = gapOf(dictionaryOf('zh-CN'));

  test('has every sentence of the sources', () => {
    expect(sentences().found.size).toBeGreaterThan(100);
    expect(gap.missing).toEqual([]);
  });
  test('has no sentence that the sources lost', () => expect(gap.stale).toEqual([]));
  test('keeps every place of every sentence', () => expect(gap.places).toEqual([]));
  test('sees every sentence: none is computed', () => expect(gap.computed).toEqual([]));
  test('is Chinese', () => {
    const plain = Object.entries(dictionaryOf('zh-CN')).filter(
      ([source, text]) => text === '' || (text === source && /[a-z]{3} [a-z]{3}/.test(text)),
    );
    expect(plain).toEqual([]);
  });
});

describe('the collector', () => {
  test.each([
    ["t('one')", 'one'],
    ['t("it\'s one")', "it's one"],
    ["t('it\\'s one')", "it's one"],
    ['t(\n  `one`,\n  { a: 1 },\n)', 'one'],
    ["f(a ? t(/* b */ 'one') : 2)", 'one'],
  ])('finds %s', (source, text) => {
    expect(literals(source, 'a.ts')).toEqual([expect.objectContaining({ text })]);
  });

  test.each(['t(word)', 't(`a ${b}`)', "t('a' + b)", 't()'])('reports %s as computed', (source) => {
    expect(literals(`\n${source}`, 'a.ts')).toEqual([{ line: 2 }]);
  });

  test('is not fooled by comments, strings and other functions', () => {
    expect(literals("// t('a')\nconst a = \"t('b')\"; at('c'); x.t('d');", 'a.ts')).toEqual([]);
  });
});
