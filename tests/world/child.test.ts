/** A child ends with all that it started, before whoever interrupted goes on, and after an interruption none begins. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endTree, runChild } from '../../src/world/child.ts';
import { runToFile } from '../../src/world/child-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gxops-child-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function until(look: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !look(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(look()).toBe(true);
}

/** What the kernel says of it this moment; a killed process that nobody has waited for yet is dead, as is one without a number. */
function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

const RUNNERS = { 'with pipes': runChild, 'with a file': runToFile };

describe.each(Object.entries(RUNNERS))('a child %s', (name, run) => {
  it('is not started after an interruption', async () => {
    const made = join(folder, `${name} never`);
    const signal = AbortSignal.abort('SIGTERM');
    expect(await run({ argv: ['touch', made], timeout: 5000, signal })).toMatchObject({ how: 'aborted', code: -1 });
    expect(existsSync(made)).toBe(false);
  });

  it('is not started when the interruption comes while its start is prepared', async () => {
    const made = join(folder, `${name} neither`);
    const controller = new AbortController();
    const ended = run({ argv: ['touch', made], timeout: 5000, signal: controller.signal });
    controller.abort('SIGTERM');
    expect((await ended).how).toBe('aborted');
    expect(existsSync(made)).toBe(false);
  });

  it('is told to end before abort returns', async () => {
    const told = join(folder, `${name} pid`);
    const controller = new AbortController();
    const argv = ['sh', '-c', 'echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 60', 'sh', told];
    const ended = run({ argv, timeout: 50_000, signal: controller.signal });
    await until(() => existsSync(told));
    const killed: number[] = [];
    const kill = process.kill;
    process.kill = (pid, signal) => {
      killed.push(pid);
      return kill.call(process, pid, signal);
    };
    controller.abort('SIGTERM');
    process.kill = kill;
    expect(killed).toContain(-Number(readFileSync(told, 'utf8')));
    expect((await ended).how).toBe('aborted');
  });
});

describe('the end of a tree', () => {
  it('reaches those that left the group for one of their own', async () => {
    const told = join(folder, 'own');
    const script = 'setsid sh -c \'echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 60\' sh "$1" & wait';
    const child: ChildProcess = spawn('sh', ['-c', script, 'sh', told], { detached: true, stdio: 'ignore' });
    await until(() => existsSync(told));
    const left = Number(readFileSync(told, 'utf8'));
    endTree(child.pid ?? 0, 'SIGKILL');
    await until(() => !lives(left) && !lives(child.pid ?? 0));
  });
});
