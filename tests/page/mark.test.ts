/** A spreadsheet that a reader made of the handed-over file still betrays whose extraction it was. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { batchOf } from '../../src/core/batch.ts';
import { secretBits } from '../../src/core/keyed.ts';
import { zipMembers } from '../../src/core/unzip.ts';
import { formFor } from '../../src/rules/forms/form.ts';
import { agreement, isProven } from '../../src/rules/forms/mark-judge.ts';
import { sheetMarks } from '../../src/rules/forms/mark-sheet.ts';
import { type Browser, openBrowser, program } from './browser.ts';
import { makeFolder } from './folder.ts';

const ROWS = 1500;
const KEYS = { mark: new Uint8Array(32).fill(1), join: new Uint8Array(32).fill(2) };
const NAMES = ['合同', '号码', '备注'];
const MASKS = ['released', 'released', 'clear'];

function fileOf(format: 'csv' | 'jsonl'): Uint8Array {
  const form = formFor(format, { masks: MASKS, keys: KEYS, bom: true, watermark: ['E-1'] });
  const rows = batchOf(Array.from({ length: ROWS }, (_, n) => [`HT-${n}号合同`, `${n}${10_000_000_000 + n}`, '月结']));
  return Buffer.concat([form.head(NAMES).slice(), form.batch(rows).slice(), form.tail().slice()]);
}

describe.skipIf(program === undefined)('the mark', () => {
  let browser: Browser;
  const left: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const leave of left.splice(0).reverse()) await leave();
  });

  it.each(['csv', 'jsonl'] as const)('of a %s goes over into the XLSX that the page makes of it', async (format) => {
    const columns = NAMES.map((name, i) => ({ name, mask: MASKS[i] ?? '' }));
    const folder = await makeFolder({ plain: fileOf(format), rows: ROWS, format, columns });
    left.push(folder.remove);
    const seen = await browser.visit(folder);
    left.push(seen.close);
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    await seen.text('result');
    const marks = sheetMarks();
    for (const member of zipMembers((await seen.save('save-xlsx')).bytes) ?? []) {
      if (!member.name.startsWith('xl/worksheets/')) continue;
      const decoder = new TextDecoder();
      for await (const piece of member.bytes()) marks.sheet(decoder.decode(piece, { stream: true }));
    }
    const found = marks.end();
    const tables = [KEYS.mark, ...Array.from({ length: 30 }, (_, n) => Buffer.from(`other ${n}`))].map(secretBits);
    expect(tables.flatMap((table, n) => (isProven(agreement(found, table), tables.length) ? [n] : []))).toEqual([0]);
  });
});
