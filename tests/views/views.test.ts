/** Every kind of section in every view; widths, hostile text, JSON. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Stop } from '../../src/core/stop.ts';
import { t } from '../../src/core/text.ts';
import { widthOf } from '../../src/core/width.ts';
import { drawHtml } from '../../src/views/html.ts';
import { drawJson, drawStopJson } from '../../src/views/json.ts';
import { drawMarkdown } from '../../src/views/markdown.ts';
import { tableLines } from '../../src/views/terminal/table.ts';
import { drawStop, drawTerminal } from '../../src/views/terminal.ts';
import { report, sections } from './sample.ts';

const dictionary = { fail: '不符', pass: '通过', findings: '有发现', 'next:': '下一步：' };
const how = (columns: number, colour = false) => ({ dictionary, columns, colour });
const HOSTILE = '<script>alert(1)</script>\x1b[2J\u202e"\'&|`*_';
const kinds = sections().map((section) => section.kind);

describe('every section in every view', () => {
  test.each(sections().map((section) => [section.kind, section] as const))('%s shows its facts', (_, section) => {
    const one = { ...report(), sections: [section] };
    for (const text of [drawTerminal(one, how(0)), drawMarkdown(one, how(0)), drawHtml(one, how(0))]) {
      expect(text).toContain('12345678');
      expect(text).toContain('R-20261123-7F3KQ');
    }
  });

  test('all seven kinds are there', () => expect(new Set(kinds).size).toBe(7));

  test('empty sections say so instead of failing', () => {
    const empty = {
      ...report(),
      sections: [
        { kind: 'findings', heading: 'f', findings: [] },
        { kind: 'table', heading: 't', columns: ['a'], rows: [] },
        { kind: 'facts', facts: [] },
        { kind: 'text', lines: [] },
        { kind: 'todo', heading: 'x', items: [] },
      ] as const,
    };
    expect(drawTerminal(empty, how(80))).toContain('none');
    expect(drawMarkdown(empty, how(80))).toContain('none');
    expect(drawHtml(empty, how(80))).toContain('none');
  });

  test('a plan names all that must be named', () => {
    const text = drawTerminal(report(), how(0));
    for (const part of [
      'harden-linux version 3',
      'sha256:',
      '04HM-ASW9-NF6Y-Y093',
      '电子底账 (王工 029-0000)',
      'no way back, because',
      'not knowable until step write',
      '+PASS_MAX_DAYS 90',
      'select a',
      'mask: phone',
      'update t set a = 0',
    ]) {
      expect(text).toContain(part);
    }
  });
});

describe('terminal', () => {
  test('verdict first, next last, words in the language', () => {
    const lines = drawTerminal(report(), how(80)).trimEnd().split('\n');
    expect(lines[0]).toBe('[有发现] harden-linux on sandbox');
    expect(lines.at(-2)).toBe('下一步：');
    expect(lines.at(-1)).toBe("  gxops runbook run harden-linux --input 'host=sandbox' --execute");
  });

  test.each([40, 80, 200])('nothing but commands and verbatim text is wider than %d columns', (columns) => {
    const some = { ...report(), next: [], sections: sections().filter((section) => section.kind !== 'verbatim') };
    for (const line of drawTerminal(some, how(columns, true)).split('\n'))
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });

  test('colour only where it is wanted', () => {
    expect(drawTerminal(report(), how(80))).not.toContain('\x1b');
    expect(drawTerminal(report(), how(80, true))).toContain('\x1b[');
  });

  test('off a terminal: no box, one row a line', () => {
    const text = drawTerminal(report(), how(0));
    expect(text).not.toMatch(/[│─┌|]\s.*chen/u);
    expect(text).toMatch(/^chen {3}approver {2}采购方 {2}金额.*缺一不可。$/mu);
  });

  test('a lone verbatim text is itself', () => {
    const one = { ...report(), sections: [{ kind: 'verbatim', text: '#!/bin/sh\n\techo\n' }] as const };
    expect(drawTerminal(one, how(80))).toBe('#!/bin/sh\n  echo\n');
  });
});

describe('tables', () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      '发票号码',
      'ＡＢＣ',
      '✅ 好',
      '𠮷野',
      '⚠️',
      'e\u0301',
      '“引”',
      '①',
      'one two three four five',
      '한국',
      '🧑‍💻',
    ),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  );
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.tuple(
        fc.array(fc.constantFrom('列', 'name', '说明'), { minLength: columns, maxLength: columns }),
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 5 }),
      ),
    );

  test('every line of a box is equally wide, fits, and loses nothing', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(40, 80, 200), fc.boolean(), ([columns, rows], width, ascii) => {
        const lines = tableLines({ kind: 'table', heading: '', columns, rows }, { ...how(width), ascii });
        const boxed = /^[┌-]/u.test(lines[0] ?? '');
        if (boxed) expect(new Set(lines.map(widthOf)).size).toBe(1);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
      { numRuns: 400 },
    );
  });

  test('the text of a cell is all there', () => {
    const text = '金额大于一百万元的发票须由两名审批人分别签字，缺一不可。'.repeat(3);
    const lines = tableLines({ kind: 'table', heading: '', columns: ['a', 'b'], rows: [['x', text]] }, how(40));
    const joined = lines
      .map((line) => line.split('│')[2] ?? '')
      .join('')
      .replace(/\s/g, '');
    expect(joined).toBe(`b${text}`);
  });

  test('too many columns for the width become records', () => {
    const columns = Array.from({ length: 12 }, (_, i) => `column number ${i}`);
    const lines = tableLines({ kind: 'table', heading: '', columns, rows: [columns] }, how(40));
    expect(lines.join('\n')).toContain('column number 11');
    expect(lines[0]).not.toContain('┌');
  });
});

describe('hostile text (cases 51, 52)', () => {
  test('HTML holds no tag, control or request of it', () => {
    const html = drawHtml(report(HOSTILE), how(0));
    expect(html).not.toMatch(/(?<!\\)<script/);
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/[\p{Cf}\x00-\x08\x0b-\x1f\x7f-\x9f]/u);
    expect(html).not.toMatch(/\b(src|href)=|url\(|@import/);
  });

  test('HTML attributes and text hold for any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (odd) => {
        const html = drawHtml(
          { title: odd, verdict: 'done', sections: sections(odd), data: null, next: [odd] },
          how(0),
        );
        const tags = new Set(Array.from(html.matchAll(/<\/?([a-z0-9!]+)/gi), (found) => found[1]));
        for (const tag of tags) expect(KNOWN_TAGS).toContain(tag);
      }),
      { numRuns: 100 },
    );
  });

  test('terminal and Markdown hold no control of it', () => {
    for (const text of [drawTerminal(report(HOSTILE), how(80)), drawMarkdown(report(HOSTILE), how(80))]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(drawMarkdown(report(HOSTILE), how(80)).replace(/```[\s\S]*?```/g, '')).not.toMatch(/(?<!\\)<script/);
  });

  test('a fence is longer than any inside', () => {
    const one = { ...report(), sections: [{ kind: 'verbatim', text: '````\nx' }] as const };
    expect(drawMarkdown(one, how(0))).toContain('`````\n````\nx\n`````');
  });
});

const KNOWN_TAGS =
  '!doctype html head meta title style body header p h1 code main section h2 h3 small ul li div table thead tbody tr th td span dl dt dd ol pre ins del'.split(
    ' ',
  );

describe('JSON', () => {
  test('one document with the spoken sentences and the untouched data', () => {
    const one = report(HOSTILE);
    const parsed = JSON.parse(drawJson(one, 'runbook run', how(0)));
    expect(parsed).toMatchObject({
      schema: 1,
      command: 'runbook run',
      verdict: 'findings',
      exit: 1,
      run: one.run,
      data: one.data,
      next: one.next,
    });
    expect(parsed.title).toBe('harden-linux on sandbox');
    expect(parsed.sections.map((section: { kind: string }) => section.kind)).toEqual(kinds);
  });

  test("a command's own exit code stands", () => {
    expect(JSON.parse(drawJson({ ...report(), exit: 4 }, 'audit verify', how(0))).exit).toBe(4);
  });

  test('a refusal as JSON says the same as in words', () => {
    const stop = new Stop('refused', t('{host} is locked', { host: 'app01' }), {
      notDone: t('nothing was changed'),
      safe: '主机未受影响',
      next: ['gxops runbook runs'],
      place: { file: 'site.yml', line: 3, column: 5 },
      data: { refusals: [] },
    });
    const parsed = JSON.parse(drawStopJson(stop, 'harden apply', how(0)));
    expect(parsed).toMatchObject({
      verdict: 'refused',
      exit: 3,
      title: 'app01 is locked',
      next: ['gxops runbook runs'],
      data: { refusals: [] },
    });
    expect(parsed.error).toEqual({
      notDone: 'nothing was changed',
      safe: '主机未受影响',
      place: { file: 'site.yml', line: 3, column: 5 },
    });
    const words = drawStop(stop, how(80));
    for (const part of [
      '[refused] app01 is locked',
      'site.yml:3:5',
      'nothing was changed',
      '主机未受影响',
      'gxops runbook runs',
    ]) {
      expect(words).toContain(part);
    }
  });
});
