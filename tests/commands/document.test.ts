/** The forms that gxops brings: understood, explained, complete; the site's own template stands before the shipped one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf } from '../../src/commands/document.ts';
import type { Document } from '../../src/core/document.ts';
import { Stop } from '../../src/core/stop.ts';
import { FORMS, type FormFields, type FormName } from '../../src/rules/document-forms.ts';

const folder = join(import.meta.dirname, '../../templates');
const names = Object.keys(FORMS) as FormName[];
const read = (name: string) => readFileSync(join(folder, 'documents', `${name}.md`), 'utf8');
const keepWith = (own?: Uint8Array) => ({
  fetch: async (path: string) => (path === 'templates/documents/extract-handover.md' ? own : undefined),
  template: async (name: string) => readFileSync(join(folder, name), 'utf8'),
});
const textOf = (one: Document): string => JSON.stringify(one);

describe('the shipped forms', () => {
  test('are all there, and no other', () =>
    expect(readdirSync(join(folder, 'documents'))).toEqual(names.map((name) => `${name}.md`).sort()));

  test.each(names)('%s: every field is used, and explained in the header', async (name) => {
    const { fields, lists }: FormFields = FORMS[name];
    const [, head = '', rest = ''] = /^(<!--[\s\S]*?-->)([\s\S]*)$/.exec(read(name)) ?? [];
    for (const [field, meaning] of [...Object.entries(fields), ...Object.values(lists).flatMap(Object.entries)]) {
      expect(head).toMatch(new RegExp(`^ {2}${field} +${meaning.replace(/[()/]/g, '\\$&')}$`, 'm'));
      expect(rest).toMatch(new RegExp(`\\{${field}[}:]`));
    }
  });

  test.each(names)('%s: filled, every value is on it; empty, it has places and no undefined', async (name) => {
    const { fields, lists }: FormFields = FORMS[name];
    const valued = (keys: object, mark: string) =>
      Object.fromEntries(Object.keys(keys).map((key) => [key, `‹${key}${mark}›`]));
    const rows = Object.entries(lists).map(([list, keys]) => [list, [1, 2, 3, 4, 5].map((n) => valued(keys, `${n}`))]);
    const full = textOf(await documentOf(keepWith(), name, { ...valued(fields, ''), ...Object.fromEntries(rows) }));
    for (const field of Object.keys(fields)) expect(full).toContain(`‹${field}›`);
    for (const keys of Object.values(lists)) for (const key of Object.keys(keys)) expect(full).toContain(`‹${key}5›`);
    const empty = textOf(await documentOf(keepWith(), name, {}));
    expect(empty).not.toMatch(/undefined|[{][a-z]+[}]/);
    expect(empty).toMatch(/签字/);
  });

  test('the application has every field that the bureau asks for', async () => {
    const text = textOf(await documentOf(keepWith(), 'extract-application', {}));
    const asked =
      '编号 申请单位/处室 申请人 联系电话 申请日期 用途 依据（文号） 系统 库 表 字段 时间范围 地区范围 其他条件 含个人信息/敏感字段 数据级别 核心 重要 一般 预计行数 加密介质 内网共享 结果表 脱敏要求 不脱敏的字段及理由 使用期限 销毁日期 接收人 接收人保管承诺 附：SQL 执行人 复核人 实际行数 文件 SHA-256 交付签收 销毁确认 申请处室负责人意见 业务主管处室意见 信息中心/大数据和风险管理部门负责人意见 分管局领导意见';
    for (const word of asked.split(' ')) expect(text).toContain(word);
  });

  test('the confirmation of destruction says what it does not prove', async () => {
    const text = textOf(await documentOf(keepWith(), 'extract-destruction', {}));
    expect(text).toMatch(/无法由系统证明.*自行复制.*备份/);
  });
});

describe("the site's own template", () => {
  test('stands before the shipped one', async () => {
    const own = Buffer.from('# 本局签收单\n{receiver}');
    const made = await documentOf(keepWith(own), 'extract-handover', { receiver: '赵敏' }, '2026-11-23T00:00:00Z');
    expect(made).toEqual({
      title: '本局签收单',
      landscape: undefined,
      at: '2026-11-23T00:00:00Z',
      blocks: [{ kind: 'paragraph', text: '赵敏' }],
    });
  });

  test.each([
    ['a field that the form does not have', Buffer.from('# T\n{reciever}'), 2],
    ['bytes that are no UTF-8', Buffer.from([0x23, 0x20, 0xb1, 0xe0]), undefined],
  ])('%s: refused at its place, nothing made', async (_, own, line) => {
    const stop = await documentOf(keepWith(own), 'extract-handover', {}).catch((error: unknown) => error);
    expect(stop).toBeInstanceOf(Stop);
    const { verdict, detail } = stop as Stop;
    expect([verdict, detail.place?.file, detail.place?.line]).toEqual([
      'usage',
      'templates/documents/extract-handover.md',
      line,
    ]);
  });
});
