/** A disk that is really full: a small tmpfs as the site folder, filled to the last byte, then given room again. Skipped aloud where nothing may be mounted. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const GXOPS = resolve('bin/gxops');
const home = mkdtempSync(join(tmpdir(), 'gxops-full-'));
const disk = join(home, 'disk');
const site = join(disk, 'site');
mkdirSync(disk);
const mounted =
  process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status === 0;
const why = mounted ? '' : ' (skipped: no tmpfs may be mounted here; the injected errors of tests/world stand for it)';

function gxops(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(GXOPS, ['--site', site, '--lang', 'en', '--json', ...words], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, out: stdout ? JSON.parse(stdout) : {}, err: stderr };
}

/** Every byte that is left goes into one file. */
function fill(): void {
  const bytes = Buffer.alloc(4096);
  for (let n = 0; ; n++) {
    try {
      writeFileSync(join(disk, 'ballast'), n === 0 ? '' : bytes, { flag: 'a' });
    } catch {
      return;
    }
  }
}

const empty = () => rmSync(join(disk, 'ballast'), { force: true });

function tree(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path)).toString('base64')]));
}

beforeAll(() => {
  if (!mounted) return;
  const { status, stderr } = spawnSync(GXOPS, ['site', 'init', site, '--sandbox', '--rows', '200'], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
});

afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(!mounted)(`a full disk${why}`, { timeout: 120_000 }, () => {
  it('lets no change be done that cannot be recorded; with room again the run goes on', () => {
    const host = join(site, 'sandbox/host');
    const before = tree(host);
    const { out } = gxops('runbook', 'run', 'harden-linux', '--input', 'host=sandbox', '--execute', '--yes');
    expect(gxops('--as', 'chen', 'approve', out.run, '--yes').code).toBe(0);
    fill();
    const full = gxops('runbook', 'resume', out.run);
    expect(full.code, full.err).toBe(3);
    expect(tree(host)).toEqual(before);
    empty();
    const done = gxops('runbook', 'resume', out.run);
    expect(done.code, done.err).toBe(0);
    fill();
    const stuck = gxops('rollback', 'run', out.run, '--execute');
    expect([3, 6], stuck.err).toContain(stuck.code);
    empty();
    expect(gxops('rollback', 'run', out.run, '--execute').code).toBe(5);
    expect(tree(host)).toEqual(before);
    expect(gxops('audit', 'verify').code).toBe(10);
  });

  it('leaves nothing of an export, neither under its name nor under another; with room again it is made', () => {
    writeFileSync(join(home, 'q.sql'), 'select i.invoice_no, i.remark from invoice i');
    const words = [
      '--database',
      'inv',
      '--sql-file',
      join(home, 'q.sql'),
      '--purpose',
      'p',
      '--basis',
      'b',
      '--limit',
      '500',
      '--recipient',
      'zhao',
    ];
    const { out, err } = gxops('--as', 'zhang', 'extract', 'apply', ...words);
    expect(out.data?.id, err).toMatch(/^E-/);
    const { id } = out.data;
    expect(gxops('--as', 'chen', 'approve', id, '--yes').code).toBe(0);
    fill();
    const full = gxops('--as', 'zhang', 'extract', 'run', id, '--execute');
    expect(full.code).not.toBe(0);
    expect(full.code).not.toBe(70);
    const folder = join(site, 'exports', id);
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
    empty();
    const made = gxops('--as', 'zhang', 'extract', 'run', id, '--execute');
    expect(made.code, made.err).toBe(0);
    expect(made.out.data.rows).toBe(200);
  });
});
