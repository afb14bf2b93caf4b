/** Masks: by kind, by shape in free text, and that nothing planted survives any of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KINDS } from '../../src/rules/kinds.ts';
import { maskFor } from '../../src/rules/masking.ts';
import { scanText } from '../../src/rules/masking-scan.ts';
import { disguise, planted, readable } from './planted.ts';

const masked = (kind: string, value: string): string => String(maskFor(kind)(value));

describe('by kind', () => {
  test.each([
    ['credit-code', '91512081MA62K0260E', '915120********260E'],
    ['credit-code', '91350100M000100Y4Z', '913501********0Y4Z'],
    ['credit-code', '440524188001010014', '440***********0014'],
    ['taxpayer-id', '450102196503070012', '450***********0012'],
    ['citizen-id', '11010519491231002X', '110***********002X'],
    ['phone', '13800138000', '138****8000'],
    ['phone', '１３８００１３８０００', '138****8000'],
    ['bank-account', '6228480402564890018', '622848*********0018'],
    ['bank-account', '201234567', '*****4567'],
    ['invoice-code', '045001700111', '0450********'],
    ['invoice-no', '25452000000000000001', '2545************0001'],
    ['invoice-no', '00012345', '****2345'],
    ['person-name', '韦小红', '韦**'],
    ['person-name', '欧阳锋', '欧阳*'],
    ['person-name', '阿依古丽·买买提', '阿***·***'],
    ['company-name', '南宁桂海商贸有限公司', '南宁****有限公司'],
    ['company-name', '韦小红', '韦**'],
    ['address', '广西壮族自治区南宁市青秀区民族大道1号', '广西壮族自治区南宁市青秀区****'],
    ['email', 'zhang.san@example.com', 'z***@example.com'],
    ['nobody-knows', '13800138000', '****'],
    ['free_text', '电话13800138000', '电话138****8000'],
  ])('%s %s', (kind, value, wanted) => {
    expect(masked(kind, value)).toBe(wanted);
  });

  test('null stays null, bytes are masked, a cell released is as it is', () => {
    for (const kind of KINDS) expect(maskFor(kind)(null)).toBe(null);
    expect(maskFor('phone')(new Uint8Array([49, 51]))).toBe('****');
    expect(maskFor('clear')(new Uint8Array([49, 51]))).toBe('****');
    expect(maskFor('phone')({ number: '13800138000' })).toBe('138****8000');
    expect(maskFor('released')('13800138000')).toBe('13800138000');
    const number = maskFor('unclassified');
    expect([number({ number: '13800138000' }), number({ number: '12.5' }), number('x'), number(null)]).toEqual([
      '138****8000',
      { number: '12.5' },
      '****',
      null,
    ]);
  });

  test('dates, numbers and words of a clear column stay readable', () => {
    for (const value of [
      '2026-11-23',
      '2026-11-23 08:15:00',
      '正常',
      '*食品*白砂糖',
      'HT-07',
      '450103',
      { number: '1234567890123' },
      { number: '12.5' },
    ])
      expect(maskFor('clear')(value)).toBe(value);
    expect(maskFor('clear')('2026-11-23 13800138000')).not.toContain('13800138000');
  });
});

describe('in free text', () => {
  test.each([
    ['请打 138 0013 8000 谢谢', '请打 138 **** 8000 谢谢'],
    ['手机１３８００１３８０００', '手机１３８****８０００'],
    ['一三八零零一三八零零零', '一三八****八零零零'],
    ['证号11010519491231002x。', '证号110***********002x。'],
    ['联系人：韦小红，月结', '联系人：韦**，月结'],
    ['请张三先生签收', '请**先生签收'],
    ['寄 zhang.san@example.com', '寄 z***@example.com'],
    ['桂A12345', '桂A****5'],
    ['代码91512081MA62K0260E开票', '代码****20********260E开票'],
    ['合同HT-07，第3期，共12期', '合同HT-07，第3期，共12期'],
  ])('%s', (text, wanted) => {
    expect(scanText(text)).toBe(wanted);
  });
});

test('nothing planted survives any mask, whatever surrounds and disguises it', () => {
  const around = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('电话', '第3期，', '2026-11-23 ', 'No.7 ', '=', '100.50元 '),
  );
  const kinds = KINDS.filter((kind) => kind !== 'amount');
  fc.assert(
    fc.property(planted, fc.nat(99), around, around, fc.constantFrom(...kinds), (value, how, before, after, kind) => {
      const text = `${before}${disguise(value, how)}${after}`;
      expect(readable(masked(kind, text)), `${kind}: ${text}`).not.toContain(value);
    }),
    { numRuns: 3_000 },
  );
});

test('two that touch are hidden both', () => {
  fc.assert(
    fc.property(planted, planted, fc.constantFrom('', ' ', '/', '，'), (one, other, between) => {
      const out = readable(scanText(`${one}${between}${other}`));
      for (const value of [one, other]) expect(out).not.toContain(value);
    }),
    { numRuns: 1_000 },
  );
});
