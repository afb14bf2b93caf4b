/** The dictionary file: faults at their line, two readers that agree, and what it does to the site. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Classified, LEVELS, type Site } from '../../src/core/site.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import {
  dictionaryPath,
  MOST_DICTIONARY,
  mergedKinds,
  readDictionary,
  withDictionaries,
} from '../../src/rules/dictionary.ts';
import { compared, overruled } from '../../src/rules/dictionary-difference.ts';
import { standingOf, strictest, strictness } from '../../src/rules/dictionary-kinds.ts';
import { readLines } from '../../src/rules/dictionary-lines.ts';
import { remarksIn, writeDictionary } from '../../src/rules/dictionary-text.ts';
import { ruleDigests } from '../../src/rules/extract-rules.ts';
import { KINDS } from '../../src/rules/kinds.ts';

const word = fc.stringMatching(/^[a-z_\u4e00-\u4e2f][a-z0-9_$#]{0,8}$/);
const name = fc.tuple(word, word, fc.option(word, { nil: undefined })).map((parts) => parts.filter(Boolean).join('.'));
const text = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).filter((one) => /[\p{L}\p{N}]/u.test(one));
const entry: fc.Arbitrary<Classified> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    level: fc.constantFrom(...LEVELS),
    source: text,
    note: fc.option(text, { nil: undefined }),
  })
  .map(({ note, ...rest }) => (note === undefined ? rest : { ...rest, note }));
const columns = fc.dictionary(name, entry, { minKeys: 1, maxKeys: 12, noNullPrototype: true });

/** What writing keeps of a text: one line, without control characters. */
const plain = (one: Classified): Classified => {
  const line = (given: string) => given.replace(/[\p{C}\ufffd]+|\s+/gu, ' ').trim();
  return { ...one, source: line(one.source), ...(one.note === undefined ? {} : { note: line(one.note) }) };
};
const site = (over: Partial<Site> = {}): Site =>
  ({
    dir: '/site',
    databases: { inv: { kind: 'sqlite', file: 'x' } },
    classification: {},
    limits: {},
    owners: {},
    ...over,
  }) as Site;
const line = 'a.b: { kind: phone, level: important, source: "s" }';
const file = (...lines: string[]): string => ['version: 1', 'database: inv', 'columns:', ...lines, ''].join('\n');

describe('a dictionary', () => {
  it('reads back as it was written, by the fast reader and by YAML alike', () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 99_999 }), fc.string(), (given, version, remark) => {
        const remarks = Object.fromEntries(Object.keys(given).map((one) => [one, remark]));
        const written = writeDictionary('inv', { version, columns: given }, remarks);
        const wanted = { version, columns: Object.fromEntries(Object.entries(given).map(([k, v]) => [k, plain(v)])) };
        expect(readLines(written, 'inv')).toEqual(wanted);
        // A blank before a comma is nothing to YAML, but not as this program writes it: the slow reader takes over.
        const slow = written.replace('{ kind: ', '{ kind:  ');
        expect(readLines(slow, 'inv')).toHaveProperty('oddLine');
        expect(readDictionary(slow, 'inv').dictionary).toEqual(wanted);
        expect(readDictionary(written, 'inv').dictionary).toEqual(wanted);
      }),
    );
  });

  it('what the fast reader takes, YAML takes with the same meaning, whatever a hand did to it', () => {
    const written = writeDictionary('inv', {
      version: 3,
      columns: { 'a.b': { kind: 'phone', level: 'important', source: 'x "y" \\ z', note: 'n # m' } },
    });
    fc.assert(
      fc.property(
        fc.nat(written.length - 1),
        fc.constantFrom('', ' ', '"', '\\', '#', ':', '}', 'ａ', '\n', '1', ','),
        (at, put) => {
          const hurt = written.slice(0, at) + put + written.slice(at + 1);
          const fast = readLines(hurt, 'inv');
          if ('oddLine' in fast) return;
          const slow = readDictionary(hurt.replace('database: inv', 'database:  inv'), 'inv');
          expect(slow.dictionary).toEqual(fast);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, string, number, RegExp]>([
    ['an unknown kind, with the nearest', file('  a.b: { kind: phne, level: important, source: s }'), 4, /phone/],
    [
      'an unknown level',
      file(`  ${line}`, '  a.c: { kind: phone, level: hoch, source: s }'),
      5,
      /core, important, general/,
    ],
    ['a missing source', file('  a.b: { kind: phone, level: important }'), 4, /source/],
    ['an empty source', file('  a.b: { kind: phone, level: important, source: " " }'), 4, /source/],
    ['a name without a table', file('  b: { kind: phone, level: important, source: s }'), 4, /table\.column/],
    [
      'names that differ by capitals',
      file(`  ${line}`, '  A.b: { kind: clear, level: general, source: s }'),
      5,
      /already/,
    ],
    ['a column twice', file(`  ${line}`, `  ${line}`), 5, /twice/],
    ['another database', file(`  ${line}`).replace('inv', 'inv2'), 2, /inv2/],
    ['no columns', 'version: 1\ndatabase: inv\ncolumns: {}\n', 3, /one column/],
    ['no version', 'database: inv\ncolumns:\n  a.b: { kind: phone, level: important, source: s }\n', 1, /version/],
    ['version 0', file(`  ${line}`).replace('1', '0'), 1, /version/],
    ['an unknown key', file('  a.b: { kind: phone, levle: important, source: s, level: general }'), 4, /levle/],
    ['a fault of grammar', file('\ta.b: x'), 4, /tab/],
    ['an anchor', file('  a.b: &x { kind: phone, level: important, source: s }'), 4, /anchor/],
  ])('refuses %s at its line', (_what, content, at, says) => {
    const { dictionary, problems } = readDictionary(content, 'inv');
    expect(dictionary).toBeUndefined();
    expect(problems[0]?.line).toBe(at);
    const [first] = problems;
    expect(`${speak(first?.message ?? '')} ${first?.nearest ?? ''}`).toMatch(says);
  });

  it('is bounded, and a large one is read fast and refused at the odd line', () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `  t${i}.c: { kind: phone, level: important, source: "一二三四五六七八" }`,
    );
    const read = readDictionary(file(...lines), 'inv');
    expect(Object.keys(read.dictionary?.columns ?? {})).toHaveLength(20_000);
    expect(readDictionary(file(...lines.with(17_000, '  t: x')), 'inv').problems[0]?.line).toBe(17_004);
    expect(readDictionary(' '.repeat(MOST_DICTIONARY + 1), 'inv').problems).toHaveLength(1);
  });

  it('keeps what spoke for each column behind it', () => {
    const given = { 'a.b': { kind: 'phone', level: 'important', source: 'x } # y' } } as const;
    expect(remarksIn(writeDictionary('inv', { version: 1, columns: given }, { 'a.b': 'high: phone' }))).toEqual({
      'a.b': 'high: phone',
    });
  });
});

