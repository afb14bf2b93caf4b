/** Hostile statements and names with the real program (cases 44 to 50 of the audit reference). */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segments } from '../stand-ins/entries.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';

const ROWS = 30;
let at: ExtractionSite;
let outside: string;
beforeAll(async () => {
  at = await extractionSite(ROWS);
  outside = mkdtempSync(join(tmpdir(), 'gxops-outside-'));
});
afterAll(() => {
  at.remove();
  rmSync(outside, { recursive: true, force: true });
});

const journal = (): string =>
  segments(at.site.dir)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
const PLAIN = 'select id, goods from invoice';
async function approved(sql: string, ...more: string[]): Promise<string> {
  const id = await at.applied(sql, ...more);
  expect((await at.approve(id, 'chen')).code).toBe(0);
  return id;
}

describe('44 statements that do more than read', () => {
  it.each([
    'select id from invoice; delete from invoice',
    'select id from invoice for update',
    'delete from invoice where id = (select 1)',
    'with gone as (delete from invoice returning id) select id from gone',
    'begin delete from invoice; end;',
    "select q'[;drop table invoice;]' from invoice",
    '\u0455elect id from invoice',
    'select id from invoice@elsewhere',
    'with function f return number is begin return 1; end; select f from invoice',
    "select load_extension('/tmp/x') from invoice",
    "select dbms_pipe.receive_message('a', 10) from invoice",
    'select id /* a /* b */ from taxpayer */ from invoice',
    'select id from invoice /*',
    "attach 'x' as y",
    'pragma writable_schema = 1',
    "select nextval('s')",
  ])('%s', async (sql) => {
    const before = journal();
    const answer = await at.apply(sql);
    const [first] = answer.data.refusals as { code: string; at: { line: number; column: number }; why: unknown }[];
    expect([answer.code, answer.verdict]).toEqual([3, 'refused']);
    expect(first?.code).toBeTruthy();
    expect(first?.why).toBeTruthy();
    expect(first?.at).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
    expect(journal()).toBe(before);
  });
});

it('45 what no parser understands is refused; what is not even text is not read', async () => {
  const before = journal();
  for (const sql of [
    'selekt id from invoice',
    'select id frm invoice f',
    'select',
    '(((',
    "select 'open",
    '日本語',
    'select \u0000 id',
  ])
    expect([2, 3], sql).toContain((await at.apply(sql)).code);
  const file = join(at.folder, 'gbk.sql');
  writeFileSync(file, Buffer.from([0x73, 0xff, 0xfe, 0xca, 0xd0]));
  expect((await at.apply('', '--sql-file', file)).code).toBe(2);
  expect(journal()).toBe(before);
});

it('46 a masked column by alias, subquery, WITH, union, function: masked or refused', async () => {
  const masks = async (sql: string) => {
    const { code, data } = await at.apply(sql);
    if (code === 3) return 'refused';
    return (data.columns as { mask: string }[]).map(({ mask }) => mask).join(' ');
  };
  expect(await masks('select p as region from (select phone p from taxpayer) x')).toBe('phone');
  expect(
    await masks('with w as (select * from taxpayer) select citizen_id from w union all select phone from w'),
  ).not.toContain('clear');
  expect(await masks("select phone || '' as a, substr(citizen_id, 1, 6) as b from taxpayer")).not.toContain('clear');
  for (const rest of ["where phone like '138%'", 'order by phone', "group by region having max(phone) > '138'"])
    expect(await masks(`select region from taxpayer ${rest}`), rest).toBe('refused');
  expect(await masks("select case when phone > '138' then 1 else 0 end from taxpayer")).toBe('refused');
});

it('47 binds are values whatever they hold', async () => {
  const hostile = [
    "' or '1'='1",
    "x'; delete from invoice; --",
    '：商品😀𠮷',
    'x'.repeat(5_000),
    '$1 ?1 :w @w',
    '\\',
    '%_',
    '\r\n\u2028',
  ];
  const names = hostile.map((_, i) => `w${i}`);
  const binds = hostile.flatMap((value, i) => ['--bind', `w${i}=${value}`]);
  const none = await approved(`${PLAIN} where goods in (${names.map((name) => `:${name}`).join(', ')})`, ...binds);
  expect(await at.run(none)).toMatchObject({ code: 0, data: { rows: 0 } });
  const all = await approved(`${PLAIN} where ${names.map((name) => `goods <> :${name}`).join(' and ')}`, ...binds);
  expect(await at.run(all)).toMatchObject({ code: 0, data: { rows: ROWS } });
});

