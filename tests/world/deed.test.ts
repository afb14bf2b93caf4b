/** A deed outlives gxops, and what runs beneath a look does not outlive its time-out. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Stop } from '../../src/core/stop.ts';
import { t } from '../../src/core/text.ts';
import { becoming, insistBecome, sudoRefusal } from '../../src/world/become.ts';
import { failedDeed } from '../../src/world/carrier.ts';
import { runChild } from '../../src/world/child.ts';
import { localAlive } from '../../src/world/host-local.ts';

const PARENT = fileURLToPath(new URL('./deed-parent.ts', import.meta.url));

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not come to pass');
}

describe('a deed', () => {
  it.each(['SIGKILL', 'SIGINT'] as const)('goes on after gxops got %s, and alive tells', async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-deed-'));
    const mark = join(folder, 'mark');
    const parent = spawn(process.execPath, [PARENT, mark], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    try {
      const line = await new Promise<string>((resolve) => parent.stdout.once('data', (part) => resolve(String(part))));
      const { pid, started } = JSON.parse(line) as { pid: number; started: string };
      await until(() => existsSync(`${mark}.begun`));
      // The whole group of the parent, as a terminal does it.
      process.kill(-(parent.pid ?? 0), signal);
      await new Promise((resolve) => parent.once('exit', resolve));
      expect(await localAlive(pid, started)).toBe(true);
      expect(existsSync(mark)).toBe(false);
      await until(() => existsSync(mark));
      await until(async () => !(await localAlive(pid, started)));
      expect(readFileSync(mark, 'utf8')).toBe('done\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a deed whose process is not recorded', () => {
  it('never begins when gxops dies before that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-deed-'));
    const mark = join(folder, 'mark');
    const parent = spawn(process.execPath, [PARENT, mark, 'hang'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = await new Promise<string>((resolve) => parent.stdout.once('data', (part) => resolve(String(part))));
    const { pid, started } = JSON.parse(line) as { pid: number; started: string };
    expect(await localAlive(pid, started)).toBe(true);
    parent.kill('SIGKILL');
    await until(async () => !(await localAlive(pid, started)));
    expect(existsSync(`${mark}.begun`)).toBe(false);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('runChild', () => {
  it('ends grandchildren at the time-out, also those with a session of their own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-child-'));
    const script = 'sleep 61 & echo $! >"$1/a"; setsid sleep 62 & echo $! >"$1/b"; wait';
    const ended = await runChild({ argv: ['sh', '-c', script, 'sh', folder], timeout: 400 });
    expect(ended.how).toBe('timeout');
    for (const name of ['a', 'b']) {
      const pid = readFileSync(join(folder, name), 'utf8').trim();
      await until(() => !existsSync(`/proc/${pid}/stat`) || /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives nothing of our environment, and reports a missing program', async () => {
    process.env.LD_PRELOAD_CANARY = 'canary-8131';
    const { stdout } = await runChild({ argv: ['env'], timeout: 5000 });
    delete process.env.LD_PRELOAD_CANARY;
    const names = stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['HOME', 'LC_ALL', 'PATH']);
    expect((await runChild({ argv: ['no-such-program-x'], timeout: 5000 })).how).toBe('missing');
  });

  it('ends when it is aborted', async () => {
    const { how } = await runChild({ argv: ['sleep', '60'], timeout: 50_000, signal: AbortSignal.timeout(200) });
    expect(how).toBe('aborted');
  });
});

describe('become', () => {
  const host = { name: 'app', become: { method: 'sudo' as const, users: ['oracle'] } };
  const refusal = 'sudo: a password is required';

  it('puts sudo before the argv for the users that site.yml names, and for no others', () => {
    expect(becoming(host, ['id', '-u'], 'oracle')).toEqual(['sudo', '-n', '-u', 'oracle', '--', 'id', '-u']);
    for (const user of ['root', '-x', 'a b', '']) expect(() => becoming(host, ['id'], user)).toThrow(Stop);
  });

  it('names the missing sudoers line', () => {
    const look = () => insistBecome('app', 'oracle', ['cat', '/a:b'], { code: 1, stderr: refusal });
    expect(look).toThrow(expect.objectContaining({ verdict: 'unreachable' }));
    const failure = failedDeed(t('x'), 1, refusal);
    const stop = sudoRefusal(failure, 'app', 'oracle', ['cat', '/a:b']) as Stop;
    expect(stop.detail.data).toEqual({ state: 'not-done' });
    expect(JSON.stringify(stop.detail.safe)).toContain('ALL=(oracle) NOPASSWD: cat /a\\\\:b');
  });

  it('takes the failure of the program itself for what it is', () => {
    insistBecome('app', 'oracle', ['cat', '/x'], { code: 1, stderr: 'cat: /x: Permission denied' });
    const failure = failedDeed(t('x'), 1, 'cat: /x: Permission denied');
    expect(sudoRefusal(failure, 'app', 'oracle', ['cat', '/x'])).toBe(failure);
  });
});
