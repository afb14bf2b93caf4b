/** Hostile statements, names, texts and cells with the real program, by the numbered cases of the audit reference. */
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
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv } from '../stand-ins/bin.ts';
import { segments } from '../stand-ins/entries.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

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
afterEach(closeTerminals);

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

describe('51, 52 what a terminal or a log would obey', () => {
  /** A new title, the clipboard, a link, colours, C1, right-to-left, nothing visible, and a record of its own. */
  const EVIL =
    '\u001b]0;own\u0007\u001b]52;c;ZXZpbA==\u0007\u001b]8;;http://x\u0007a\u001b[31m\u009b2J\u202e\u200b\u2066b\r\n{"type":"extract.received"}\n2026-01-01 forged';
  const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/;

  it('in purpose, basis, comment, medium, destination: shown escaped, recorded on one line', async () => {
    const lines = () => journal().trimEnd().split('\n').length;
    const before = lines();
    const answer = await at.apply(PLAIN, '--purpose', EVIL, '--basis', EVIL);
    const id = String(answer.data.id);
    expect(answer.code).toBe(0);
    const [rejected, made] = [await at.applied(PLAIN), await approved(PLAIN, '--purpose', EVIL)];
    const said = [
      await at.site.run(['--as', 'chen', 'approve', id, '--yes']),
      await at.site.run(['--as', 'chen', 'reject', rejected, '--reason', EVIL]),
      await at.site.run(['--as', 'zhang', 'extract', 'run', made, '--execute']),
      await at.site.run([
        '--as',
        'zhang',
        'extract',
        'handover',
        made,
        '--medium',
        EVIL.slice(0, 60),
        '--destination',
        EVIL,
      ]),
      ...(await Promise.all(
        [
          ['extract', 'show', id],
          ['extract', 'show', rejected],
          ['extract', 'list'],
          ['audit', 'log'],
          ['extract', 'check'],
          ['home'],
        ].map((words) => at.site.run(['--as', 'zhang', ...words])),
      )),
      await at.site.run(['--as', 'zhang', 'extract', 'list', '--json']),
    ];
    for (const { stdout, stderr } of said) {
      expect(OBEYED.exec(stdout + stderr)?.[0] ?? '').toBe('');
      expect(`${stdout}${stderr}`).not.toMatch(/^2026-01-01 forged/m);
      expect(stdout).not.toMatch(/^\{"type":"extract\.received"\}/m);
    }
    // One line an entry: what was forged is inside a text.
    const entries = journal()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).body.type as string);
    expect(lines()).toBeGreaterThan(before);
    expect(entries.filter((type) => type === 'extract.received')).toEqual([]);
    expect(/[\u0000-\u0009\u000b-\u001f\u007f]/.test(journal())).toBe(false);
    expect(at.bodies('extract.applied').find(({ subject }) => subject === id)?.data.purpose).toBe(EVIL.trim());
    expect((await at.site.run(['audit', 'verify'])).code).toBe(10);
  });

  it('on a real terminal too, and from the names and values of a database', async () => {
    const database = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'));
    database.prepare('UPDATE invoice SET goods = ? WHERE id % 2 = 0').run(EVIL);
    database.exec(`CREATE TABLE "we\u001b]52;c;eA==\u0007ird" ("c\u202eol\u009b" TEXT)`);
    database.close();
    const id = await approved('select id, goods as "g\u001b[31m\u202e" from invoice');
    const words = ['--site', at.site.dir, '--as', 'zhang', '--lang', 'en'];
    for (const rest of [
      ['extract', 'run', id, '--execute'],
      ['extract', 'show', id],
      ['audit', 'log', '--subject', id],
    ]) {
      const terminal = openTerminal([bin, ...words, ...rest], {
        env: cleanEnv({ TERM: 'xterm-256color' }),
        columns: 200,
      });
      await terminal.ended();
      const raw = terminal.raw();
      expect(raw.length).toBeGreaterThan(20);
      for (const bad of ['\u001b]52', '\u001b]0;own', '\u001b]8;;http://x', '\u009b', '\u202e', '\u001b[2J'])
        expect(raw.includes(bad), `${rest.join(' ')} ${JSON.stringify(bad)}`).toBe(false);
    }
    // The file itself holds the value as it is.
    expect(at.plain(id).includes('\u001b]52;c;ZXZpbA==\u0007')).toBe(true);
    for (const sql of ['select * from "we\u001b]52;c;eA==\u0007ird2"', 'select "\u001b[31m" from invoice']) {
      const file = join(at.folder, 'evil.sql');
      writeFileSync(file, sql);
      const why = ['--purpose', 'x', '--basis', 'y', '--limit', '5', '--recipient', 'zhao', '--database', 'inv'];
      const { code, stdout, stderr } = await at.site.run([
        '--as',
        'zhang',
        'extract',
        'apply',
        '--sql-file',
        file,
        ...why,
      ]);
      expect([code, OBEYED.test(stdout + stderr)]).toEqual([3, false]);
    }
  });
});

