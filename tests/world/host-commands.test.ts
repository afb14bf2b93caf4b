/** What every carrier that runs commands promises, held over this machine and a real sshd. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARRIERS, type Carriers, startCarriers } from './carriers.ts';
import { type Bench, benchOf, unheard } from './site.ts';

let carriers: Carriers;
beforeAll(async () => {
  carriers = await startCarriers();
}, 30_000);
afterAll(async () => carriers?.stop());

/** The start tick of a process that may be a zombie by now. */
function startOf(pid: number): string {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ') ';
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

describe.each(CARRIERS.filter((host) => host !== 'rooted'))('commands on the %s carrier', (host) => {
  let bench: Bench;
  beforeAll(() => {
    bench = benchOf(carriers.hosts);
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
