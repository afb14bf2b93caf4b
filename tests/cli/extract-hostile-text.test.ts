/** Hostile texts, files and cells with the real program: what a terminal or a log would obey, bombs, what would never end (cases 51, 52, 55, 56). */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv } from '../stand-ins/bin.ts';
import { segments } from '../stand-ins/entries.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

const ROWS = 30;
let at: ExtractionSite;
beforeAll(async () => {
  at = await extractionSite(ROWS);
});
afterAll(() => {
  at.remove();
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
