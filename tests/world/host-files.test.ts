/** What every carrier promises about files, held over the local host, a rooted folder and a real sshd. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/core/change.ts';
import { sha256 } from '../../src/core/json.ts';
import { CARRIERS, type Carriers, startCarriers } from './carriers.ts';
import { type Bench, benchOf, unheard } from './site.ts';

let carriers: Carriers;
beforeAll(async () => {
  carriers = await startCarriers();
}, 30_000);
afterAll(async () => carriers?.stop());

describe.each(CARRIERS)('the %s carrier', (host) => {
  let bench: Bench;
  let folder: string;
  beforeAll(() => {
    bench = benchOf(carriers.hosts);
    folder = join(bench.dir, 'root', 'etc');
    mkdirSync(folder);
  });
  afterAll(() => bench.remove());

  /** The path as the host names it. */
  const named = (name: string): string => (host === 'rooted' ? `/etc/${name}` : join(folder, name));
  const put = (name: string, text: string, mode = 0o644): string => {
    writeFileSync(join(folder, name), text);
    chmodSync(join(folder, name), mode);
    return named(name);
  };
  const change = (name: string, content: string | null, more: Partial<FileChange> = {}): FileChange => ({
    kind: 'file',
    host,
    path: named(name),
    content: content === null ? null : { utf8: content },
    before: existsSync(join(folder, name)) ? sha256(readFileSync(join(folder, name))) : 'absent',
    ...more,
  });

  it('sees a file as bytes with mode, owner and time', async () => {
    const seen = await bench.world.look.file(host, put('a b\'"\n.conf', '中文 = 1\0\n', 0o640));
    const real = statSync(join(folder, 'a b\'"\n.conf'));
    expect(seen).toMatchObject({ kind: 'file', mode: 0o640 });
    if (seen.kind !== 'file') throw new Error('not a file');
    expect(Buffer.from(seen.bytes).toString()).toBe('中文 = 1\0\n');
    expect(Math.abs(seen.modified - real.mtimeMs)).toBeLessThan(1001);
    expect(seen.owner).toBe(host === 'rooted' ? 0 : real.uid);
  });

  it('tells absent, folder, link and special apart', async () => {
    symlinkSync('goal', join(folder, 'link'));
    mkdirSync(join(folder, 'sub'));
    expect(await bench.world.look.file(host, named('none'))).toEqual({ kind: 'absent' });
    expect(await bench.world.look.file(host, named('none/below'))).toEqual({ kind: 'absent' });
    expect((await bench.world.look.file(host, named('sub'))).kind).toBe('folder');
    expect(await bench.world.look.file(host, named('link'))).toMatchObject({ kind: 'link', target: 'goal' });
  });

  it('lists a folder sorted, and an absent one not as empty', async () => {
    mkdirSync(join(folder, 'd'));
    for (const name of ['b', 'a\nb', '中']) writeFileSync(join(folder, 'd', name), '');
    expect(await bench.world.look.folder(host, named('d'))).toEqual(['a\nb', 'b', '中']);
    expect(await bench.world.look.folder(host, named('nowhere'))).toBeUndefined();
  });

  it('refuses relative paths and ..', async () => {
    await expect(bench.world.look.file(host, 'etc/passwd')).rejects.toMatchObject({ verdict: 'refused' });
    await expect(bench.world.look.file(host, `${named('a')}/../x`)).rejects.toMatchObject({ verdict: 'refused' });
  });

  it('writes a new file with 0644 and keeps the mode of an old one', async () => {
    const fresh = change('fresh', 'one');
    expect(await bench.world.perform(fresh, unheard)).toEqual({ post: sha256('one') });
    expect(statSync(join(folder, 'fresh')).mode & 0o7777).toBe(0o644);
    put('secret', 'old', 0o600);
    await bench.world.perform(change('secret', 'new'), unheard);
    expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('new');
    expect(statSync(join(folder, 'secret')).mode & 0o7777).toBe(0o600);
    await bench.world.perform(change('secret', 'newer', { mode: 0o440 }), unheard);
    expect(statSync(join(folder, 'secret')).mode & 0o7777).toBe(0o440);
    expect(readdirSync(folder).filter((name) => name.includes('gxops'))).toEqual([]);
  });

  it('carries bytes that are no text, and an empty file', async () => {
    const base64 = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256)).toString('base64');
    await bench.world.perform({ ...change('bytes', ''), content: { base64 } }, unheard);
    expect(readFileSync(join(folder, 'bytes')).toString('base64')).toBe(base64);
    await bench.world.perform(change('bytes', ''), unheard);
    expect(statSync(join(folder, 'bytes')).size).toBe(0);
  });

  it('removes a file, and is content with an absent one', async () => {
    put('gone', 'x');
    expect(await bench.world.perform(change('gone', null), unheard)).toEqual({ post: 'absent' });
    expect(existsSync(join(folder, 'gone'))).toBe(false);
    expect(await bench.world.perform(change('gone', null), unheard)).toEqual({ post: 'absent' });
  });

  it('never overwrites a foreign edit', async () => {
    put('edited', 'planned');
    const planned = change('edited', 'ours');
    put('edited', 'theirs');
    const stop = await bench.world.perform(planned, unheard).catch((error) => error);
    expect(stop).toMatchObject({ verdict: 'refused', detail: { data: { state: 'not-done' } } });
    expect(readFileSync(join(folder, 'edited'), 'utf8')).toBe('theirs');
    const appeared = { ...change('edited', 'ours'), before: 'absent' };
    await expect(bench.world.perform(appeared, unheard)).rejects.toMatchObject({ verdict: 'refused' });
    expect(readFileSync(join(folder, 'edited'), 'utf8')).toBe('theirs');
  });

  it('writes neither through a link nor onto one, nor into an absent folder', async () => {
    mkdirSync(join(bench.dir, `outside-${host}`));
    symlinkSync(join(bench.dir, `outside-${host}`), join(folder, 'way'));
    const through = { ...change('way/x', 'y'), before: 'absent' };
    await expect(bench.world.perform(through, unheard)).rejects.toMatchObject({
      detail: { data: { state: 'not-done' } },
    });
    expect(readdirSync(join(bench.dir, `outside-${host}`))).toEqual([]);
    writeFileSync(join(bench.dir, 'goal'), 'goal');
    symlinkSync(join(bench.dir, 'goal'), join(folder, 'onto'));
    const onto = { ...change('onto', 'y'), before: sha256('goal') };
    await expect(bench.world.perform(onto, unheard)).rejects.toMatchObject({ detail: { data: { state: 'not-done' } } });
    expect(lstatSync(join(folder, 'onto')).isSymbolicLink()).toBe(true);
    const nowhere = { ...change('nowhere/x', 'y'), before: 'absent' };
    await expect(bench.world.perform(nowhere, unheard)).rejects.toMatchObject({
      detail: { data: { state: 'not-done' } },
    });
  });
});