describe('55 files of the site that are bombs', () => {
  const BOMB = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`).join('\n')}\n`;

  it.each([
    ['site.yml', `${BOMB}name: x\n`],
    ['site.yml', 'name: !!js/function "function(){}"\n'],
    ['site.yml', 'name: a\nname: b\n'],
    ['site.yml', `limits: { rows: 1${'0'.repeat(400)} }\n`],
    ['dictionary/inv.yml', BOMB],
    [
      'dictionary/inv.yml',
      'version: 1\ndatabase: inv\ncolumns:\n  __proto__: { kind: clear, level: general, source: "x" }\n',
    ],
    ['dictionary/inv.yml', 'version: 1\nversion: 2\ndatabase: inv\ncolumns: {}\n'],
    [
      'dictionary/inv.yml',
      'version: 1\ndatabase: inv\ncolumns:\n  taxpayer.phone: { kind: !!js/undefined "", level: general, source: "x" }\n',
    ],
  ])('%s %#', async (name, text) => {
    const file = join(at.site.dir, name);
    const kept = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    mkdirSync(join(at.site.dir, 'dictionary'), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600 });
    const before = journal();
    const answer = await at.apply(PLAIN);
    if (kept === undefined) rmSync(file);
    else writeFileSync(file, kept);
    expect(answer.code).toBe(2);
    expect(JSON.stringify(answer)).toContain(name.split('/').at(-1));
    expect(journal()).toBe(before);
  });

  it('a saved extract whose header is none', async () => {
    const folder = join(at.site.dir, 'templates/extracts');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const why = ['--purpose', 'x', '--basis', 'y', '--limit', '5', '--recipient', 'zhao', '--database', 'inv'];
    for (const [i, header] of [
      '-- input a regexp (a+)+$ : x',
      '-- input a string : x\n-- input a string : y',
      '-- input __proto__ string : x',
      `-- input a string ${'('.repeat(5_000)} : x`,
    ].entries()) {
      writeFileSync(
        join(folder, `bomb-${i}.sql`),
        `-- title: t\n${header}\nselect id from invoice where goods = :a\n`,
        { mode: 0o600 },
      );
      const answer = await at.as(
        'zhang',
        'extract',
        'apply',
        '--extract',
        `bomb-${i}`,
        '--bind',
        `a=${'a'.repeat(5_000)}!`,
        ...why,
      );
      expect([2, 3], header).toContain(answer.code);
    }
  });
});

describe('56 what would never end', () => {
  it('cells of a hundred thousand signs are masked and written, in every form', async () => {
    const cells = [
      '1',
      '91450103',
      '13800138000 ',
      'a@',
      '北京市',
      '-',
      '１３８',
      '450103199001017733x',
      '\u200b1',
      '0x',
      '("',
    ].map((one) => one.repeat(Math.ceil(100_000 / one.length)));
    const database = new DatabaseSync(join(at.site.dir, 'sandbox/inv.db'));
    const update = database.prepare(
      'UPDATE invoice SET remark = ?, goods = ? WHERE id = (SELECT id FROM invoice ORDER BY id LIMIT 1 OFFSET ?)',
    );
    for (const [i, cell] of cells.entries()) update.run(cell, cell, i);
    database.close();
    for (const format of ['csv', 'jsonl', 'xlsx']) {
      // A spreadsheet's cell holds 32,767 signs: what it cannot hold whole is refused, never cut.
      const id = await approved('select id, remark, goods from invoice', '--as-file', format);
      const { code } = await at.run(id);
      expect([format, code === 0]).toEqual([format, at.files(id).length > 0]);
      if (format !== 'xlsx') expect(code).toBe(0);
    }
  });

  it('a statement without end is ended by the statement’s time, and patterns of a LIKE are no way to one', async () => {
    const like = await approved(`${PLAIN} where goods like '${'%1'.repeat(40)}%z'`);
    expect(await at.run(like)).toMatchObject({ code: 0, data: { rows: 0 } });
    at.edit('statementTimeout: 10m', 'statementTimeout: 1s');
    const tables = [...'abcdefgh'].map((name) => `invoice ${name}`).join(', ');
    const id = await at.applied(`select count(*) as n from ${tables}`);
    for (const who of ['chen', 'qin', 'he']) await at.approve(id, who);
    const answer = await at.run(id);
    at.edit('statementTimeout: 1s', 'statementTimeout: 10m');
    expect([answer.code === 0, answer.code === 70, at.files(id)]).toEqual([false, false, []]);
  });
});
