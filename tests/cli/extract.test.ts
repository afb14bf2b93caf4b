/** An extraction with the real program: every gate by its exit code, and what is left when one says no. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Document, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';

let site: Sandbox;
let folder: string;
beforeAll(async () => {
  site = await makeSandbox(300, 'extract');
  folder = mkdtempSync(join(tmpdir(), 'gxops-extract-'));
});
afterAll(() => {
  site.remove();
  rmSync(folder, { recursive: true, force: true });
});

const WHY = ['--purpose', '核对', '--basis', '桂税函〔2026〕1号'];
function sqlFile(sql: string | Uint8Array): string {
  const file = join(folder, `q${Math.abs(hash(String(sql)))}.sql`);
  writeFileSync(file, sql);
  return file;
}
const hash = (text: string): number => [...text].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) | 0, 7);
/** The whole application; `more` stands in place of what it names. */
function asking(sql: string, ...more: string[]): string[] {
  const usual = [
    ['--database', 'inv'],
    ['--sql-file', sqlFile(sql)],
    ['--limit', '5000'],
    ['--recipient', 'zhao'],
  ];
  const pairs = [...usual, WHY.slice(0, 2), WHY.slice(2)].filter(([flag = '']) => !more.includes(flag));
  return ['--as', 'zhang', 'extract', 'apply', ...pairs.flat(), ...more];
}
type Answer = Document & { code: number | null };
const apply = (sql: string, ...more: string[]): Promise<Answer> => site.json(asking(sql, ...more));
const approve = (id: string, who: string): Promise<number | null> =>
  site.run(['--as', who, 'approve', id, '--yes']).then(({ code }) => code);
const run = (id: string, who = 'zhang'): Promise<Answer> => site.json(['--as', who, 'extract', 'run', id, '--execute']);
const filesOf = (id: string): string[] =>
  existsSync(join(site.dir, 'exports', id)) ? readdirSync(join(site.dir, 'exports', id)).sort() : [];
const journal = (): string => readFileSync(join(site.dir, 'journal/000001.jsonl'), 'utf8');
async function opened(file: string): Promise<string> {
  const out = join(folder, `out-${readdirSync(folder).length}`);
  const identity = join(site.dir, 'keys/zhao.age');
  const answer = await site.json(['extract', 'open', file, '--identity', identity, '--to', out]);
  expect(answer).toMatchObject({ code: 0, data: { verified: true } });
  return readFileSync(out, 'utf8');
}

describe('the guard', () => {
  it('refuses with code, place and reason, and records nothing', async () => {
    const before = journal();
    for (const [sql, code] of [
      ["select region from taxpayer\nwhere phone = '13800138000'", 'masked-compared'],
      ['select id from invoice; delete from invoice', 'second-statement'],
      ['select amount::float8 from invoice', 'database'],
      ['delete from invoice', 'not-a-select'],
    ] as const) {
      const answer = await apply(sql);
      const refusals = answer.data.refusals as { code: string; at: { line: number }; why: unknown }[];
      expect([answer.code, answer.verdict, refusals[0]?.code], sql).toEqual([3, 'refused', code]);
      expect(refusals[0]?.at.line).toBe(code === 'masked-compared' ? 2 : 1);
      expect(refusals[0]?.why).toBeTruthy();
    }
    expect(journal()).toBe(before);
    expect(existsSync(join(site.dir, 'exports'))).toBe(false);
  });
});

describe('what does not fit', () => {
  const plain = 'select id from invoice where id < :most';
  it.each([
    [2, ['--bind', 'most=5', '--recipient', 'zhoa']],
    [3, ['--bind', 'most=5', '--recipient', 'chen']],
    [3, ['--bind', 'most=5', '--as-file', 'xlsx', '--limit', '1048576']],
    [2, ['--bind', 'most=5', '--as-file', 'xls']],
    [2, ['--bind', 'most=5', '--as-file', 'pdf']],
    [2, ['--bind', 'most=5', '--limit', '0']],
    [3, ['--bind', 'most=5', '--limit', '999999999']],
    [2, ['--bind', 'most=5', '--expires', 'soon']],
    [2, ['--bind', 'most=5', '--purpose', ' ']],
    [2, ['--bind', 'most=5', '--database', 'imv']],
    [2, ['--bind', 'most=5', '--extract', 'invoices-of-region']],
    [2, []],
    [2, ['--bind', 'most=5', '--bind', 'mots=6']],
    [2, ['--bind', 'most=5', '--clear', 'phone']],
  ])('ends %i: %j', async (code, more) => {
    const before = journal();
    expect((await site.run([...asking(plain, ...more), '--json'])).code).toBe(code);
    expect(journal()).toBe(before);
  });

  it('a saved extract has typed inputs', async () => {
    const saved = [
      '--as',
      'zhang',
      'extract',
      'apply',
      '--database',
      'inv',
      '--limit',
      '9',
      '--recipient',
      'zhao',
      ...WHY,
    ];
    const binds = ['--bind', 'region=450103', '--bind', 'from=2024-01-01', '--bind'];
    const wrong = await site.run([...saved, '--extract', 'invoices-of-region', ...binds, 'until=2024-13-01']);
    expect([wrong.code, wrong.stderr.includes('until')]).toEqual([2, true]);
    expect(
      (await site.run([...saved, '--extract', 'invoices-of-regoin', ...binds, 'until=2026-01-01'])).stderr,
    ).toContain('invoices-of-region');
    expect((await site.run([...saved, '--extract', 'invoices-of-region', ...binds, 'until=2026-01-01'])).code).toBe(0);
  });
});

