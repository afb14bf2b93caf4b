/** Templates of forms: what is understood, where a fault is said to be, and that no value becomes anything but text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Document } from '../../src/core/document.ts';
import { Stop } from '../../src/core/stop.ts';
import { fillDocument } from '../../src/rules/document-fill.ts';
import type { FormFields, Values } from '../../src/rules/document-forms.ts';
import { parseDocument } from '../../src/rules/document-template.ts';

const FORM: FormFields = {
  fields: { name: '', number: '', day: '' },
  lists: { things: { what: '', many: '' } },
};
const read = (text: string) => parseDocument(text, 'f.md', FORM);
const fill = (text: string, values: Values = {}) => fillDocument(read(text), values);
/** The one block under a title. */
const block = (text: string, values: Values = {}) => fill(`# T\n${text}`, values).blocks[0];
const fault = (text: string) => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof Stop)
      return { verdict: error.verdict, place: error.detail.place, says: JSON.stringify(error.text) };
    throw error;
  }
  return undefined;
};

describe('what is understood', () => {
  test.each<[string, Block]>([
    ['## one {name}', { kind: 'heading', level: 1, text: 'one ada' }],
    ['### two', { kind: 'heading', level: 2, text: 'two' }],
    ['plain {name}', { kind: 'paragraph', text: 'plain ada' }],
    ['>> right', { kind: 'paragraph', text: 'right', align: 'right' }],
    ['>< middle', { kind: 'paragraph', text: 'middle', align: 'center' }],
    ['> small', { kind: 'note', text: 'small' }],
    ['> >> small right', { kind: 'note', text: 'small right', align: 'right' }],
    ['@verbatim {name}', { kind: 'verbatim', text: 'ada' }],
    ['@break', { kind: 'break' }],
    ['@sign a: {name}<br>　date | b', { kind: 'signatures', labels: ['a: ada\n　date', 'b'] }],
    ['\\# \\{name\\} \\| \\\\', { kind: 'paragraph', text: '# {name} | \\' }],
    ['is it {name:bob/ada}', { kind: 'paragraph', text: 'is it bob□  ada■' }],
    ['is it {name:bob/eve}', { kind: 'paragraph', text: 'is it bob□  eve□  ada■' }],
    ['a single > and | inside', { kind: 'paragraph', text: 'a single > and | inside' }],
  ])('%s', (line, wanted) => expect(block(line, { name: 'ada' })).toEqual(wanted));

  test('a form: labels, widened cells, lines with sides, widths in dashes', () => {
    expect(block('|--|----|-|\n| **a**<br> | {name} | < |\n| **b** | <br>>> signed \\| | {day} |')).toEqual({
      kind: 'form',
      widths: [2, 4, 1],
      rows: [
        [
          { kind: 'value', span: 1, lines: [{ text: '**a**' }, { text: '' }] },
          { kind: 'value', span: 2, lines: [{ text: '' }] },
        ],
        [
          { kind: 'label', span: 1, lines: [{ text: 'b' }] },
          { kind: 'value', span: 1, lines: [{ text: '' }, { text: 'signed |', align: 'right' }] },
          { kind: 'value', span: 1, lines: [{ text: '' }] },
        ],
      ],
    });
  });

  test('a list: titles, sides, rows repeated and numbered, the least of them left empty', () => {
    const text = '| no | what<br>many |\n|:-:|--:|\n{#things 3}\n| {no} | {what}<br>{many} |\n{/things}\n| end | x |';
    expect(block(text, { things: [{ what: 'disc', many: '2' }, { what: 'paper' }] })).toEqual({
      kind: 'list',
      columns: [
        { title: 'no', width: 1, align: 'center' },
        { title: 'what\nmany', width: 2, align: 'right' },
      ],
      rows: [
        ['1', 'disc\n2'],
        ['2', 'paper\n'],
        ['', '\n'],
        ['end', 'x'],
      ],
    });
  });

  test('number and watermark stand outside the text, and only where something of them is known', () => {
    const text = '<!-- why\n{unknown}\n-->\n@landscape\n@number No. {number}\n@watermark {name} {day}\n# {name}';
    expect(fill(text, { number: '7', day: 'today' })).toEqual({
      title: '＿＿＿＿＿＿',
      number: 'No. 7',
      watermark: '＿＿＿＿＿＿ today',
      landscape: true,
      blocks: [],
    });
    expect(Object.keys(fill(text))).toEqual(['title', 'landscape', 'blocks']);
  });

  test('the time is the one that is given', () => {
    expect(fillDocument(read('# T'), {}, '2026-11-23T00:00:00Z').at).toBe('2026-11-23T00:00:00Z');
  });
});

