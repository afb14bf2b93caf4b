/** `--report FILE.docx` with the real program. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';
import { membersOf } from '../stand-ins/zip.ts';

const env = cleanEnv({ GXOPS_LANG: 'en' });
let site: Sandbox;
let folder: string;
beforeAll(async () => {
  site = await makeSandbox(20);
  folder = mkdtempSync(join(tmpdir(), 'gxops-docx-'));
});
afterAll(() => {
  site.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('--report as DOCX', () => {
  it.each([
    ['by its ending', 'list.docx', []],
    ['by its ending in capitals', 'list.DOCX', []],
    ['by --format', 'list', ['--format', 'docx']],
    ['beside JSON', 'json.docx', ['--json']],
  ])('%s: the file is a document, standard output is not', async (_, name, flags) => {
    const file = join(folder, name);
    const { code, stdout, stderr } = await site.run(['runbook', 'list', '--report', file, ...flags], { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('harden-linux');
    expect(stdout).not.toContain('PK');
    const body = membersOf(readFileSync(file)).find(({ path }) => path === 'word/document.xml');
    expect(body?.text).toContain('harden-linux');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('help names the form', async () => {
    expect((await site.run(['help', 'runbook', 'list'], { env })).stdout).toMatch(/--format <form>.*docx/);
  });
});
