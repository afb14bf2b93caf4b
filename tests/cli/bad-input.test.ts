/** Bad input through the real program: exit 2 with the flag, the wrong value, what is allowed, the nearest name, and nothing written. */
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, gxops, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';
import { snapshot } from '../stand-ins/folder.ts';

const env = cleanEnv({ GXOPS_LANG: 'en' });
let site: Sandbox;
let folder: string;
beforeAll(async () => {
  site = await makeSandbox(20);
  folder = mkdtempSync(join(tmpdir(), 'gxops-bad-'));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'remark.sql'), '-- later\n');
  writeFileSync(join(folder, 'phones.sql'), 'select phone from taxpayer');
});
afterAll(() => {
  site.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** All of the site but the index, which may be made anew at any time. */
function kept(): Record<string, unknown> {
  const { 'journal/index.sqlite': _, ...rest } = snapshot(site.dir);
  return rest;
}

const run = ['runbook', 'run', 'harden-linux', '--input', 'host=sandbox'];
const apply = ['extract', 'apply', '--database', 'inv', '--extract', 'invoices-of-region'];
const bind = ['--bind', 'region=450103', '--bind', 'from=2025-01-01', '--bind', 'until=2025-04-01'];
const why = ['--purpose', 'x', '--basis', 'y', '--limit', '5', '--recipient', 'zhao'];
const whole = [...apply, ...bind, ...why];
const stated = ['extract', 'apply', '--database', 'inv', ...why, '--sql-file'];

/** Words of the command line, and what the refusal must say. */
const CASES: readonly (readonly [words: readonly string[], ...says: readonly string[]])[] = [
  [[...run, '--answer', 'windw=yes', '--execute'], '--answer windw', 'Did you mean window', 'gxops runbook show'],
  [[...run, '--answer', 'windw=yes'], '--answer windw'],
  [['harden', 'apply', '--host', 'sandbox', '--answer', 'windw=yes'], '--answer windw', 'Did you mean window'],
  [[...run, '--ticket', '--execute'], '--ticket needs a value'],
  [['runbook', 'list', '--site', '--json'], '--site needs a value'],
  [['harden', 'apply', '--host', 'local', '--host', 'sandbox'], '--host is given twice'],
  [['runbook', 'list', '--lang=en', '--lang', 'en'], '--lang is given twice'],
  [['runbook', 'list', 'surplus'], '“surplus” is one word too many', 'Allowed: gxops runbook list'],
  [['runbook', 'run', 'harden-linux'], '--input host', 'Allowed: local, sandbox', 'gxops runbook show harden-linux'],
  [[...run, '--input', 'rule=LNX-ID-5'], 'LNX-ID-5', 'Did you mean “LNX-ID-05”'],
  [['runbook', 'resume', 'R-1'], '“R-1” is no run', 'Allowed: R-…'],
  [['site', 'init', 'x', '--rows', '5'], '--rows goes with --sandbox'],
  [['audit', 'log', '--run', 'R-2'], '“R-2” is no run'],
  [['extract', 'open', 'none', '--identity', 'none', '--to', 'x'], '--identity: none cannot be read (ENOENT)'],
  [['runbook', 'list', '--report', 'list.doc'], '--report: list.doc', 'Allowed: .md, .html, .docx'],
  [['runbook', 'list', '--format', 'doc'], '--format: “doc”', 'Allowed: terminal, md, html, docx, json'],
  [['runbook', 'list', '--format', 'docx'], '--format docx is written to a file only', '--report'],
  [['approve', 'R-1'], '“R-1” is no id'],
  [['runbook', 'lint', '.'], 'FILE: . cannot be read (EISDIR)'],
  [[...apply, ...bind, '--purpose', 'x', '--basis', 'y', '--limit', '5'], '--recipient is missing'],
  [[...whole, '--bind', 'extra=1'], '--bind', 'extra', 'Allowed: region, from, until'],
  [[...stated, 'empty'], '--sql-file: empty holds no statement', 'one SELECT'],
  [[...stated, 'remark.sql'], '--sql-file: remark.sql holds no statement'],
  [[...stated, 'phones.sql', '--clear', 'phnoe'], '--clear', 'phnoe', 'Did you mean “phone”'],
  [[...whole, '--expires', '7days'], '--expires', '7days', 'Allowed: 30m'],
  [[...whole, '--as-file', 'cvs'], '--as-file', 'Did you mean “csv”'],
  [['operator', 'add', 'new', '--role', 'sytem'], '--role', 'Did you mean “system”'],
];

describe('bad input', () => {
  it.each(CASES.map(([words, ...says]) => ({ words, says })))('$words: exit 2', async ({ words, says }) => {
    const before = kept();
    const { code, stdout, stderr } = await site.run(words, { env, cwd: folder });
    expect([code, stdout]).toEqual([2, '']);
    for (const word of says) expect(stderr).toContain(word);
    expect(kept()).toEqual(before);
  });
});

describe('a place where no site can be made', () => {
  it.each([
    ['/proc/gxops', 'ENOENT'],
    ['empty/site', 'ENOTDIR'],
  ])('%s: exit 2, and it ends', async (dir, why) => {
    const { code, stderr } = await gxops(['site', 'init', dir, '--sandbox'], { env, cwd: folder, timeout: 20_000 });
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });
});

describe('a site.yml that others can write', () => {
  it('is refused until it is one’s own again: it names commands that are run', async () => {
    const file = join(site.dir, 'site.yml');
    chmodSync(file, 0o666);
    const { code, stdout, stderr } = await site.run(['runbook', 'list'], { env });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    expect((await site.run(['runbook', 'list'], { env })).code).toBe(0);
  });
});

describe('a site whose journal is gone', () => {
  let bare: string;
  beforeAll(() => {
    bare = join(folder, 'bare');
    cpSync(site.dir, bare, { recursive: true });
    rmSync(join(bare, 'journal'), { recursive: true });
  });
  const here = (...words: string[]) => gxops([...words, '--site', bare], { env });

  it.each([
    [[]],
    [['runbook', 'runs']],
    [['operator', 'list']],
    [['extract', 'list']],
    [['audit', 'log']],
  ])('%j: what was done is unknown, not nothing', async (words) => {
    const { code, stdout, stderr } = await here(...words);
    expect([code, stdout]).toEqual([8, '']);
    expect(stderr).toContain('There is no journal');
  });

  it.each([
    [[...run, '--execute', '--as', 'li']],
    [['approve', 'R-20260101-00000', '--as', 'chen']],
  ])('%j: no audit, no action', async (words) => {
    const { code, stderr } = await here(...words);
    expect([code, stderr.includes('There is no journal')]).toEqual([3, true]);
  });

  it('can still be looked at', async () => {
    expect((await here('site', 'check')).code).toBe(0);
    expect((await here('harden', 'check', '--host', 'sandbox')).code).toBe(1);
    expect((await here('doctor')).stdout).toContain('There is no journal');
    expect(existsSync(join(bare, 'journal'))).toBe(false);
  });
});

describe('a new site', () => {
  it('starts with the runbooks of the templates, which lint clean', async () => {
    const { data } = await site.json(['runbook', 'list']);
    const names = (data.runbooks as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['harden-linux', 'config-line', 'restart-service']);
    for (const name of names) expect((await site.run(['runbook', 'lint', name])).code).toBe(0);
  });
});