describe('faults are said with file and line', () => {
  test.each<[string, number, RegExp]>([
    ['text', 1, /title is missing/],
    ['# T\n\n{nmae}', 3, /unknown field.*nmae.*nearest.*name/],
    ['# T\n{what}', 2, /unknown field/],
    ['# T\n| {what} |', 2, /unknown field/],
    ['# T\n{#things}\n| {day} |\n{/things}', 3, /unknown field.*day/],
    ['# T\n{#thing}\n| a |\n{/thing}', 2, /unknown list.*nearest.*things/],
    ['# T\n{#things}\n| a |', 2, /not closed/],
    ['# T\n| a |\n{/things}', 3, /without having begun/],
    ['# T\n{#things}\n{#things}\n| a |\n{/things}', 3, /begins inside/],
    ['# T\n{#things}\n{/things}', 3, /no rows/],
    ['# T\n|--|\n', 2, /without rows/],
    ['# T\n|-|-|\n| a |', 3, /cells are wanted/],
    ['# T\n| a | b |\n| c |', 3, /cells are wanted/],
    ['# T\n| a | b |\n|-|\n| c |', 2, /cells are wanted/],
    ['# T\n| < | b |', 2, /could be widened/],
    ['# T\n| a | b |\n|-|-|\n| c | < |', 4, /could be widened/],
    ['# T\n| a |\n| b |\n|-|\n| c |', 4, /stands first/],
    ['# T\n| {name} |\n|-|\n| c |', 2, /takes no field/],
    ['# T\n| a |\n{odd}\n', 3, /neither|unknown field/],
    ['# T\na } b', 2, /brace/],
    ['# T\n{name', 2, /brace/],
    ['# T\n{name:a//b}', 2, /choice.*empty/],
    ['# T\n@brek', 2, /unknown order.*nearest.*break/],
    ['# T\n@break now', 2, /takes no text/],
    ['# T\n@sign', 2, /needs a text/],
    ['# T\n# T', 2, /second title/],
    ['# T\n<!-- open\n', 2, /not closed/],
    ['<!-- a --> b\n# T', 1, /nothing may follow/],
  ])('%j at line %d', (text, line, says) => {
    const found = fault(text);
    expect(found).toMatchObject({ verdict: 'usage', place: { file: 'f.md', line } });
    expect(found?.says).toMatch(says);
  });
});

/** All text of a document, piece by piece. */
function textsOf({ title, number, watermark, blocks }: Document): string[] {
  return [title, number ?? '', watermark ?? '', ...blocks.flatMap(blockTexts)];
}

function blockTexts(one: Block): readonly string[] {
  if (one.kind === 'form') return one.rows.flatMap((row) => row.flatMap(({ lines }) => lines.map(({ text }) => text)));
  if (one.kind === 'list') return [...one.columns.map(({ title }) => title), ...one.rows.flat()];
  if (one.kind === 'signatures') return one.labels;
  return one.kind === 'break' ? [] : [one.text];
}

const ALL = `@number {number}\n@watermark {day}\n# t {name}\n## {name}\n{day}\n> {day}\n@verbatim {name}\n@sign {name} | {day}
|-|-|\n| **{name}** | {day}<br>>> {number} |\n\n| a | b |\n|-|-|\n{#things 2}\n| {no} | {what} {many} |\n{/things}\n`;

describe('any value', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '{name}',
      '{#things}',
      '| a | b |',
      '<br>',
      '>> x',
      '**b**',
      '\\',
      '-->',
      '\ud800',
      '\uffff',
      '\u202e',
      '\u0000',
    ),
  );
  const values = fc.record(
    { name: odd, number: odd, day: odd, things: fc.array(fc.record({ what: odd, many: odd }), { maxLength: 4 }) },
    { requiredKeys: [] },
  );
  const shapeOf = (one: Document) =>
    one.blocks.map((part) => [
      part.kind,
      part.kind === 'form' ? part.rows.map((row) => row.map(({ kind, span, lines }) => [kind, span, lines.length])) : 0,
    ]);

  test('stays text: it changes no block, cell or line, and nothing unseen or illegal is left of it', () => {
    const template = read(ALL);
    const empty = shapeOf(fillDocument(template, {}));
    fc.assert(
      fc.property(values, (given) => {
        const made = fillDocument(template, given);
        expect(shapeOf(made)).toEqual(empty);
        for (const text of textsOf(made))
          expect(text).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/u);
        expect(textsOf(made).join()).not.toMatch(/undefined|\[object/);
      }),
      { numRuns: 500 },
    );
  });

  test('a plain value is there as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'甲𠮷a{}|<>*\\/#@ '), minLength: 1 }), (text) => {
        expect(block('@verbatim {name}', { name: text })).toEqual({ kind: 'verbatim', text });
      }),
    );
  });

  test('any text is either a template or refused in words', () => {
    const piece = fc.constantFrom(
      '# T',
      '|',
      '--',
      '{name}',
      '{#things}',
      '{/things}',
      '<',
      '<br>',
      '**',
      '\n',
      '@sign',
      '<!--',
      '-->',
      '\\',
      '{',
      'x',
      ':',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const found = fault(text);
        if (found === undefined) expect(textsOf(fill(text)).join()).not.toContain('undefined');
        else expect(found.place?.line).toBeLessThanOrEqual(text.split('\n').length);
      }),
      { numRuns: 2000 },
    );
  });
});
