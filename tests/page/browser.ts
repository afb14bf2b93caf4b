/** Debian's Chromium, driven on a page in a folder: without a network, in a profile of its own, its downloads counted. */
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Folder } from './folder.ts';

/** Where it is; undefined: these tests are skipped. */
export const program: string | undefined = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  /** Opens the folder's page. */
  visit(folder: Pick<Folder, 'page'>, language?: 'zh-CN' | 'en-US', prepare?: string): Promise<Visit>;
  close(): Promise<void>;
}

/** One page, opened. */
export interface Visit {
  readonly page: Page;
  /** Everything the page asked for that is not a local file or made by itself. */
  readonly foreign: string[];
  /** What it wrote to the console, and errors nobody caught. */
  readonly said: string[];
  readonly downloads: string[];
  choose(file: string): Promise<void>;
  byPassphrase(passphrase: string): Promise<void>;
  byIdentity(file: string): Promise<void>;
  /** The sentence in a box once it is there. */
  text(id: 'seal' | 'file-state' | 'result' | 'save-state'): Promise<string>;
  /** Clicks and gives what was downloaded. */
  save(
    id: 'save-same' | 'save-xlsx',
  ): Promise<{ readonly name: string; readonly bytes: Buffer; readonly path: string }>;
  close(): Promise<void>;
}

/** Starts it. */
export async function openBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'gxops-chromium-'));
  const browser = await chromium.launch({
    executablePath: program ?? '',
    args: QUIET,
    headless: true,
    env: { ...process.env, HOME: profile },
  });
  return {
    async visit(folder, locale = 'zh-CN', prepare = DOWNLOADS) {
      const context = await browser.newContext({
        locale,
        viewport: { width: 1366, height: 768 },
        acceptDownloads: true,
      });
      return visit(context, folder, prepare);
    },
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Without a screen nobody can choose a place: the page is to download, as it does where a browser has no chooser. */
const DOWNLOADS = 'delete window.showSaveFilePicker';

async function visit(context: BrowserContext, folder: Pick<Folder, 'page'>, prepare: string): Promise<Visit> {
  const page = await context.newPage();
  const foreign: string[] = [];
  const said: string[] = [];
  const downloads: string[] = [];
  context.on('request', (request) => {
    if (!/^(file|blob|data):/.test(request.url())) foreign.push(request.url());
  });
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  await page.addInitScript(prepare);
  await page.goto(folder.page);
  const text = async (id: string): Promise<string> => {
    await page.locator(`#${id}:visible`).waitFor({ timeout: 60_000 });
    return page.locator(`#${id}`).innerText();
  };
  return {
    ...{ page, foreign, said, downloads, text },
    choose: (file) => page.setInputFiles('#file', file),
    async byPassphrase(passphrase) {
      await text('file-state');
      await page.fill('#passphrase', passphrase);
      await page.click('#open');
    },
    async byIdentity(file) {
      await text('file-state');
      if (await page.isVisible('#ways')) await page.check('#way-identity');
      await page.setInputFiles('#identity-file', file);
      await page.locator('#identity-name:not(:empty)').waitFor();
      await page.click('#open');
    },
    async save(id) {
      const [download] = await Promise.all([page.waitForEvent('download', { timeout: 300_000 }), page.click(`#${id}`)]);
      const path = await download.path();
      return { name: download.suggestedFilename(), bytes: readFileSync(path), path };
    },
    close: () => context.close(),
  };
}
