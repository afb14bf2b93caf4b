/** No identifier planted in any disguise reaches any output of any form, whatever the mask but `released`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOf } from '../../../src/core/batch.ts';
import type { Form } from '../../../src/core/product.ts';
import type { Format } from '../../../src/rules/application.ts';
import { formFor } from '../../../src/rules/forms/form.ts';
import { KINDS } from '../../../src/rules/kinds.ts';
import { disguise, planted, readable } from '../planted.ts';
import { decode, KEYS } from './reference.ts';

const FORMATS: readonly Format[] = ['csv', 'jsonl', 'xlsx'];
const KINDS_BUT_RELEASED = ['unclassified', 'unheard-of', ...KINDS];
const CLEAR_NUMBERS = ['clear', 'amount'];

const around = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom(
    '电话',
    '第3期，',
    '2026-11-23 ',
    'No.7 ',
    '=',
    '100.50元 ',
    '联系人',
    '"',
    ',',
    '\r\n',
    '<t>',
    '&#49;',
  ),
);

/** What a reader of the file sees: escapes undone, one line a row. */
function plain(format: Format, text: string): string {
  if (format === 'jsonl')
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => Object.values(JSON.parse(line) as object).join('\n'))
      .join('\n');
  return text
    .replaceAll('""', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"');
}

/** Forms of lines are used again, which is quicker; a workbook is made anew each time. */
const made = new Map<string, Form>();
function formOf(format: Format, kind: string): Form {
  const make = (): Form => formFor(format, { masks: [kind], keys: KEYS, bom: false, watermark: ['E-1', 'zhang'] });
  if (format === 'xlsx') return make();
  const form = made.get(`${format} ${kind}`) ?? make();
  made.set(`${format} ${kind}`, form);
  return form;
}

const runs = (format: Format, most: number): number => (format === 'xlsx' ? most / 10 : most);

describe.each(FORMATS)('%s', (format) => {
  test('planted in text', () => {
    const kinds = fc.constantFrom(...KINDS_BUT_RELEASED);
    fc.assert(
      fc.property(planted, fc.nat(99), around, around, kinds, (value, how, before, after, kind) => {
        const cell = `${before}${disguise(value, how)}${after}`;
        const form = formOf(format, kind);
        // What a form returns holds until its next call.
        const out = decode(form.head(['备注'])) + decode(form.batch(batchOf([[cell]]))) + decode(form.tail());
        for (const seen of [out, plain(format, out)]) expect(readable(seen), `${kind}: ${cell}`).not.toContain(value);
      }),
      { numRuns: runs(format, 3_000) },
    );
  });

  test('planted as a number', () => {
    const kinds = fc.constantFrom(...KINDS_BUT_RELEASED.filter((kind) => !CLEAR_NUMBERS.includes(kind)));
    const numbers = planted.filter((value) => /^\d+$/.test(value));
    fc.assert(
      fc.property(numbers, kinds, (value, kind) => {
        const form = formOf(format, kind);
        const out =
          decode(form.head(['编号'])) + decode(form.batch(batchOf([[{ number: value }]]))) + decode(form.tail());
        expect(readable(out), kind).not.toContain(value);
      }),
      { numRuns: runs(format, 500) },
    );
  });
});

test('the check can fail: released, it is there', () => {
  const form = formFor('csv', { masks: ['released'], keys: KEYS, bom: false, watermark: [] });
  expect(readable(decode(form.batch(batchOf([['１３８-００１３-８０００']]))))).toContain('13800138000');
});

describe('pseudonyms', () => {
  const rows = (format: Format, keys = KEYS): string => {
    const form = formFor(format, { masks: ['pseudonym', 'pseudonym'], keys, bom: false, watermark: [] });
    form.head(['a', 'b']);
    return decode(
      form.batch(
        batchOf([
          ['91450103MA5K0260EX', '９１４５０１０３ma5k0260ex'],
          ['13800138000', null],
        ]),
      ),
    );
  };

  test('join within an extraction, in every column, spelling and form', () => {
    const [first, second] = rows('csv').replaceAll('"', '').split('\r\n');
    const [one, same] = first?.split(',') ?? [];
    expect(one).toMatch(/^pn_[a-p]{24}$/);
    expect(same).toBe(one);
    expect(second).toMatch(/^pn_[a-p]{24},$/);
    expect(rows('jsonl')).toContain(one);
  });

  test('and not between two', () => {
    const [token] = /pn_[a-p]+/.exec(rows('csv')) ?? [];
    expect(token).toBeDefined();
    expect(rows('csv', { ...KEYS, join: new Uint8Array(32).fill(9) })).not.toContain(token);
  });
});