describe('in the site', () => {
  const written = (kind: string) =>
    writeDictionary('inv', { version: 2, columns: { 'a.b': { kind, level: 'general', source: 's' } } });

  it('overrules site.yml, whatever the capitals; other entries stay', () => {
    const given = site({ classification: { inv: { 'A.B': 'clear', 'a.c': 'phone' } } });
    const merged = withDictionaries(given, (path) =>
      path === 'dictionary/inv.yml' ? written('citizen-id') : undefined,
    );
    expect(merged.classification.inv).toEqual({ 'a.b': 'citizen-id', 'a.c': 'phone' });
    expect(merged.dictionaries?.inv).toMatchObject({ version: 2, own: { 'A.B': 'clear', 'a.c': 'phone' } });
    expect(overruled({ 'A.B': 'clear', 'a.c': 'phone' }, merged.dictionaries?.inv?.columns ?? {})).toEqual([
      { name: 'a.b', own: 'clear', kind: 'citizen-id' },
    ]);
    expect(ruleDigests(merged, 'inv').dictionary).not.toBe(ruleDigests(given, 'inv').dictionary);
  });

  it('a fault stops with file and line', () => {
    const bad = written('phone').replace('kind: phone', 'kind: nonsense');
    const at = bad.split('\n').findIndex((one) => one.includes('nonsense')) + 1;
    const caught = (() => {
      try {
        withDictionaries(site(), () => bad);
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toBeInstanceOf(Stop);
    expect((caught as Stop).verdict).toBe('usage');
    expect((caught as Stop).detail.place).toMatchObject({ file: `/site/${dictionaryPath('inv')}`, line: at });
  });

  it('a site without dictionaries stays the very same', () => {
    const given = site();
    expect(withDictionaries(given, () => undefined)).toBe(given);
  });
});

describe('differences', () => {
  const of = (kind: string): Classified => ({ kind, level: 'general', source: 's' });

  it('names every way a column can change, what loosens first', () => {
    const after = {
      'a.a': of('clear'),
      'a.b': of('clear'),
      'a.d': of('whole'),
      'a.e': of('taxpayer-id'),
      'a.f': of('phone'),
      'a.g': of('phone'),
    };
    const before = { 'A.A': 'phone', 'a.c': 'phone', 'a.d': 'phone', 'a.e': 'credit_code', 'a.g': 'phone' };
    const found = compared(before, mergedKinds({}, after), after).map(({ name, difference }) => [name, difference]);
    expect(found).toEqual([
      ['a.a', 'looser'],
      ['a.b', 'clear-new'],
      ['a.c', 'gone'],
      ['a.d', 'stricter'],
      ['a.e', 'changed'],
      ['a.f', 'new'],
      ['a.g', 'same'],
    ]);
  });

  it('every kind has a standing, an unknown one is the strictest, and core is proposed for none', () => {
    for (const kind of KINDS) expect(standingOf(kind).level).not.toBe('core');
    expect(strictness('nonsense')).toBe(strictness('whole'));
    expect(KINDS.filter((kind) => strictness(kind) === 0)).toEqual(['clear', 'amount']);
    expect(strictest(['clear', 'citizen-id', 'phone'])).toBe('citizen-id');
    expect(strictest([])).toBeUndefined();
  });
});