it('48 names come from the catalogue alone', async () => {
  for (const table of [
    'sqlite_master',
    'sqlite_schema',
    'pragma_table_info',
    'main.sqlite_master',
    '"invoice; drop table invoice"',
    '"../inv2.db"',
    'inv2.invoice',
    'ｉnvoice',
  ]) {
    const answer = await at.apply(`select * from ${table}`);
    expect([answer.code, (answer.data.refusals as unknown[] | undefined)?.length], table).toEqual([3, 1]);
  }
  expect((await at.apply('select rowid_, "id""; --" from invoice')).code).toBe(3);
  for (const name of ['inv; drop', '__proto__', 'constructor', '../inv'])
    expect((await at.apply(PLAIN, '--database', name)).code, name).toBe(2);
});

it('49 signs of a shell and leading dashes stay what they are: text', async () => {
  const mark = join(outside, 'touched');
  const hostile = [
    `$(touch ${mark})`,
    `\`touch ${mark}\``,
    `; touch ${mark} #`,
    '--execute',
    '-rf /',
    `| touch ${mark}`,
  ];
  const file = join(at.folder, `-q $(touch touched) ;'".sql`);
  writeFileSync(file, PLAIN);
  for (const purpose of hostile) {
    const words = [
      '--database=inv',
      '--limit=99',
      '--recipient=zhao',
      `--purpose=${purpose}`,
      `--basis=${purpose}`,
      `--sql-file=${file}`,
    ];
    const answer = await at.as('zhang', 'extract', 'apply', ...words);
    expect(answer.code, purpose).toBe(0);
    expect(at.bodies('extract.applied').at(-1)?.data).toMatchObject({ purpose, basis: purpose });
  }
  const id = await approved(PLAIN);
  await at.run(id);
  const copy = [`--medium=-U $(touch ${mark})`.slice(0, 60), `--destination=; touch ${mark} --`];
  expect((await at.as('zhang', 'extract', 'handover', id, ...copy)).code).toBe(0);
  expect((await at.as('zhang', 'extract', 'show', '-x')).code).toBe(2);
  expect(existsSync(mark)).toBe(false);
});

describe('50 no name leads elsewhere', () => {
  const ids = [
    '../../etc',
    '..',
    '/etc/passwd',
    'E-20260101-AAAAA/../../keys',
    'E-20260101-AAAAA\0',
    'exports',
    'e\u0301',
    '\u00e9',
    'E-２０２６０１０１-AAAAA',
  ];
  it.each(ids.filter((id) => !id.includes('\0')))('as an id: %j', async (id) => {
    const before = journal();
    for (const verb of [
      ['run', id, '--execute'],
      ['destroy', id, '--execute'],
    ])
      expect((await at.as('zhang', 'extract', ...verb)).code, verb.join(' ')).toBe(2);
    expect(journal()).toBe(before);
  });

  it('as a saved extract', async () => {
    writeFileSync(join(outside, 'x.sql'), '-- title: x\nselect id from invoice\n');
    const why = ['--purpose', 'x', '--basis', 'y', '--limit', '5', '--recipient', 'zhao', '--database', 'inv'];
    for (const name of [
      `../../../${outside}/x`,
      join(outside, 'x'),
      '..',
      'invoices-of-region.sql',
      'Invoices-of-Region',
      'x\u0301',
      './x',
    ])
      expect((await at.as('zhang', 'extract', 'apply', '--extract', name, ...why)).code, name).toBe(2);
    mkdirSync(join(at.site.dir, 'templates'), { recursive: true, mode: 0o700 });
    symlinkSync(outside, join(at.site.dir, 'templates/extracts'));
    const linked = await at.as('zhang', 'extract', 'apply', '--extract', 'x', ...why);
    expect(linked.code).not.toBe(0);
    rmSync(join(at.site.dir, 'templates/extracts'));
  });

  it('as a link in the place of an export, its folder, or what is opened to', async () => {
    const id = await approved(PLAIN);
    const folder = join(at.site.dir, 'exports', id);
    mkdirSync(join(at.site.dir, 'exports'), { recursive: true, mode: 0o700 });
    const before = readdirSync(outside);
    symlinkSync(outside, folder);
    expect((await at.run(id)).code).not.toBe(0);
    expect(readdirSync(outside)).toEqual(before);
    rmSync(folder);
    expect((await at.run(id)).code).toBe(0);
    const target = join(outside, 'target');
    symlinkSync(target, join(at.folder, 'to'));
    const words = ['--identity', join(at.site.dir, 'keys/zhao.age'), '--to', join(at.folder, 'to')];
    expect((await at.as('zhao', 'extract', 'open', at.dataFile(id), ...words)).code).toBe(3);
    expect(existsSync(target)).toBe(false);
  });
});
