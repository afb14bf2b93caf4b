/** What the forms write from bytes is what the same masks and fields make of the text, for any cells. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchOf } from '../../../src/core/batch.ts';
import { csvForm } from '../../../src/rules/forms/csv.ts';
import { formFor } from '../../../src/rules/forms/form.ts';
import { jsonlForm } from '../../../src/rules/forms/jsonl.ts';
import { KINDS } from '../../../src/rules/kinds.ts';
import { anyBatch, csvText, decode, jsonlText, KEYS } from './reference.ts';

const kinds = ['released', 'unclassified', ...KINDS] as const;

describe.each(kinds)('%s', (kind) => {
  test('bytes and text agree', () => {
    const csv = csvForm({ masks: [kind, 'released'], keys: KEYS, bom: true });
    const jsonl = jsonlForm({ masks: [kind, 'released'], keys: KEYS });
    jsonl.head(['0', '1']);
    fc.assert(
      fc.property(anyBatch(2), (batch) => {
        expect(decode(csv.batch(batch))).toBe(csvText(batch, [kind, 'released']));
        expect(decode(jsonl.batch(batch))).toBe(jsonlText(batch, [kind, 'released']));
      }),
      { numRuns: kind === 'released' || kind === 'free-text' || kind === 'clear' ? 4_000 : 800 },
    );
  });
});

test('cells as long as the buffer and longer', () => {
  const batch = batchOf([['"'.repeat(300_000), '\x01'.repeat(300_000)]]);
  const masks = ['released', 'released'];
  expect(decode(csvForm({ masks, keys: KEYS, bom: false }).batch(batch))).toBe(csvText(batch, masks));
  const jsonl = jsonlForm({ masks, keys: KEYS });
  jsonl.head(['0', '1']);
  expect(decode(jsonl.batch(batch))).toBe(jsonlText(batch, masks));
});

test.each(['csv', 'jsonl'] as const)('%s: rows or heads of another width, and bytes, are an error', (format) => {
  const form = (masks: string[]) => formFor(format, { masks, keys: KEYS, bom: true, watermark: [] });
  expect(() => form(['clear']).head(['a', 'b'])).toThrow();
  const one = form(['clear']);
  one.head(['a']);
  expect(() => one.batch(batchOf([[1, 2]]))).toThrow();
  const released = form(['released']);
  released.head(['a']);
  expect(() => released.batch(batchOf([[new Uint8Array([1])]]))).toThrow();
  expect(decode(one.batch(batchOf([[new Uint8Array([1])]])))).toMatch(/\*\*\*\*/);
});

test('no output is kept but one buffer', () => {
  const form = csvForm({ masks: ['released'], keys: KEYS, bom: true });
  const first = form.batch(batchOf([['a']]));
  const second = form.batch(batchOf([['b']]));
  expect(first.buffer).toBe(second.buffer);
  expect(decode(second)).toBe('b\r\n');
});

test('a stray byte before a cell is not taken for the beginning of its last character', () => {
  const one = { width: 1, rows: 1, starts: Uint32Array.of(1), ends: Uint32Array.of(3), kinds: Uint8Array.of(2) };
  const batch = { ...one, bytes: Uint8Array.of(0xe4, 0xc2, 0xa0) };
  const form = csvForm({ masks: ['released'], keys: KEYS, bom: true });
  expect(decode(form.batch(batch))).toBe('"\u00a0"\r\n');
  expect(csvText(batch, ['released'])).toBe('"\u00a0"\r\n');
});

test('nor does a last character that is blank go without quotes', () => {
  // The first character alone would not tell: it is a plain one of three bytes.
  const batch = batchOf([['中\u00a0'], ['中\u3000'], ['a\u00a0'], ['é\u2028']]);
  const form = csvForm({ masks: ['released'], keys: KEYS, bom: true });
  expect(decode(form.batch(batch))).toBe('"中\u00a0"\r\n"中\u3000"\r\n"a\u00a0"\r\n"é\u2028"\r\n');
});
