/** Masks from bytes are the masks by text, on cells made to come close to every shape. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CELL } from '../../src/core/batch.ts';
import { KINDS } from '../../src/rules/kinds.ts';
import { maskFor } from '../../src/rules/masking.ts';
import { byteMaskFor } from '../../src/rules/masking-bytes.ts';
import { scanBytes } from '../../src/rules/masking-bytes-scan.ts';
import { scanText } from '../../src/rules/masking-scan.ts';
import { newVeil } from '../../src/rules/masking-veil.ts';

const KEYS = { mark: new Uint8Array(32), join: new Uint8Array(32).fill(3) };
const text = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** The pieces that shapes are made of, so that many a text comes close to one. */
const piece = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 21 }),
  fc.string({ unit: fc.constantFrom(...'0123456789X-. *'), minLength: 1, maxLength: 24 }),
  fc.string({ unit: fc.constantFrom(...'０１２３４一二三四五幺〇壹㈠㊂①٣𝟏'), minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'ABXIaxz'), minLength: 1, maxLength: 3 }),
  fc.constantFrom(...['91450103', 'MA5K0260E', '450103196503070012', '13800138000', 'E12345678', '桂A12345', 'x', 'X']),
  fc.constantFrom(
    ...'司机 姓名 联系人 先生 地址 寄往 法人代表 经理 户 人 先 张三 韦小红 @ ＠ 桂 新 · 、 ， \u200b \u3000 🎉'.split(
      ' ',
    ),
  ),
  fc.constantFrom(
    ...['-', '--', '*', '**', '***', ' ', '/', '（', '.', ',', '，', '\n', '\u200b\u200b\u200b\u200b\u200b'],
  ),
);
const close = fc.array(piece, { minLength: 1, maxLength: 7 }).map((all) => all.join(''));

test('the search by bytes finds what the search by text finds', () => {
  const veil = newVeil();
  fc.assert(
    fc.property(close, fc.nat(5), (cell, shift) => {
      const bytes = Buffer.concat([Buffer.alloc(shift, '7'), Buffer.from(cell), Buffer.from('77')]);
      const found = scanBytes(bytes, shift, bytes.length - 2, veil);
      expect(found ? text(veil.bytes.subarray(0, veil.end)) : cell).toBe(scanText(cell));
    }),
    { numRuns: 30_000 },
  );
});

test.each(['released', 'unclassified', ...KINDS])('%s: the mask by bytes is the mask by text', (kind) => {
  const [veil, bytesMask, mask] = [newVeil(), byteMaskFor(kind, KEYS), maskFor(kind, KEYS)];
  fc.assert(
    fc.property(close, fc.boolean(), (value, isNumber) => {
      const bytes = Buffer.from(`a${value}9`);
      const cell = isNumber ? { number: value } : value;
      const masked = bytesMask?.(bytes, 1, bytes.length - 1, isNumber ? CELL.number : CELL.text, veil);
      expect(masked ? text(veil.bytes.subarray(0, veil.end)) : cell).toEqual(mask(cell));
    }),
    { numRuns: 3_000 },
  );
});
