/** DOCX: what is in the archive, the layout of GB/T 9704, hostile text, and the same bytes for the same report. */
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Block, Document } from '../../src/core/document.ts';
import type { Report } from '../../src/core/report.ts';
import { chineseNumber } from '../../src/views/docx/sections.ts';
import { sharesOf } from '../../src/views/docx/tables.ts';
import { drawDocx } from '../../src/views/docx.ts';
import { membersOf } from '../stand-ins/zip.ts';
import { report, sections } from './sample.ts';

const how = { dictionary: {} };
const carrying = (document: Document): Report => ({ title: 'r', verdict: 'done', sections: [], data: null, document });
const form = (...blocks: Block[]): Document => ({
  title: '数据提取申请表',
  number: 'E-1',
  watermark: 'E-1 zhang 2026-11-23',
  at: '2026-11-23T13:30:00.000Z',
  blocks,
});
const drawn = async (one: Report): Promise<Map<string, string>> =>
  new Map(membersOf(await drawDocx(one, how)).map(({ path, text }) => [path, text]));
const body = async (one: Report): Promise<string> => (await drawn(one)).get('word/document.xml') ?? '';
const textOf = (xml: string): string =>
  Array.from(xml.matchAll(/<w:t(?: [^>]*)?>([^<]*)<\/w:t>|<w:br\/>/g), ([, text]) => text ?? '\n').join('');

afterEach(() => {
  vi.useRealTimers();
});

const CELL = { kind: 'value', span: 1, lines: [{ text: '甲', align: 'right' }] } as const;
const BLOCKS: readonly Block[] = [
  { kind: 'heading', level: 1, text: '一级' },
  { kind: 'heading', level: 2, text: '二级' },
  { kind: 'paragraph', text: '正文' },
  { kind: 'paragraph', text: '居右', align: 'right' },
  { kind: 'note', text: '小字' },
  { kind: 'verbatim', text: 'select 1\n  from t' },
  {
    kind: 'form',
    widths: [1, 2, 1],
    rows: [
      [CELL, { ...CELL, kind: 'label', span: 2 }],
      [CELL, CELL, CELL],
    ],
  },
  { kind: 'list', columns: [{ title: '列', width: 1, align: 'center' }], rows: [['行一'], ['行二']] },
  { kind: 'signatures', labels: ['申请人\n年月日', '接收人'] },
  { kind: 'break' },
];

describe('the archive', () => {
  test('holds neither macro nor link nor content control nor embedded thing', async () => {
    for (const one of [carrying(form(...BLOCKS)), report()]) {
      const members = await drawn(one);
      const all = [...members.values()].join('\n');
      expect([...members.keys()].filter((path) => !/\.(xml|rels)$/.test(path))).toEqual([]);
      expect(all).not.toMatch(
        /<w:sdt\b|TargetMode="External"|vba|<w:hyperlink|oleObject|<w:altChunk|attachedTemplate|MERGEFIELD/,
      );
      const names = /(Target|PartName)="([^"]*)"/g;
      for (const [, , target = ''] of all.matchAll(names)) expect(target).not.toMatch(/^\w+:/);
    }
  });

  test('the same report gives the same bytes, whenever and wherever', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-23T10:00:00Z') });
    const first = [await drawDocx(carrying(form(...BLOCKS)), how), await drawDocx(report(), how)];
    vi.setSystemTime(new Date('2031-02-03T04:05:06Z'));
    const chance = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const second = [await drawDocx(carrying(form(...BLOCKS)), how), await drawDocx(report(), how)];
    chance.mockRestore();
    expect(first.map((bytes) => Buffer.from(bytes).equals(second.shift() ?? new Uint8Array()))).toEqual([true, true]);
    for (const { written } of membersOf(first[0] ?? new Uint8Array())) expect(written).toEqual([0x210000, 0x210000]);
  });

  test('it carries the time of the document and no other', async () => {
    const core = (one: Report) => drawn(one).then((members) => members.get('docProps/core.xml') ?? '');
    expect((await core(carrying(form()))).match(/\d{4}-\d\d-\d\dT[\d:]+Z/g)).toEqual(
      Array(2).fill('2026-11-23T13:30:00Z'),
    );
    expect(await core(report())).not.toMatch(/dcterms:(created|modified)/);
    expect(await core(carrying({ ...form(), at: 'yesterday' }))).not.toMatch(/dcterms:created/);
  });
});

