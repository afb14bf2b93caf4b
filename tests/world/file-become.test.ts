/** The programs that read and write a file as another user, run here as ourselves: what they do is theirs, who runs them is sudo's. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/core/change.ts';
import { sha256 } from '../../src/core/json.ts';
import { runChild } from '../../src/world/child.ts';
import { fileAs, type RunAs, writeAs } from '../../src/world/file-become.ts';

const run: RunAs = (argv, stdin) => runChild({ argv, timeout: 10_000, ...(stdin === undefined ? {} : { stdin }) });

describe('files through other programs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gxops-as-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const change = (name: string, before: string, text: string | null, more: Partial<FileChange> = {}): FileChange => {
    const content = text === null ? null : { utf8: text };
    return { kind: 'file', host: 'h', path: at(name), content, before, ...more };
  };

  it('see bytes, mode, kind and absence', async () => {
    writeFileSync(at('f'), Buffer.from([0, 255, 10]));
    chmodSync(at('f'), 0o640);
    symlinkSync('f', at('l'));
    expect(await fileAs('h', at('f'), run)).toMatchObject({
      kind: 'file',
      mode: 0o640,
      bytes: Buffer.from([0, 255, 10]),
    });
    expect(await fileAs('h', at('l'), run)).toMatchObject({ kind: 'link', target: 'f' });
    expect(await fileAs('h', folder, run)).toMatchObject({ kind: 'folder' });
    expect(await fileAs('h', at('none'), run)).toEqual({ kind: 'absent' });
    await expect(fileAs('h', `${folder}/../x`, run)).rejects.toMatchObject({ verdict: 'refused' });
  });

  it('write, keeping the mode, and leave nothing beside', async () => {
    const big = '中文\n'.repeat(50_000);
    expect(await writeAs('h', change('new', 'absent', big, { mode: 0o600 }), run)).toEqual({ post: sha256(big) });
    expect(readFileSync(at('new'), 'utf8')).toBe(big);
    await writeAs('h', change('new', sha256(big), 'short'), run);
    expect(readFileSync(at('new'), 'utf8')).toBe('short');
    expect(statSync(at('new')).mode & 0o7777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['new']);
  });

  it('remove, and refuse a foreign edit, a link and a link on the way', async () => {
    writeFileSync(at('f'), 'theirs');
    const state = { detail: { data: { state: 'not-done' } } };
    await expect(writeAs('h', change('f', sha256('planned'), 'ours'), run)).rejects.toMatchObject(state);
    await expect(writeAs('h', change('f', 'absent', 'ours'), run)).rejects.toMatchObject(state);
    symlinkSync('f', at('l'));
    await expect(writeAs('h', change('l', sha256('theirs'), 'ours'), run)).rejects.toMatchObject(state);
    mkdirSync(at('real'));
    symlinkSync('real', at('way'));
    await expect(writeAs('h', change('way/x', 'absent', 'ours'), run)).rejects.toMatchObject(state);
    expect(readFileSync(at('f'), 'utf8')).toBe('theirs');
    expect(await writeAs('h', change('f', sha256('theirs'), null), run)).toEqual({ post: 'absent' });
    expect(existsSync(at('f'))).toBe(false);
  });

  it('say that nothing was done when the new file cannot be written', async () => {
    const failing: RunAs = (argv, stdin) => (argv[0] === 'install' ? run(['false']) : run(argv, stdin));
    await expect(writeAs('h', change('f', 'absent', 'x'), failing)).rejects.toMatchObject({
      detail: { data: { state: 'not-done' } },
    });
    const torn: RunAs = (argv, stdin) => (argv[0] === 'mv' ? run(['false']) : run(argv, stdin));
    await expect(writeAs('h', change('f', 'absent', 'x'), torn)).rejects.toMatchObject({
      detail: { data: { state: 'unknown' } },
    });
  });
});
