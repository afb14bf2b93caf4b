/** `site init` with the real program: the same seed, the same folder; nothing is overwritten. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gxops, gxopsJson } from '../stand-ins/bin.ts';
import { snapshot } from '../stand-ins/folder.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gxops-init-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const init = (dir: string, ...more: string[]) => gxopsJson(['site', 'init', join(home, dir), '--sandbox', ...more]);

function rowsIn(dir: string, table: string): unknown[] {
  const base = new DatabaseSync(join(home, dir, 'sandbox/inv.db'), { readOnly: true });
  const rows = base.prepare(`select * from ${table} order by 1`).all();
  base.close();
  return rows;
}

describe('site init --sandbox', () => {
  it('tells site, rows and operators, and maps this account to li', async () => {
    const made = await init('a', '--rows', '120', '--seed', 's');
    expect(made).toMatchObject({ code: 0, data: { site: join(home, 'a'), rows: 120 } });
    expect(made.data.operators).toEqual(['zhang', 'li', 'wang', 'chen', 'qin', 'zhao', 'sun', 'he']);
    expect(rowsIn('a', 'invoice')).toHaveLength(120);
    const { data } = await gxopsJson(['--site', join(home, 'a'), 'operator', 'list']);
    const people = data.operators as { name: string; roles: string[]; party: string; account?: string }[];
    expect(people.find(({ name }) => name === 'li')?.account).toBeDefined();
    expect(people.filter(({ party }) => party === 'purchaser').map(({ name }) => name)).toEqual([
      ...['chen', 'qin', 'zhao', 'sun', 'he'],
    ]);
  });

  it('the same seed gives the same rows and host files; keys are random; another seed differs', async () => {
    await init('b', '--rows', '120', '--seed', 's');
    await init('c', '--rows', '120', '--seed', 'other');
    for (const table of ['invoice', 'taxpayer']) {
      expect(rowsIn('b', table)).toEqual(rowsIn('a', table));
      expect(rowsIn('c', table)).not.toEqual(rowsIn('a', table));
    }
    const host = (dir: string) => snapshot(join(home, dir, 'sandbox/host'));
    expect(host('b')).toEqual(host('a'));
    expect(snapshot(join(home, 'b/keys'))['li.ed25519']).not.toBe(snapshot(join(home, 'a/keys'))['li.ed25519']);
  });

  it('keeps everything to its owner: folders 0700, files 0600, but those of the sandbox host', () => {
    const dir = join(home, 'a');
    for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
      if (name.startsWith('sandbox/host/')) continue;
      const stat = statSync(join(dir, name));
      expect([name, (stat.mode & 0o777).toString(8)]).toEqual([name, stat.isDirectory() ? '700' : '600']);
    }
  });

  it.each([
    ['--rows', '0'],
    ['--rows', '-1'],
    ['--rows', 'many'],
    ['--rows', '1e3'],
    ['--rows', '99999999'],
  ])('%s %s: exit 2 naming it, nothing written', async (...more) => {
    const { code, stderr } = await gxops(['site', 'init', join(home, 'bad'), '--sandbox', ...more]);
    expect(code).toBe(2);
    expect(stderr).toContain('--rows');
    expect(readdirSync(home)).not.toContain('bad');
  });

  it('refuses a folder that holds anything, and leaves it as it was', async () => {
    const dir = join(home, 'full');
    mkdirSync(dir);
    writeFileSync(join(dir, 'note'), 'mine');
    const before = snapshot(dir);
    for (const target of [dir, join(dir, 'note'), join(home, 'a')])
      expect((await gxops(['site', 'init', target, '--sandbox'])).code).toBe(2);
    expect(snapshot(dir)).toEqual(before);
  });

  it('without --sandbox asks for the root of trust; with nobody to ask, exit 4 and nothing written', async () => {
    const { code, stderr } = await gxops(['site', 'init', join(home, 'real')]);
    expect(code).toBe(4);
    expect(stderr).toContain('--answer site-name=');
    expect(readdirSync(home)).not.toContain('real');
    expect((await gxops(['site', 'init', join(home, 'real'), '--rows', '5'])).code).toBe(2);
  });
});