describe('the chain', () => {
  it('one applies, another approves, a third may run it; once', async () => {
    const { data, code } = await apply('select id, remark from invoice where id <= :most', '--bind', 'most=60');
    const id = String(data.id);
    expect(code).toBe(0);
    expect(data).toMatchObject({
      approvals: ['approver'],
      estimate: { rows: 60 },
      columns: [{ mask: 'clear' }, { mask: 'free-text' }],
    });
    expect((await run(id)).code).toBe(4);
    expect(await approve(id, 'zhang')).toBe(3);
    expect(await approve(id, 'li')).toBe(3);
    expect(await approve(id, 'chen')).toBe(0);
    const made = await run(id, 'li');
    expect(made).toMatchObject({ code: 0, data: { id, rows: 60 } });
    expect(filesOf(id)).toEqual(['README.txt', `extract-${id}-zhang.csv.age`, 'manifest.json', 'open.html']);
    const before = readFileSync(String(made.data.file));
    expect(await run(id)).toMatchObject({ code: 0, data: { rows: 60, sha256: made.data.sha256 } });
    expect(readFileSync(String(made.data.file)).equals(before)).toBe(true);
    expect((await opened(String(made.data.file))).split('\r\n').length).toBeGreaterThan(60);
    expect(await site.json(['extract', 'show', id])).toMatchObject({ code: 0, data: { standing: 'made' } });
  });

  it('personal data in clear needs the owner too, and is then in clear', async () => {
    const { data } = await apply('select phone, citizen_id from taxpayer', '--clear', 'phone', '--as-file', 'jsonl');
    const id = String(data.id);
    expect(data.approvals).toEqual(['approver', 'owner']);
    expect(await approve(id, 'chen')).toBe(0);
    expect((await run(id)).code).toBe(4);
    expect(await approve(id, 'qin')).toBe(0);
    const made = await run(id);
    expect(made.code).toBe(0);
    const rows = (await opened(String(made.data.file)))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const database = new DatabaseSync(join(site.dir, 'sandbox/inv.db'), { readOnly: true });
    const real = database.prepare('select phone, citizen_id from taxpayer').all();
    database.close();
    expect(rows.map(({ phone }) => phone)).toEqual(real.map(({ phone }) => phone));
    for (const [i, { citizen_id }] of rows.entries()) expect(citizen_id).not.toBe(real[i]?.citizen_id);
  });

  it('one row more than was approved: nothing is handed over', async () => {
    const { data } = await apply('select id from invoice', '--limit', '299');
    const id = String(data.id);
    expect(data.estimate).toMatchObject({ rows: 300 });
    await approve(id, 'chen');
    const answer = await run(id);
    expect([3, 9]).toContain(answer.code);
    expect(filesOf(id)).toEqual([]);
    expect(journal()).toContain('artefact.failed');
  });

  it('exactly as many as were approved pass', async () => {
    const { data } = await apply('select id from invoice', '--limit', '300');
    await approve(String(data.id), 'chen');
    expect(await run(String(data.id))).toMatchObject({ code: 0, data: { rows: 300 } });
  });

  it('a dictionary changed after the approval is another plan', async () => {
    const { data } = await apply('select phone from taxpayer');
    const id = String(data.id);
    await approve(id, 'chen');
    const file = join(site.dir, 'site.yml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll('taxpayer.phone: phone', 'taxpayer.phone: clear'));
    expect(readFileSync(file, 'utf8')).not.toBe(text);
    const answer = await site.run(['--as', 'zhang', 'extract', 'run', id, '--execute']);
    writeFileSync(file, text);
    expect(answer.code).not.toBe(0);
    expect(filesOf(id)).toEqual([]);
  });

  it('nothing personal rests in the journal', () => {
    const database = new DatabaseSync(join(site.dir, 'sandbox/inv.db'), { readOnly: true });
    const people = database.prepare('select name, legal_person, citizen_id, phone from taxpayer').all();
    database.close();
    const text = journal();
    for (const one of people)
      for (const value of Object.values(one)) if (String(value).length > 3) expect(text).not.toContain(value);
  });
});
