/** A dictionary of columns with the real program: proposed, confirmed by the owner, in force, never older again, and no value anywhere. */
import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { strictness } from '../../src/rules/dictionary-kinds.ts';
import { type Answer, type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { filesIn } from '../stand-ins/folder.ts';

let at: ExtractionSite;
beforeEach(async () => {
  at = await extractionSite(300);
});
afterEach(() => at.remove());

interface Line {
  readonly table: string;
  readonly column: string;
  readonly kind: string | null;
  readonly level: string;
  readonly source: string;
  readonly confidence: string | null;
  readonly was: string | null;
  readonly difference: string;
}
const linesOf = (answer: Answer): readonly Line[] => answer.data.columns as readonly Line[];
const classify = (...more: string[]) => at.as('zhang', 'extract', 'classify', '--database', 'inv', ...more);
const PLAIN = 'select id, region, phone from invoice join taxpayer on credit_code = seller_code';
const signers = async (): Promise<unknown> => (await at.apply(PLAIN)).data.approvals;
const path = (...parts: string[]) => join(at.site.dir, ...parts);
const PROPOSED = 'dictionary/inv.proposed.yml';
const IN_FORCE = 'dictionary/inv.yml';

/** Proposes and confirms; the id. */
async function confirmed(...more: string[]): Promise<string> {
  const { code, data } = await classify(...more);
  expect(code).toBe(0);
  expect((await at.approve(String(data.id), 'qin')).code).toBe(0);
  return String(data.id);
}

/** The shipped entries of `inv`, and site.yml without them. */
function emptied(): Record<string, string> {
  const file = path('site.yml');
  const text = readFileSync(file, 'utf8');
  const [block = ''] =
    /^ {2}inv:\n( {4}\S+: \S+\n)+(?= {2}inv2:)/m.exec(text.slice(text.indexOf('classification:'))) ?? [];
  writeFileSync(file, text.replace(block, ''));
  return Object.fromEntries(
    [...block.matchAll(/^ {4}(\S+): (\S+)$/gm)].map(([, name = '', kind = '']) => [name, kind]),
  );
}

describe('the proposal', () => {
  it('for an emptied dictionary is as strict as the shipped one or stricter, column by column', async () => {
    const shipped = emptied();
    expect(Object.keys(shipped)).toHaveLength(21);
    const answer = await classify();
    expect(answer).toMatchObject({ code: 0, data: { database: 'inv', version: 1 } });
    const lines = linesOf(answer);
    expect(lines.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(Object.keys(shipped).sort());
    for (const { table, column, kind, was, level, source } of lines) {
      const name = `${table}.${column}`;
      expect(strictness(kind ?? 'clear'), name).toBeGreaterThanOrEqual(strictness(shipped[name] ?? 'whole'));
      expect([was, ['important', 'general'].includes(level), source.length > 3]).toEqual([null, true, true]);
    }
    expect(lines.filter(({ difference }) => difference === 'clear-new').length).toBeGreaterThan(3);
    expect(lines.find(({ column }) => column === 'phone')).toMatchObject({
      ...{ kind: 'phone', level: 'important', confidence: 'high', difference: 'new' },
      evidence: { name: 'phone', shares: { phone: 100 } },
    });
  });

  it('leaves no value of the database anywhere: not in the site folder, not on either stream', async () => {
    emptied();
    const database = new DatabaseSync(path('sandbox/inv.db'), { readOnly: true });
    const values = [
      ...database.prepare('select * from taxpayer').all(),
      ...database.prepare('select invoice_no, buyer_code, buyer_name, remark from invoice').all(),
    ].flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) => (name === 'region' ? [] : [String(value ?? '')])),
    );
    database.close();
    const canaries = [...new Set(values)].filter((value) => value.length >= 8 || /^\p{Script=Han}{3,}$/u.test(value));
    expect(canaries.length).toBeGreaterThan(500);
    const streams: string[] = [];
    for (const more of [[], ['--json'], ['-v', '--lang', 'en']]) {
      const ran = await at.site.run(['--as', 'zhang', 'extract', 'classify', '--database', 'inv', ...more]);
      expect(ran.code).toBe(0);
      streams.push(ran.stdout, ran.stderr);
    }
    const left = [...filesIn(at.site.dir)].filter(([name]) => !name.startsWith('sandbox/'));
    expect(left.length).toBeGreaterThan(10);
    const all = [...streams, ...left.map(([, bytes]) => bytes.toString('utf8'))].join('\n');
    expect(canaries.filter((value) => all.includes(value))).toEqual([]);
  });

  it('never loosens what is in force by a sample; only the named tables are looked at', async () => {
    at.edit('taxpayer.region: clear', 'taxpayer.region: whole');
    at.edit('taxpayer.phone: phone', 'taxpayer.phone: clear');
    at.edit('invoice.buyer_code: credit-code', 'invoice.buyer_code: clear');
    const lines = linesOf(await classify('--table', 'taxpayer', '--rows', '20'));
    const of = (name: string) => lines.find(({ table, column }) => `${table}.${column}` === name);
    expect(of('taxpayer.region')).toMatchObject({ kind: 'whole', difference: 'same' });
    expect(of('taxpayer.phone')).toMatchObject({ kind: 'phone', was: 'clear', difference: 'stricter' });
    expect(of('invoice.buyer_code')).toMatchObject({ kind: 'clear', confidence: null });
    expect(lines).toHaveLength(21);
  });

  it.each([
    [['--table', 'taxpayr'], 'taxpayr'],
    [['--rows', '0'], '--rows'],
    [['--rows', '999999999'], '--rows'],
    [['--file', 'x.yml', '--rows', '5'], '--rows'],
    [['--file', 'no-such-file.yml'], 'no-such-file'],
  ])('refuses %j and records nothing', async (more, says) => {
    const before = at.bodies('extract.classified').length;
    const ran = await at.site.run(['--as', 'zhang', 'extract', 'classify', '--database', 'inv', ...more]);
    expect([ran.code, ran.stderr.includes(says)]).toEqual([2, true]);
    expect(at.bodies('extract.classified')).toHaveLength(before);
    expect(at.bodies('site.noted')).toEqual([]);
  });

  it('a name that is no database is refused with the nearest', async () => {
    const ran = await at.site.run(['--as', 'zhang', 'extract', 'classify', '--database', 'imv']);
    expect([ran.code, ran.stderr.includes('inv')]).toEqual([2, true]);
  });
});

