/** What a column is proposed to be: nothing that bears an identifier is ever shown, whatever its name says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/core/batch.ts';
import { classify } from '../../src/rules/classify.ts';
import { looksLike } from '../../src/rules/classify-shapes.ts';
import { type Sample, tally } from '../../src/rules/classify-tally.ts';
import { strictness } from '../../src/rules/dictionary-kinds.ts';
import { orgCheck } from '../../src/rules/identifiers.ts';
import { isClearKind } from '../../src/rules/kinds.ts';
import { type Chance, chance } from '../../src/rules/sandbox/chance.ts';
import { card, citizenId, personName, phone, taxpayer } from '../../src/rules/sandbox/taxpayers.ts';
import { REGIONS } from '../../src/rules/sandbox/words.ts';

function sampleOf(cells: readonly Cell[]): Sample {
  const counting = tally();
  for (const cell of cells) counting.take(cell);
  return counting.end();
}

const region = (draw: Chance) => draw.pick(REGIONS);
/** Valid values of every kind, each by its own rules of making. */
const PLANTED: Readonly<Record<string, (draw: Chance) => string>> = {
  'credit-code': (draw) => taxpayer('seed', draw.below(100_000)).creditCode,
  'taxpayer-id': (draw) => {
    const org = draw.digits(8);
    return `${region(draw).code}${org}${orgCheck(org)}`;
  },
  'citizen-id': (draw) => citizenId(draw, region(draw)),
  phone,
  landline: (draw) => `0771-${draw.digits(7)}`,
  'bank-account': card,
  'firm account': (draw) => `9${draw.digits(8 + draw.below(20))}`,
  'invoice-code': (draw) => `0450${draw.digits(8)}`,
  'invoice-no': (draw) => draw.digits(8),
  'digital invoice-no': (draw) => `2545${1 + draw.below(2)}${draw.digits(15)}`,
  'person-name': personName,
  'company-name': (draw) => taxpayer('seed', draw.below(100_000)).name,
  address: (draw) => taxpayer('seed', draw.below(100_000)).address,
  email: (draw) => `zhang${draw.digits(3)}@example.com`,
  plate: (draw) => `桂A${draw.digits(5)}`,
  passport: (draw) => `E${draw.digits(8)}`,
};
/** Names that promise nothing personal. */
const HARMLESS = [
  'status',
  'zt',
  'region',
  'amount',
  'je',
  'id',
  'c1',
  'registered_on',
  'rq',
  '状态',
  '金额',
  'type',
  'level',
  'remark',
];
const TYPES = [
  'TEXT',
  'VARCHAR2(40)',
  'character varying',
  'NUMBER',
  'INTEGER',
  'DECIMAL(18,2)',
  'date',
  'boolean',
  '',
];
const NOISE: readonly ((draw: Chance) => Cell)[] = [
  () => null,
  () => '',
  () => '正常',
  () => '01',
  (draw) => ({ number: String(draw.below(1000)) }),
  (draw) => `2025-0${1 + draw.below(9)}-11`,
  () => '12.50',
  () => '见附件清单',
];

const planted = fc.record({
  kind: fc.constantFrom(...Object.keys(PLANTED)),
  name: fc.constantFrom(...HARMLESS),
  type: fc.constantFrom(...TYPES),
  seed: fc.string({ maxLength: 6 }),
  values: fc.integer({ min: 1, max: 120 }),
  different: fc.integer({ min: 1, max: 120 }),
  share: fc.integer({ min: 60, max: 100 }),
});

describe('a planted kind', () => {
  it('of which 60 % or more of the values are valid is never proposed clear, by whatever name and type', () => {
    fc.assert(
      fc.property(planted, ({ kind, name, type, seed, values, different, share }) => {
        const draw = chance(seed);
        const pool = Array.from({ length: different }, () => PLANTED[kind]?.(draw) ?? '');
        const count = Math.ceil((values * share) / 100);
        const cells = Array.from(
          { length: values },
          (_, i): Cell => (i < count ? draw.pick(pool) : draw.pick(NOISE)(draw)),
        );
        const { kind: found } = classify({ name, type }, sampleOf(cells));
        expect(isClearKind(found), `${kind} in ${name} ${type}: ${found}`).toBe(false);
      }),
      { numRuns: 1_500 },
    );
  });

  it.each(['phone', 'citizen-id', 'bank-account', 'digital invoice-no'])('%s held as a number is no amount', (kind) => {
    const draw = chance(kind);
    const digits = Array.from({ length: 50 }, () => (PLANTED[kind]?.(draw) ?? '').replace('X', '1'));
    const cells = digits.map((number): Cell => ({ number }));
    for (const name of ['amount', 'id', '金额'])
      expect(isClearKind(classify({ name, type: 'NUMBER' }, sampleOf(cells)).kind)).toBe(false);
  });

  it('a single one among ordinary values closes the column', () => {
    const draw = chance('single');
    for (const [kind, make] of Object.entries(PLANTED)) {
      const cells: Cell[] = [...Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? '正常' : '作废')), make(draw)];
      expect(isClearKind(classify({ name: 'status', type: 'TEXT' }, sampleOf(cells)).kind), kind).toBe(false);
    }
  });

  it('hidden in text, spaced or in full width, closes it too', () => {
    for (const hidden of ['电话１３８００１３８０００', '138 0013 8000', '联系人王小明', '证号45010319900307002X'])
      expect(isClearKind(classify({ name: 'status' }, sampleOf([...Array(99).fill('正常'), hidden])).kind)).toBe(false);
  });
});

