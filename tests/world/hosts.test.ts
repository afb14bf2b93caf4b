/** What every carrier promises, held over the local host, a rooted folder and a real sshd. */
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
import { type Sshd, sshdMissing, startSshd } from '../stand-ins/sshd.ts';
import { type Bench, benchOf, unheard } from './site.ts';

if (sshdMissing !== undefined) console.warn(`ssh carrier not tested: ${sshdMissing}`);

const CARRIERS = ['local', 'rooted', ...(sshdMissing === undefined ? ['ssh'] : [])] as const;

let sshd: Sshd | undefined;
beforeAll(async () => {
  if (sshdMissing === undefined) sshd = await startSshd();
}, 30_000);
afterAll(async () => sshd?.stop());

function hostsFor(): Parameters<typeof benchOf>[0] {
  return () => ({
    hosts: {
      local: { connect: 'local' },
      rooted: { connect: 'local', root: 'root' },
      ...(sshd === undefined
        ? {}
        : {
            ssh: {
              connect: 'ssh',
              address: '127.0.0.1',
              port: sshd.port,
              user: sshd.user,
              identityFile: sshd.identityFile,
              knownHosts: sshd.knownHosts,
            },
          }),
    },
  });
}

/** The start tick of a process that may be a zombie by now. */
function startOf(pid: number): string {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') ';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

describe.each(CARRIERS)('the %s carrier', (host) => {
  let bench: Bench;
  let folder: string;
  beforeAll(() => {
    bench = benchOf(hostsFor());
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

describe.each(CARRIERS.filter((host) => host !== 'rooted'))('commands on the %s carrier', (host) => {
  let bench: Bench;
  beforeAll(() => {
    bench = benchOf(hostsFor());
  });
  afterAll(() => bench.remove());
  const deed = (argv: readonly string[], more = {}) => ({ kind: 'command' as const, host, argv, undo: [], ...more });

  it('passes every word as it is, in the C locale, and gives code and both streams', async () => {
    const words = ['a b', "it's", '$HOME', '`id`', '中', '', '-n', '*', 'x\ny', '\\', '"', '!'];
    const output = await bench.world.look.command({ host, argv: ['printf', '%s\\0', ...words] });
    expect(output).toEqual({ code: 0, stdout: `${words.join('\0')}\0`, stderr: '' });
    expect((await bench.world.look.command({ host, argv: ['printenv', 'LC_ALL'] })).stdout).toBe('C\n');
    const failed = await bench.world.look.command({ host, argv: ['ls', '/does/not/exist'] });
    expect(failed.code).toBe(2);
    expect(failed.stderr).toContain('No such file');
    const fed = await bench.world.look.command({ host, argv: ['wc', '-c'], stdin: '12345' });
    expect(fed.stdout.trim()).toBe('5');
  });

  it('refuses what is not on the read list', async () => {
    for (const argv of [
      ['rm', 'x'],
      ['sysctl', '-w', 'a=1'],
      ['find', '/', '-delete'],
      ['/opt/bin/cat', 'x'],
      ['sh', '-c', 'id'],
    ]) {
      await expect(bench.world.look.command({ host, argv })).rejects.toMatchObject({ verdict: 'refused' });
    }
  });

  it('ends a look that takes too long or says too much', async () => {
    const slow = bench.world.look.command({ host, argv: ['sha256sum', '/dev/zero'] }, 300);
    await expect(slow).rejects.toMatchObject({ verdict: 'unreachable' });
    const much = bench.world.look.command({ host, argv: ['cat', '/dev/zero'] }, 20_000);
    await expect(much).rejects.toMatchObject({ verdict: 'unreachable' });
  });

  it('records the process before the program starts, and knows whether it lives', async () => {
    const mark = join(bench.dir, `ran-${host}`);
    const told: unknown[] = [];
    const made = await bench.world.perform(deed(['sh', '-c', `touch ${mark}; sleep 0.2`]), {
      async spawned(process) {
        told.push(existsSync(mark), await bench.world.look.alive(process));
        told.push(process);
      },
    });
    expect(made).toEqual({ code: 0 });
    expect(told.slice(0, 2)).toEqual([false, true]);
    const process = told[2] as { host: string; pid: number; started: string };
    expect(process).toMatchObject({ host, started: expect.stringMatching(/^\d+$/) });
    expect(await bench.world.look.alive(process)).toBe(false);
    expect(await bench.world.look.alive({ host, pid: 1, started: '1' })).toBe(false);
  });

  it('starts nothing when the process could not be recorded', async () => {
    const mark = join(bench.dir, `unrecorded-${host}`);
    const spawned = async (): Promise<void> => {
      throw new Error('the journal is full');
    };
    await expect(bench.world.perform(deed(['touch', mark]), { spawned })).rejects.toThrow('the journal is full');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(existsSync(mark)).toBe(false);
  });

  it('feeds stdin and passes argv of a deed as it is', async () => {
    const out = join(bench.dir, `fed-${host}`);
    const argv = ['sh', '-c', 'cat >"$1"; printf "%s" "$2" >>"$1"', 'sh', out, "it's $HOME\n中"];
    await bench.world.perform(deed(argv, { stdin: 'in\nput' }), unheard);
    expect(readFileSync(out, 'utf8')).toBe("in\nputit's $HOME\n中");
  });

  it('says code and last lines of a deed that failed', async () => {
    const stop = await bench.world
      .perform(deed(['sh', '-c', 'echo out; echo why >&2; exit 7']), unheard)
      .catch((error) => error);
    expect(stop).toMatchObject({
      verdict: 'failed',
      detail: { data: { state: 'failed', code: 7, output: 'out\nwhy' } },
    });
  });

  it('does not know what a deed did that was killed or took too long, and leaves no process of it', async () => {
    const killed = await bench.world.perform(deed(['sh', '-c', 'kill -9 $$']), unheard).catch((error) => error);
    expect(killed).toMatchObject({ verdict: 'failed', detail: { data: { state: 'unknown' } } });
    const grandchild = join(bench.dir, `grandchild-${host}`);
    const slow = deed(['sh', '-c', `sleep 60 & echo $! >${grandchild}; wait`], { timeout: 500 });
    const stop = await bench.world.perform(slow, unheard).catch((error) => error);
    expect(stop).toMatchObject({ verdict: 'failed', detail: { data: { state: 'unknown' } } });
    const pid = Number(readFileSync(grandchild, 'utf8'));
    expect(await bench.world.look.alive({ host: 'local', pid, started: startOf(pid) })).toBe(false);
  });

  it('says that a deed whose program is missing was surely not done', async () => {
    const stop = await bench.world.perform(deed(['no-such-program-x']), unheard).catch((error) => error);
    expect(stop).toMatchObject({ verdict: 'failed' });
    expect(['not-done', 'failed']).toContain(stop.detail.data.state);
  });

  it('performs what makes a file take effect after writing it', async () => {
    const path = join(bench.dir, `settled-${host}`);
    const settle = [{ host, argv: ['sh', '-c', `cp ${path} ${path}.seen`] }];
    await bench.world.perform({ kind: 'file', host, path, content: { utf8: 'v' }, before: 'absent', settle }, unheard);
    expect(readFileSync(`${path}.seen`, 'utf8')).toBe('v');
  });

  it('does not become another user unless site.yml says so', async () => {
    await expect(bench.world.look.command({ host, argv: ['id'], as: 'nobody' })).rejects.toMatchObject({
      verdict: 'unreachable',
    });
    const stop = await bench.world.perform(deed(['id'], { as: 'root' }), unheard).catch((error) => error);
    expect(stop).toMatchObject({ verdict: 'unreachable', detail: { data: { state: 'not-done' } } });
  });

  it('reaches', async () => {
    expect(await bench.world.look.reach(`host:${host}`)).toMatchObject({ ok: true, mode: host });
  });
});

describe('a rooted host', () => {
  it('runs no command, leaves out settle, and lets no link lead a look out', async () => {
    const bench = benchOf(hostsFor());
    try {
      const { look } = bench.world;
      expect(look.rooted('rooted')).toBe(true);
      expect(look.rooted('local')).toBe(false);
      await expect(look.command({ host: 'rooted', argv: ['id'] })).rejects.toMatchObject({ verdict: 'unreachable' });
      symlinkSync('/etc', join(bench.dir, 'root', 'abs'));
      symlinkSync('../..', join(bench.dir, 'root', 'rel'));
      mkdirSync(join(bench.dir, 'root', 'real'));
      writeFileSync(join(bench.dir, 'root', 'real', 'x'), 'inside');
      symlinkSync('real', join(bench.dir, 'root', 'within'));
      await expect(look.file('rooted', '/abs/passwd')).rejects.toMatchObject({ verdict: 'refused' });
      await expect(look.file('rooted', '/rel/etc/passwd')).rejects.toMatchObject({ verdict: 'refused' });
      await expect(look.folder('rooted', '/abs')).rejects.toMatchObject({ verdict: 'refused' });
      expect(await look.file('rooted', '/within/x')).toMatchObject({ kind: 'file' });
      const settle = [{ host: 'rooted', argv: ['touch', '/x'] }];
      const change = {
        kind: 'file' as const,
        host: 'rooted',
        path: '/y',
        content: { utf8: '' },
        before: 'absent',
        settle,
      };
      expect(await bench.world.perform(change, unheard)).toEqual({ post: sha256('') });
      expect(await look.reach('host:rooted')).toMatchObject({ ok: true });
    } finally {
      bench.remove();
    }
  });
});

describe.skipIf(sshdMissing !== undefined)('an ssh host', () => {
  it('refuses an unknown and a changed host key, naming the fingerprint', async () => {
    const bench = benchOf((dir) => {
      const named = hostsFor()(dir);
      const ssh = named.hosts?.ssh as object;
      const keys = ['unknown', 'changed'].map((name) => join(dir, name));
      writeFileSync(join(dir, 'unknown'), '');
      const other = readFileSync(`${sshd?.identityFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
      writeFileSync(join(dir, 'changed'), `[127.0.0.1]:${sshd?.port} ${other}\n`);
      return { hosts: { unknown: { ...ssh, knownHosts: keys[0] }, changed: { ...ssh, knownHosts: keys[1] } } as never };
    });
    try {
      const unknown = await bench.world.look.command({ host: 'unknown', argv: ['id'] }).catch((error) => error);
      expect(unknown).toMatchObject({ verdict: 'unreachable', text: { t: expect.stringContaining('is not known') } });
      const changed = await bench.world.look.command({ host: 'changed', argv: ['id'] }).catch((error) => error);
      expect(changed).toMatchObject({ verdict: 'unreachable', text: { t: expect.stringContaining('has changed') } });
      expect(changed.text.with.fingerprint).toBe(sshd?.fingerprint);
      const deed = { kind: 'command' as const, host: 'changed', argv: ['id'], undo: [] };
      await expect(bench.world.perform(deed, unheard)).rejects.toMatchObject({
        detail: { data: { state: 'not-done' } },
      });
    } finally {
      bench.remove();
    }
  });

  it('refuses an address that ssh would take for an option', async () => {
    const bench = benchOf(() => ({ hosts: { bad: { connect: 'ssh', address: '-oProxyCommand=id' } } }));
    await expect(bench.world.look.command({ host: 'bad', argv: ['id'] })).rejects.toMatchObject({ verdict: 'refused' });
    bench.remove();
  });
});
