/** Real export folders, made by the real program on a sandbox: the page opens them in Chromium and saves what `extract open` writes. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv } from '../stand-ins/bin.ts';
import { type ExtractionSite, extractionSite } from '../stand-ins/extraction.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';
import { type Browser, openBrowser, program, type Visit } from './browser.ts';
import { flipAt } from './folder.ts';

const SQL = 'select invoice_no, invoice_code, buyer_name, amount, tax, issued_at, remark from invoice';
const WORD = '一段足够长的口令 2026';
const ROWS = 300;

describe.skipIf(program === undefined)('an export as the program made it', () => {
  let at: ExtractionSite;
  let browser: Browser;
  let seen: Visit | undefined;
  let count = 0;
  beforeAll(async () => {
    [at, browser] = await Promise.all([extractionSite(ROWS), openBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    at.remove();
  });
  afterEach(async () => {
    closeTerminals();
    await seen?.close();
  });

  async function approved(...more: string[]): Promise<string> {
    const id = await at.applied(SQL, ...more);
    expect((await at.approve(id, 'chen')).code).toBe(0);
    return id;
  }

  /** Run by a person at a terminal, for the passphrase is asked for nowhere else. */
  async function runTyping(id: string): Promise<void> {
    const words = ['--site', at.site.dir, '--lang', 'en', '--as', 'zhang', 'extract', 'run', id, '--execute'];
    const screen = openTerminal([bin, ...words], { env: cleanEnv({ TERM: 'xterm-256color' }), cwd: at.folder });
    for (const question of [/at least 12 characters/, /The same passphrase again/]) {
      await screen.waitFor(question);
      screen.type(WORD);
      screen.enter();
    }
    expect(await screen.ended()).toMatchObject({ code: 0 });
  }

  /** What `extract open` writes for zhao. */
  async function openedByProgram(file: string): Promise<Buffer> {
    const out = join(at.folder, `out-${count++}`);
    const identity = join(at.site.dir, 'keys/zhao.age');
    const answer = await at.as('zhao', 'extract', 'open', file, '--identity', identity, '--to', out);
    expect(answer).toMatchObject({ code: 0, data: { rows: ROWS, verified: true } });
    return readFileSync(out);
  }

  /** The folder carried away: what the recipient has is this copy. */
  function carried(file: string): { readonly file: string; readonly page: string; readonly identity: string } {
    const folder = join(at.folder, `移交 ${count++}`);
    mkdirSync(folder);
    for (const name of readdirSync(dirname(file))) copyFileSync(join(dirname(file), name), join(folder, name));
    const page = new URL(`file://${join(folder, 'open.html')}`).href;
    return { file: join(folder, basename(file)), page, identity: join(at.site.dir, 'keys/zhao.age') };
  }

  it('by its passphrase and by the recipient’s identity: the same CSV as the program writes', async () => {
    const id = await approved('--passphrase');
    await runTyping(id);
    const wanted = await openedByProgram(at.dataFile(id));
    const copy = carried(at.dataFile(id));
    for (const way of ['passphrase', 'identity'] as const) {
      seen = await browser.visit(copy);
      expect(await seen.page.innerText('.facts')).toContain(id);
      await seen.choose(copy.file);
      await (way === 'passphrase' ? seen.byPassphrase(WORD) : seen.byIdentity(copy.identity));
      expect(await seen.text('result')).toMatch(/核对无误：共 300 行/);
      const saved = await seen.save('save-same');
      expect(saved.name).toBe(`extract-${id}-zhang.csv`);
      expect(saved.bytes.equals(wanted)).toBe(true);
      expect([seen.foreign, seen.said]).toEqual([[], []]);
      if (way === 'passphrase') await seen.close();
    }
  }, 120_000);

  it('a spreadsheet: its rows counted, its missing cells shown as such, saved as it is', async () => {
    const id = await approved('--as-file', 'xlsx', '--limit', String(ROWS));
    expect((await at.run(id)).code).toBe(0);
    const copy = carried(at.dataFile(id));
    seen = await browser.visit(copy);
    await seen.choose(copy.file);
    await seen.byIdentity(copy.identity);
    expect(await seen.text('result')).toMatch(/核对无误：共 300 行/);
    // A fully digital invoice, like the first one, has no code.
    const first = await seen.page.locator('#rows tbody tr').first().locator('td').allInnerTexts();
    expect([first.length, first[1]]).toEqual([7, '—']);
    expect((await seen.save('save-same')).bytes.equals(await openedByProgram(at.dataFile(id)))).toBe(true);
  }, 120_000);

  it('refused with one bit flipped, and to the key of somebody else', async () => {
    const id = await approved();
    expect((await at.run(id)).code).toBe(0);
    const copy = carried(at.dataFile(id));
    seen = await browser.visit(copy);
    await seen.choose(copy.file);
    await seen.text('file-state');
    await seen.page.fill('#identity-text', await generateX25519Identity());
    await seen.page.click('#open');
    expect(await seen.text('result')).toMatch(/打不开该文件/);
    flipAt(copy.file, readFileSync(copy.file).length - 100);
    await seen.choose(copy.file);
    await seen.page.locator('#file-state.bad').waitFor();
    expect(await seen.text('file-state')).toMatch(/SHA-256 不同/);
    expect([await seen.page.isVisible('#save-buttons'), seen.downloads]).toEqual([false, []]);
  }, 120_000);

  it('in parts: one file again, the same as the program writes', async () => {
    at.edit('partRows: 2000000', 'partRows: 100');
    const id = await at.applied(SQL.replace('select', 'select id,'));
    expect((await at.approve(id, 'chen')).code).toBe(0);
    expect((await at.run(id)).code).toBe(0);
    const copy = carried(at.dataFile(id));
    expect(basename(copy.file)).toMatch(/\.csv\.age\.zip$/);
    seen = await browser.visit(copy);
    await seen.choose(copy.file);
    await seen.byIdentity(copy.identity);
    expect(await seen.text('result')).toMatch(/核对无误：共 300 行/);
    const saved = await seen.save('save-same');
    expect(saved.name).toBe(`extract-${id}-zhang.csv`);
    expect(saved.bytes.equals(await openedByProgram(at.dataFile(id)))).toBe(true);
  }, 120_000);
});