describe('the judgement', () => {
  const many = (make: (i: number) => Cell, count = 100) => sampleOf(Array.from({ length: count }, (_, i) => make(i)));
  const text = (i: number) => ({ number: String(i) });

  it.each<[string, string, string, Sample | undefined, string]>([
    ['codes that come again and again', 'region', 'TEXT', many((i) => `4501${i % 9}3`), 'clear'],
    ['words under a name of codes', 'status', 'TEXT', many((i) => (i % 3 === 0 ? '作废' : '正常')), 'clear'],
    ['words under no such name', 'c1', 'TEXT', many((i) => (i % 3 === 0 ? '作废' : '正常')), 'whole'],
    ['too few to tell', 'status', 'TEXT', many(() => '正常', 19), 'whole'],
    [
      'words that never come again',
      'status',
      'TEXT',
      many((i) => `甲乙${String.fromCodePoint(0x4e00 + i)}`, 40),
      'whole',
    ],
    ['short numbers', 'c1', 'INTEGER', many(text), 'clear'],
    ['long numbers', 'c1', 'INTEGER', many((i) => text(1_000_000 + i)), 'whole'],
    ['numbers in exponent form', 'c1', 'REAL', many(() => ({ number: '1e+20' })), 'whole'],
    ['long amounts', 'amount', 'DECIMAL(18,2)', many((i) => ({ number: `${12_345_678 + i}.25` })), 'amount'],
    ['amounts kept as text', 'amount', 'TEXT', many((i) => `${1234 + i}.25`), 'amount'],
    ['dates kept as text', 'c1', 'TEXT', many((i) => `2025-01-${10 + (i % 18)}`), 'clear'],
    ['birthdays', 'csrq', 'DATE', many(() => '1990-03-07'), 'whole'],
    ['nothing seen', 'c1', 'TEXT', undefined, 'whole'],
    ['only NULL', 'status', 'TEXT', many(() => null), 'whole'],
    ['nothing seen of amounts', 'je', 'NUMBER(18,2)', undefined, 'amount'],
    ['nothing seen of amounts in text', 'je', 'TEXT', undefined, 'whole'],
    ['binary', 'status', 'BLOB', undefined, 'whole'],
    ['binary values in a column of text', 'status', 'TEXT', many(() => new Uint8Array([1])), 'whole'],
    ['a list', 'status', 'integer[]', many(() => '{1,2}'), 'whole'],
    ['text in a column of moments', 'c1', 'timestamp', many((i) => `甲${i}`), 'whole'],
    ['remarks with names in them', 'bz', 'TEXT', many((i) => (i % 3 === 0 ? '王小明' : '月结')), 'person-name'],
    [
      'firms and people by a name',
      'name',
      'TEXT',
      many((i) => (i % 2 === 0 ? '王小明' : '桂海商贸有限公司')),
      'person-name',
    ],
    ['firms under a name of amounts', 'amount', 'TEXT', many(() => '南宁桂海商贸有限公司'), 'company-name'],
  ])('%s', (_what, name, type, sample, kind) => {
    expect(classify({ name, type }, sample).kind).toBe(kind);
  });

  it('a name never loosens what the values say', () => {
    const draw = chance('strict');
    for (const [kind, make] of Object.entries(PLANTED)) {
      const sample = sampleOf(Array.from({ length: 60 }, () => make(draw)));
      const bare = looksLike(make(draw))?.kind ?? '';
      for (const name of HARMLESS) {
        const found = classify({ name, type: 'TEXT' }, sample).kind;
        if (bare !== 'digits') expect(strictness(found), `${kind} ${name}`).toBeGreaterThanOrEqual(strictness(bare));
        expect(isClearKind(found)).toBe(false);
      }
    }
  });

  it('keeps counts and nothing of a value', () => {
    const told = JSON.stringify(
      classify(
        { name: 'phone', type: 'TEXT' },
        many((i) => `138001${38000 + i}`),
      ),
    );
    expect(told).not.toMatch(/138001/);
    expect(JSON.parse(told)).toMatchObject({
      kind: 'phone',
      level: 'important',
      confidence: 'high',
      evidence: { values: 100, name: 'phone', shares: { phone: 100 } },
    });
  });
});
