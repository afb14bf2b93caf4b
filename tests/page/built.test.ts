/** The page as the build makes it: one file, the same every time, that reaches for nothing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyPage } from './folder.ts';

describe('the page as it is built', () => {
  it('is the same every time, holds both places once, and reaches for nothing', () => {
    const page = emptyPage();
    const again = mkdtempSync(join(tmpdir(), 'gxops-page-'));
    try {
      const script = new URL('../../scripts/page.mjs', import.meta.url).pathname;
      execFileSync(process.execPath, [script, join(again, 'open.html')]);
      expect(readFileSync(join(again, 'open.html'), 'utf8')).toBe(page);
    } finally {
      rmSync(again, { recursive: true, force: true });
    }
    expect(page.match(/<script type="application\/json" id="manifest">null<\/script>/g)).toHaveLength(1);
    expect(page.match(/<script type="text\/plain" id="key"><\/script>/g)).toHaveLength(1);
    expect(page).toMatch(/default-src 'none'.*connect-src 'none'/);
    expect(page).not.toMatch(/<(link|img|iframe|script src)|@import|url\(|https?:\/\/(?!schemas\.openxmlformats)/);
    expect(page.length).toBeLessThan(200_000);
  });
});
