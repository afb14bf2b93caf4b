/** The page in Debian's Chromium: what is genuine opens and is saved byte for byte. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armor } from 'age-encryption';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, program, type Visit } from './browser.ts';
import { COLUMNS, type Folder, flipAt, keyUnder, makeFolder, PASSPHRASE, sampleCsv, type Wanted } from './folder.ts';
import { cellsOf, packageOf } from './package.ts';

/** Chooses a place in the browser's private file system, with the very handles of the chooser. */
const CHOOSER = `window.showSaveFilePicker = async ({ suggestedName }) =>
  (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`;
const CHOSEN = `navigator.storage.getDirectory().then((root) => root.getFileHandle('invoices.csv'))
  .then((handle) => handle.getFile()).then((file) => file.arrayBuffer()).then((bytes) => [...new Uint8Array(bytes)])`;

/** Serves a folder's page alone on a port of this machine. */
async function serve(folder: Folder): Promise<{ readonly address: string; close(): void }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(readFileSync(join(folder.dir, 'open.html')));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => void server.close() };
}

describe.skipIf(program === undefined)('the page opens what is genuine', () => {
  let browser: Browser;
  const left: (() => unknown)[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const leave of left.splice(0).reverse()) await leave();
  });

  async function visit(wanted: Wanted = {}, language?: 'zh-CN' | 'en-US'): Promise<{ folder: Folder; seen: Visit }> {
    const folder = await makeFolder(wanted);
    left.push(folder.remove);
    const seen = await browser.visit(folder, language);
    left.push(seen.close);
    return { folder, seen };
  }

  it('by passphrase; the CSV is saved byte for byte; nothing goes out, is logged, kept or left in the field', async () => {
    const { folder, seen } = await visit({ passphrase: true });
    await seen.choose(folder.file);
    await seen.byPassphrase(PASSPHRASE);
    expect(await seen.text('result')).toMatch(/核对无误：共 4 行/);
    expect(await seen.page.inputValue('#passphrase')).toBe('');
    const saved = await seen.save('save-same');
    expect(saved.name).toBe('invoices.csv');
    expect(saved.bytes.equals(folder.plain)).toBe(true);
    expect(await seen.text('save-state')).toMatch(/已保存：invoices\.csv/);
    expect(seen.foreign).toEqual([]);
    expect(seen.said).toEqual([]);
    const kept = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])';
    expect(await seen.page.evaluate(kept)).toBe('[{},{},""]');
    expect(await seen.page.content()).not.toContain(PASSPHRASE);
  });

  it('by identity file, in English, with the facts of the manifest and the first rows as text', async () => {
    const { folder, seen } = await visit({}, 'en-US');
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/Verified: 4 rows/);
    const facts = await seen.page.innerText('.facts');
    for (const fact of [
      '第三季度红字发票专项核查',
      '税总函〔2026〕12 号',
      'zhao',
      '100,000',
      '2099-12-31',
      folder.fingerprint,
    ])
      expect(facts).toContain(fact);
    expect(facts).toMatch(/购方名称\s+firm, partly hidden/);
    const rows = await seen.page.locator('#rows tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\t'))).toEqual([
      ['24312000000123456789', '某省甲有限公司', '1234.50'],
      ['00012345', `'=HYPERLINK("http://x","点")`, '-3'],
      ['12345678', '第一行 ↵ 第二行, "引号"', '—'],
      ['', '<script>alert(1)</script>', '0.10'],
    ]);
  });

  it('by an identity pasted with its comment lines', async () => {
    const { folder, seen } = await visit();
    await seen.choose(folder.file);
    await seen.text('file-state');
    await seen.page.fill('#identity-text', `# created: today # public key: x ${folder.identity}`);
    await seen.page.press('#identity-text', 'Enter');
    expect(await seen.text('result')).toMatch(/核对无误/);
    expect(await seen.page.inputValue('#identity-text')).toBe('');
  });

  it.each([
    false,
    true,
  ])('by an identity file under a passphrase (armored: %s), asked for only then', async (armored) => {
    const key = await keyUnder('口令 two');
    const { folder, seen } = await visit({ further: [key.recipient] });
    const file = join(folder.dir, 'sealed.age');
    writeFileSync(file, armored ? armor.encode(key.file) : key.file);
    await seen.choose(folder.file);
    await seen.text('file-state');
    expect(await seen.page.isVisible('#passphrase')).toBe(false);
    await seen.page.setInputFiles('#identity-file', file);
    await seen.page.fill('#passphrase', 'not it');
    await seen.page.click('#open');
    expect(await seen.text('result')).toMatch(/私钥文件的口令不对/);
    await seen.page.fill('#passphrase', '口令 two');
    await seen.page.press('#passphrase', 'Enter');
    await seen.page.locator('#result.good').waitFor();
  });

  it('by the keyboard alone', async () => {
    const { folder, seen } = await visit({ passphrase: true });
    await seen.choose(folder.file);
    await seen.text('file-state');
    await seen.page.keyboard.type('wrong');
    await seen.page.keyboard.press('Enter');
    expect(await seen.text('result')).toMatch(/口令不对/);
    await seen.page.keyboard.insertText(PASSPHRASE);
    await seen.page.keyboard.press('Enter');
    await seen.page.locator('#result.good').waitFor();
    const [download] = await Promise.all([seen.page.waitForEvent('download'), seen.page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toBe('invoices.csv');
  });

  it('what the age program encrypted', async ({ skip }) => {
    if (spawnSync('age', ['--version']).status !== 0) skip('age is not here');
    const encrypt = (plain: Uint8Array, recipients: readonly string[]): Uint8Array =>
      execFileSync(
        'age',
        recipients.flatMap((one) => ['-r', one]),
        { input: plain, maxBuffer: 1 << 24 },
      );
    const { folder, seen } = await visit({ plain: sampleCsv(20_000), rows: 20_000, encrypt });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/共 20,000 行/);
    expect((await seen.save('save-same')).bytes.equals(folder.plain)).toBe(true);
  });

  it('to the place the reader chose, where the browser has a chooser; when that fails, what lay there stays', async () => {
    const folder = await makeFolder();
    left.push(folder.remove);
    // A page from a disk has no private file system, so this once it comes from this machine's own port.
    const served = await serve(folder);
    left.push(served.close);
    const seen = await browser.visit({ ...folder, page: served.address }, 'zh-CN', CHOOSER);
    left.push(seen.close);
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    await seen.text('result');
    await seen.page.click('#save-same');
    expect(await seen.text('save-state')).toMatch(/已保存：invoices\.csv.*您选择的文件夹/s);
    expect(Buffer.from((await seen.page.evaluate(CHOSEN)) as number[]).equals(folder.plain)).toBe(true);
    // The encrypted file changes under the page: the second save fails, the first one's file is as it was.
    flipAt(folder.file, folder.plain.length);
    await seen.page.click('#save-same');
    await seen.page.locator('#save-state.bad').waitFor();
    expect(await seen.text('save-state')).toMatch(/没有保存/);
    expect(Buffer.from((await seen.page.evaluate(CHOSEN)) as number[]).equals(folder.plain)).toBe(true);
    expect(seen.downloads).toEqual([]);
  });

  it('a file dropped on the page', async () => {
    const { folder, seen } = await visit();
    const session = await seen.page.context().newCDPSession(seen.page);
    const data = { items: [], files: [folder.file], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: 300, y: 400, data });
    expect(await seen.text('file-state')).toMatch(/文件完整/);
  });

  it('a CSV as XLSX: formulas and long numbers are text, amounts numbers, and it says where it comes from', async () => {
    const { folder, seen } = await visit();
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    await seen.text('result');
    const saved = await seen.save('save-xlsx');
    expect(saved.name).toBe('invoices.xlsx');
    const members = packageOf(saved.path);
    const sheet = members['xl/worksheets/sheet1.xml'] ?? '';
    expect(cellsOf(sheet)).toEqual([
      ['text:发票号码', 'text:购方名称', 'text:金额'],
      ['text:24312000000123456789', 'text:某省甲有限公司', 'number:1234.50'],
      ['text:00012345', `text:'=HYPERLINK("http://x","点")`, 'number:-3'],
      ['text:12345678', 'text:第一行\n第二行, "引号"'],
      ['text:', 'text:<script>alert(1)</script>', 'number:0.10'],
    ]);
    expect(sheet).not.toMatch(/<f[ >]/);
    const origin = cellsOf(members['xl/worksheets/sheet2.xml'] ?? '').flat();
    expect(origin).toContain('text:E-20261124-7kq2');
    expect(origin).toContain('text:2099-12-31');
  });

  it('JSON lines: rows counted, saved as they are and as XLSX with only exact numbers as numbers', async () => {
    const lines = [
      '{"发票号码": "24312000000123456789","购方名称":"a\\"\\\\,{}","金额":12.5}',
      '{"发票号码":null,"购方名称": "=1+1","金额":"12345678901234567890.12"}',
      '{"发票号码":"","购方名称":"x_x000D_\\u0007","金额":123456789012345.123456}',
    ];
    const plain = Buffer.from(`${lines.join('\n')}\n`);
    const { folder, seen } = await visit({ plain, rows: 3, format: 'jsonl' });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/共 3 行/);
    expect((await seen.save('save-same')).bytes.equals(plain)).toBe(true);
    const members = packageOf((await seen.save('save-xlsx')).path);
    expect(cellsOf(members['xl/worksheets/sheet1.xml'] ?? '').slice(1)).toEqual([
      ['text:24312000000123456789', 'text:a"\\,{}', 'number:12.5'],
      ['text:=1+1', 'text:12345678901234567890.12'],
      ['text:', 'text:x_x005F_x000D__x0007_', 'text:123456789012345.123456'],
    ]);
  });

  it('an XLSX that python makes of several rows: rows counted by its sheet, saved as it is', async ({ skip }) => {
    if (spawnSync('python3', ['--version']).status !== 0) skip('python3 is not here');
    const dir = mkdtempSync(join(tmpdir(), 'gxops-xlsx-'));
    left.push(() => rmSync(dir, { recursive: true, force: true }));
    const { folder: first, seen: maker } = await visit({ plain: sampleCsv(3000), rows: 3000 });
    await maker.choose(first.file);
    await maker.byIdentity(first.identityFile);
    await maker.text('result');
    const made = await maker.save('save-xlsx');
    const { folder, seen } = await visit({ plain: made.bytes, rows: 3000, format: 'xlsx' });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/共 3,000 行/);
    expect(await seen.page.isVisible('#save-xlsx')).toBe(false);
    expect(await seen.page.locator('#rows tbody tr').first().innerText()).toMatch(
      /24312000000123456789\s+某省甲有限公司/,
    );
    expect((await seen.save('save-same')).bytes.equals(made.bytes)).toBe(true);
  });

  it('no rows at all', async () => {
    const { folder, seen } = await visit({ plain: sampleCsv(0), rows: 0 });
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    expect(await seen.text('result')).toMatch(/共 0 行/);
    expect((await seen.save('save-same')).bytes.equals(folder.plain)).toBe(true);
  });

  it('hostile texts of a manifest are shown as text, in a file name too', async () => {
    const bad = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>';
    const told = { purpose: bad, watermark: [bad], requester: 'a\u202egnp.exe', file: 'a<b>&".csv.age' };
    const columns = [{ name: bad, mask: bad }, ...COLUMNS.slice(1)];
    const { folder, seen } = await visit({ told, columns });
    expect(await seen.page.title()).toBe('打开加密数据文件');
    expect(await seen.page.innerText('.facts')).toContain(bad);
    expect(await seen.page.innerText('.facts')).toContain('a\\u{202e}gnp.exe');
    expect(await seen.page.locator('img').count()).toBe(0);
    await seen.choose(folder.file);
    await seen.byIdentity(folder.identityFile);
    await seen.text('result');
    expect((await seen.save('save-same')).name).not.toMatch(/[<>"\\/:*?|]/);
    expect(seen.said).toEqual([]);
  });

  it('warns when the day of destruction has passed', async () => {
    const { seen } = await visit({ told: { destroyBy: '2020-01-01' } });
    expect(await seen.page.innerText('.facts')).toMatch(/已过销毁期限/);
  });
});