describe('the layout of GB/T 9704', () => {
  test('A4, a text area of 156 by 225 mm, exact lines of 28 pt, fonts with fallbacks', async () => {
    const members = await drawn(carrying(form(...BLOCKS)));
    const xml = members.get('word/document.xml') ?? '';
    expect(xml).toMatch(/<w:pgSz w:w="11906" w:h="16838"/);
    const margin = Object.fromEntries(
      Array.from(/<w:pgMar ([^>]*)\/>/.exec(xml)?.[1]?.matchAll(/w:(\w+)="(\d+)"/g) ?? [], ([, side, twips]) => [
        side,
        Number(twips),
      ]),
    );
    const millimetres = (twips: number) => Math.round((twips * 25.4) / 1440);
    expect([margin.top, margin.left].map((twips) => millimetres(Number(twips)))).toEqual([37, 28]);
    expect(millimetres(11906 - Number(margin.left) - Number(margin.right))).toBe(156);
    expect(millimetres(16838 - Number(margin.top) - Number(margin.bottom))).toBe(225);
    expect(xml).toMatch(/<w:spacing [^>]*w:line="560"[^>]*w:lineRule="exact"/);
    expect(/<w:p>(?:(?!<\/w:p>).)*数据提取申请表/.exec(xml)?.[0]).toMatch(/方正小标宋简体.*w:sz w:val="44"/);
    expect(/<w:p>(?:(?!<\/w:p>).)*正文/.exec(xml.slice(xml.lastIndexOf('<w:p>', xml.indexOf('正文'))))?.[0]).toMatch(
      /w:firstLine="640".*仿宋_GB2312.*w:sz w:val="32"/,
    );
    const fonts = members.get('word/fontTable.xml') ?? '';
    for (const pair of [
      /仿宋_GB2312"><w:altName w:val="仿宋,FangSong/,
      /方正小标宋简体"><w:altName w:val="[^"]*宋体,SimSun/,
    ])
      expect(fonts).toMatch(pair);
  });

  test('a list repeats its header, a cell spans, a page on its side is wider', async () => {
    const xml = await body(carrying(form(...BLOCKS)));
    expect(xml.match(/<w:tblHeader\/>/g)).toHaveLength(1);
    expect(xml.match(/<w:gridSpan w:val="2"/g)).toHaveLength(1);
    expect(xml.match(/<w:br w:type="page"/g)).toHaveLength(1);
    expect(await body(carrying({ ...form(), landscape: true }))).toMatch(
      /<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/,
    );
  });

  test('number and watermark above, page number and watermark below; without them only the page number', async () => {
    const members = await drawn(carrying(form()));
    expect(textOf(members.get('word/header1.xml') ?? '')).toBe('E-1E-1 zhang 2026-11-23');
    expect(textOf(members.get('word/footer1.xml') ?? '')).toBe('—  —E-1 zhang 2026-11-23');
    expect(members.get('word/footer1.xml')).toMatch(/<w:instrText[^>]*>PAGE</);
    const bare = await drawn(carrying({ title: 't', blocks: [] }));
    expect(textOf([...bare.values()].join(''))).toBe('t—  —');
  });

  test('a number of ten thousand signs does not push the text off the page', async () => {
    const members = await drawn(carrying({ ...form(), number: '9'.repeat(10_000), watermark: 'x\n'.repeat(5_000) }));
    expect(textOf(members.get('word/header1.xml') ?? '').length).toBeLessThan(320);
  });

  test('column widths are whole and add up', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }), (shares) => {
        const widths = sharesOf(shares, 8844);
        expect(widths.reduce((sum, one) => sum + one, 0)).toBe(8844);
        expect(widths.every((one) => Number.isInteger(one) && one > 0)).toBe(true);
      }),
    );
  });
});