describe('the confirmation', () => {
  it('is the owner’s alone; then one approver is enough again', async () => {
    expect(await signers()).toEqual(['approver']);
    at.edit('taxpayer.phone: phone', 'taxpayer.phone: free-text');
    expect(await signers()).toEqual(['approver', 'owner']);
    const { data } = await classify();
    const id = String(data.id);
    for (const who of ['chen', 'zhang', 'li', 'zhao', 'he', 'sun'])
      expect((await at.approve(id, who)).code, who).toBe(3);
    expect(readdirSync(path('dictionary'))).toEqual(['inv.proposed.yml']);
    expect(await signers()).toEqual(['approver', 'owner']);
    const signed = await at.site.run(['--as', 'qin', 'approve', id, '--yes']);
    expect([signed.code, signed.stdout.includes('taxpayer.phone')]).toEqual([0, true]);
    expect(readFileSync(path(IN_FORCE))).toEqual(readFileSync(path('runs', id, 'dictionary.yml')));
    expect(await signers()).toEqual(['approver']);
    expect((await at.approve(id, 'qin')).code).toBe(3);
    const shown = await at.as('li', 'site', 'show');
    expect(JSON.stringify(shown.sections)).toContain(IN_FORCE);
    expect((await at.site.run(['audit', 'verify'])).code).toBe(10);
  });

  it('an owner who proposes cannot confirm', async () => {
    const { data } = await at.as('qin', 'extract', 'classify', '--database', 'inv');
    expect((await at.approve(String(data.id), 'qin')).code).toBe(3);
  });

  it('proposes nothing where nothing differs', async () => {
    await confirmed();
    const again = await classify();
    expect(again).toMatchObject({ code: 0, data: { id: null, version: 1 } });
    expect(at.bodies('extract.classified')).toHaveLength(1);
  });

  it('versions only grow: an outdated proposal, an outdated file and an old file put back are all found', async () => {
    const early = String((await classify()).data.id);
    await confirmed();
    const old = readFileSync(path(IN_FORCE), 'utf8');
    expect((await at.approve(early, 'qin')).code).toBe(3);
    const outdated = await at.site.run([
      '--as',
      'zhang',
      'extract',
      'classify',
      '--database',
      'inv',
      '--file',
      path(PROPOSED),
    ]);
    expect([outdated.code, outdated.stderr.includes('inv.proposed.yml:')]).toEqual([2, true]);
    const next = old.replace('version: 1', 'version: 2').replace(/(taxpayer\.phone: \{ kind: )phone/, '$1whole');
    writeFileSync(path(PROPOSED), next);
    await confirmed('--file', path(PROPOSED));
    expect(readFileSync(path(IN_FORCE), 'utf8')).toBe(next);
    expect(await signers()).toEqual(['approver']);
    writeFileSync(path(IN_FORCE), old);
    expect(await signers()).toEqual(['approver', 'owner']);
    const checked = await at.as('li', 'site', 'check');
    expect(checked.code).toBe(1);
    expect(JSON.stringify(checked.data.findings)).toMatch(/dictionary:confirmed[^}]*"outcome":"warn"/);
  });

  it('a loosened column is marked, and the file that is proposed is the file that is signed', async () => {
    await confirmed();
    const looser = readFileSync(path(PROPOSED), 'utf8')
      .replace('version: 1', 'version: 2')
      .replace(/(taxpayer\.phone: \{ kind: )phone/, '$1clear')
      .replace(/ {2}taxpayer\.address: .*\n/, '');
    writeFileSync(path(PROPOSED), looser);
    const answer = await classify('--file', path(PROPOSED));
    expect(linesOf(answer).slice(0, 1)).toMatchObject([
      { column: 'phone', kind: 'clear', was: 'phone', difference: 'looser' },
    ]);
    const shown = await at.site.run(['--as', 'qin', '--lang', 'en', 'approve', String(answer.data.id), '--yes']);
    expect(shown.stdout).toContain('LOOSER THAN NOW: taxpayer.phone');
    // site.yml still names the address: its word holds where the dictionary says nothing.
    const { data } = await at.as('li', 'site', 'show');
    const { classification } = data.site as { classification: { inv: Record<string, string> } };
    expect(classification.inv).toMatchObject({ 'taxpayer.phone': 'clear', 'taxpayer.address': 'address' });
  });

  it('what was tampered with after it was asked is not signed', async () => {
    const id = String((await classify()).data.id);
    const file = path('runs', id, 'dictionary.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('kind: phone', 'kind: clear'));
    expect((await at.approve(id, 'qin')).code).toBe(3);
    const other = String((await classify()).data.id);
    at.edit('taxpayer.name: company-name', 'taxpayer.name: clear');
    expect((await at.approve(other, 'qin')).code).toBe(3);
    expect(at.bodies('approval.granted')).toEqual([]);
  });

  it('cut off between signature and file: site check says so, approve finishes, nothing is signed twice', async () => {
    at.edit('taxpayer.phone: phone', 'taxpayer.phone: free-text');
    const id = String((await classify()).data.id);
    renameSync(path('dictionary'), path('elsewhere'));
    symlinkSync(path('elsewhere'), path('dictionary'));
    expect((await at.approve(id, 'qin')).code).not.toBe(0);
    expect([at.bodies('approval.granted').length, at.bodies('approval.used').length]).toEqual([1, 0]);
    rmSync(path('dictionary'));
    renameSync(path('elsewhere'), path('dictionary'));
    expect(await signers()).toEqual(['approver', 'owner']);
    const checked = await at.as('li', 'site', 'check');
    expect([checked.code, JSON.stringify(checked.data.findings)]).toEqual([
      1,
      expect.stringContaining('dictionary:unfinished'),
    ]);
    expect(await at.as('li', 'approve', id)).toMatchObject({ code: 0, data: { finished: true } });
    expect(at.bodies('approval.granted')).toHaveLength(1);
    expect(at.bodies('approval.used')).toHaveLength(1);
    expect(await signers()).toEqual(['approver']);
  });
});
