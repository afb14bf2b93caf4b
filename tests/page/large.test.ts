/** A file larger than what the page may hold of it: it streams, whatever its size. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openBrowser, program } from './browser.ts';
import { type Folder, makeFolder } from './folder.ts';

const ROWS = 1_000_000;
const MB = 1024 * 1024;

function* csv(): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode('\ufeff发票号码,购方名称,金额\r\n');
  for (let at = 0; at < ROWS; at += 10_000)
    yield encoder.encode(
      Array.from(
        { length: 10_000 },
        (_, i) =>
          `"\t2431200000${10_000_000 + at + i}","某省某市第${at + i}号贸易有限责任公司（含分支机构），备注：${'行'.repeat(40)}",${i}.25\r\n`,
      ).join(''),
    );
}

/** Most memory that any process below this one that draws pages has ever held, in bytes, as the kernel counted it (VmHWM). */
function mostHeld(): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(processes.map((id) => [id, /^PPid:\s*(\d+)/m.exec(read(id, 'status'))?.[1] ?? '']));
  const isOurs = (id: string): boolean =>
    id === `${process.pid}` || (id.length > 0 && id !== '1' && isOurs(parents.get(id) ?? ''));
  const drawing = processes.filter((id) => isOurs(id) && read(id, 'cmdline').includes('--type=renderer'));
  return Math.max(0, ...drawing.map((id) => Number(/^VmHWM:\s*(\d+) kB/m.exec(read(id, 'status'))?.[1] ?? 0) * 1024));
}

function read(id: string, name: string): string {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

describe.skipIf(program === undefined)('a large file', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  it('is verified and saved in memory that does not grow with it', async () => {
    /** The most that was held until the file was saved. */
    const opened = async (folder: Folder, rows: RegExp): Promise<number> => {
      const seen = await browser.visit(folder);
      await seen.choose(folder.file);
      await seen.byIdentity(folder.identityFile);
      await seen.page.locator('#result').waitFor({ timeout: 200_000 });
      expect(await seen.text('result')).toMatch(rows);
      const saved = await seen.save('save-same');
      expect(saved.bytes.equals(folder.plain)).toBe(true);
      const held = mostHeld();
      await seen.close();
      folder.remove();
      return held;
    };
    const little = await opened(await makeFolder(), /共 4 行/);
    const folder = await makeFolder({ plain: csv(), rows: ROWS });
    const size = folder.plain.length;
    const much = await opened(folder, /共 1,000,000 行/);
    expect(little).toBeGreaterThan(0);
    expect(size / MB).toBeGreaterThan(220);
    // What is held is what was not yet collected: measured, 100 to 165 MB whatever the size. The file itself would be more.
    expect((much - little) / MB).toBeLessThan(size / MB);
  }, 600_000);
});