describe('a report without a form', () => {
  test.each(sections().map((section) => [section.kind, section] as const))('%s shows its facts', async (_, section) => {
    const text = textOf(await body({ ...report(), sections: [section] }));
    for (const part of ['harden-linux on sandbox', '12345678', 'R-20261123-7F3KQ', 'gxops runbook run harden-linux'])
      expect(text).toContain(part);
  });

  test('headings are numbered as the language does it', async () => {
    expect(textOf(await body(report()))).toMatch(/1\. Purpose.*2\. Findings/s);
    const chinese = membersOf(await drawDocx(report(), { dictionary: { en: 'zh-CN', Findings: '检查结果' } }));
    expect(textOf(chinese.map(({ text }) => text).join(''))).toMatch(/一、Purpose.*二、检查结果/s);
    expect([1, 10, 11, 20, 35, 99, 100].map(chineseNumber)).toEqual([
      '一',
      '十',
      '十一',
      '二十',
      '三十五',
      '九十九',
      '100',
    ]);
  });

  test('a list that is too long for an office program says what is missing', async () => {
    const rows = Array.from({ length: 2001 }, (_, i) => [`row ${i}.`]);
    const text = textOf(await body({ ...report(), sections: [{ kind: 'table', heading: 't', columns: ['a'], rows }] }));
    expect([text.includes('row 1999.'), text.includes('row 2000.')]).toEqual([true, false]);
    expect(text).toContain('1 more rows are not drawn here');
  });

  test('what is empty says so or is left out', async () => {
    const empty = [
      { kind: 'findings', heading: 'f', findings: [] },
      { kind: 'table', heading: 't', columns: ['a'], rows: [] },
      { kind: 'facts', facts: [] },
      { kind: 'text', lines: [] },
    ] as const;
    expect(textOf(await body({ ...report(), sections: empty, next: [] }))).toContain('none');
  });
});

describe('hostile text', () => {
  const LEGAL = /^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

  test('every part is legal, balanced XML of known elements, whatever is written into it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (odd) => {
        const blocks: Block[] = [
          { kind: 'paragraph', text: odd },
          { kind: 'form', widths: [1], rows: [[{ kind: 'value', span: 1, lines: [{ text: odd }] }]] },
          { kind: 'list', columns: [{ title: odd, width: 1, align: 'left' }], rows: [[odd]] },
          { kind: 'signatures', labels: [odd] },
        ];
        const one = { ...form(...blocks), title: odd, number: odd, watermark: odd };
        for (const [path, xml] of await drawn(carrying(one))) {
          expect(xml, path).toMatch(LEGAL);
          expect(unbalanced(xml), path).toBeUndefined();
        }
      }),
      { numRuns: 60 },
    );
  });

  test('formula, tags, fields and bidi stay what they are: text', async () => {
    const odd = '=cmd|"/c calc"!A1 <w:sdt/> ]]> &amp; \u202egnp.exe\u0000\uffff 𠮷 👍';
    const xml = await body(carrying(form({ kind: 'paragraph', text: odd })));
    expect(xml).not.toMatch(/<w:sdt|\u202e|\0|\uffff/);
    expect(textOf(xml)).toContain(
      '=cmd|"/c calc"!A1 &lt;w:sdt/&gt; ]]&gt; &amp;amp; \\u{202e}gnp.exe\\x00\\u{ffff} 𠮷 👍'.replaceAll(
        '"',
        xml.includes('&quot;') ? '&quot;' : '"',
      ),
    );
  });
});

/** The first tag that does not fit; undefined where every tag is closed in its order. */
function unbalanced(xml: string): string | undefined {
  const open: string[] = [];
  for (const [tag, close, name = '', alone] of xml
    .replace(/<\?[^>]*\?>/, '')
    .matchAll(/<(\/?)([\w:]+)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (alone === '/') continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) return tag;
  }
  return open.at(-1) ?? /<(?![\w/?])|&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.exec(xml)?.[0];
}
