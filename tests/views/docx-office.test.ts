/** Forms and reports opened and printed by the real LibreOffice: every word is on the page, nothing runs off it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { documentOf } from '../../src/commands/document.ts';
import type { Report } from '../../src/core/report.ts';
import { FORMS, type FormFields, type FormName } from '../../src/rules/document-forms.ts';
import { drawDocx } from '../../src/views/docx.ts';
import { officeMissing, type Printed, print } from '../stand-ins/office.ts';
import { report } from './sample.ts';

const folder = join(import.meta.dirname, '../../templates');
const names = Object.keys(FORMS) as FormName[];
const keep = {
  fetch: async () => undefined,
  template: async (name: string) => readFileSync(join(folder, name), 'utf8'),
};
const HOSTILE = '=cmd|"/c calc"!A1<w:sdt/>&amp;\u202egnp.exe\u0000\uffff𠮷';
const LONG = '核查废旧物资回收行业增值税专用发票'.repeat(300) + 'A'.repeat(5000);
const filled = (keys: object, value: (key: string) => string) =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, value(key)]));

/** Short enough for one line of any column, so that the text of the page holds it in one piece. */
const shortValues = (list: string, keys: object): Record<string, string> =>
  Object.fromEntries(Object.keys(keys).map((key, i) => [key, `${list[0]}${i}.`]));

async function carrying(name: FormName, values: object): Promise<Uint8Array> {
  const one: Report = {
    title: name,
    verdict: 'done',
    sections: [],
    data: null,
    document: await documentOf(keep, name, values),
  };
  return drawDocx(one, { dictionary: {} });
}

async function filledForm(name: FormName): Promise<Uint8Array> {
  const { fields, lists }: FormFields = FORMS[name];
  const rows = Object.entries(lists).map(([list, keys]) => [list, Array(40).fill(shortValues(list, keys))]);
  return carrying(name, { ...filled(fields, (key) => `值${key}`), ...Object.fromEntries(rows) });
}

const why = officeMissing === undefined ? '' : `: skipped, ${officeMissing}`;

describe.skipIf(officeMissing !== undefined)(`in LibreOffice${why}`, { timeout: 120_000 }, () => {
  let pages: Record<string, Printed>;
  beforeAll(async () => {
    const files: Record<string, Uint8Array> = { report: await drawDocx(report(), { dictionary: { en: 'zh-CN' } }) };
    for (const name of names) {
      files[`${name}-empty`] = await carrying(name, {});
      files[`${name}-full`] = await filledForm(name);
    }
    const hostile = filled(FORMS['extract-handover'].fields, () => HOSTILE);
    files.hostile = await carrying('extract-handover', { ...hostile, purpose: LONG });
    pages = print(files);
  });

  test.each(names)('%s: every value is on the page, the table goes on over pages', (name) => {
    const { fields, lists }: FormFields = FORMS[name];
    const { tight, pages: count, size } = pages[`${name}-full`] as Printed;
    for (const field of Object.keys(fields)) expect(tight, field).toContain(`值${field}`);
    for (const [list, keys] of Object.entries(lists))
      for (const value of Object.values(shortValues(list, keys))) expect(tight.split(value)).toHaveLength(41);
    expect(size).toEqual(name === 'extract-ledger' ? [297, 210] : [210, 297]);
    expect(tight).toContain(`—${count}—`);
  });

  test.each([
    ['extract-application', 2],
    ['extract-approval', 2],
    ['extract-ledger', 1],
    ['extract-handover', 1],
    ['extract-destruction', 1],
  ])('%s: empty, it has %d page(s) with places to sign', (name, count) => {
    const { tight, pages: found } = pages[`${name}-empty`] as Printed;
    expect(found).toBe(count);
    expect(tight).toMatch(/签字：/);
    expect(tight).toMatch(/年月日/);
  });

  test('the header row of a ledger is on every page', () => {
    const { text, pages: count } = pages['extract-ledger-full'] as Printed;
    expect(count).toBeGreaterThan(2);
    // The last page may hold the signatures alone.
    expect(text.match(/应销毁日期/g)?.length).toBeGreaterThanOrEqual(count - 1);
  });

  test('hostile values are shown, ten thousand signs go on over pages and none is lost', () => {
    const { tight, pages: count } = pages.hostile as Printed;
    expect(count).toBeGreaterThan(5);
    expect(tight.match(/核/g)?.length).toBeGreaterThanOrEqual(300);
    expect(tight.match(/A/g)?.length).toBeGreaterThanOrEqual(5000);
    for (const part of ['=cmd|"/ccalc"!A1', '<w:sdt/>', '&amp;', 'u{202e}gnp.exe', 'x00', 'u{ffff}'])
      expect(tight).toContain(part);
  });

  test('a report without a form: its sections, numbered', () => {
    const { tight } = pages.report as Printed;
    for (const part of [
      'harden-linuxonsandbox',
      '一、Purpose',
      '12345678',
      'PASS_MAX_DAYS',
      '04HM-ASW9-NF6Y-Y093',
      '—1—',
    ])
      expect(tight).toContain(part);
  });
});
