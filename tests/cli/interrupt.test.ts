/** Ctrl-C, SIGTERM and a lost connection while a Change runs: the Change ends, the run suspends, a resume does only the rest. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';
import { segments } from '../stand-ins/entries.ts';
import { closeTerminals, openTerminal, type Terminal } from '../stand-ins/pty.ts';

/** Two Changes, the first of which takes so many seconds. */
const RUNBOOK = (name: string, seconds: number) => `runbook: ${name}
version: 1
title: A slow deed
why: Something to interrupt
risk: low
steps:
  - id: who
    title: Who calls
    ask: { text: 'Who called?' }
  - id: ok
    title: Approval
    approve: { seats: [{ roles: [approver], party: purchaser }] }
  - id: wait
    title: Wait twice
    act:
      changes:
        - { host: local, command: [sleep, '${seconds}'], undo: { none: 'waiting leaves nothing' } }
        - { host: local, command: [sleep, '0.2'], undo: { none: 'waiting leaves nothing' } }
      verify:
        - { host: local, file: /etc/passwd, present: true }
`;

let site: Sandbox;
beforeAll(async () => {
  site = await makeSandbox(50);
  mkdirSync(join(site.dir, 'runbooks'), { recursive: true });
  writeFileSync(join(site.dir, 'runbooks/slow.yml'), RUNBOOK('slow', 4));
  writeFileSync(join(site.dir, 'runbooks/slower.yml'), RUNBOOK('slower', 12));
});
afterAll(() => site.remove());
afterEach(closeTerminals);

function journal(run: string): string[] {
  const text = segments(site.dir)
    .map((file) => readFileSync(file, 'utf8'))
    .join('');
  return text.split('\n').filter((line) => line.includes(run));
}

function count(run: string, type: string): number {
  return journal(run).filter((line) => line.includes(`"type":"${type}"`)).length;
}

async function until(look: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within 15 s: ${what}`);
}

/** An approved run of a slow runbook, resumed in a terminal, with its first child alive. */
async function underWay(book = 'slow'): Promise<{ run: string; terminal: Terminal }> {
  const begun = await site.json(['runbook', 'run', book, '--execute', '--answer', 'who=wang']);
  expect(begun.code).toBe(4);
  const run = String(begun.data.run);
  expect((await site.run(['--as', 'chen', 'approve', run, '--yes'])).code).toBe(0);
  const env = cleanEnv({ TERM: 'xterm-256color' });
  const terminal = openTerminal([bin, '--site', site.dir, '--lang', 'en', 'runbook', 'resume', run], { env });
  await until(() => count(run, 'change.spawned') === 1, 'the first child is recorded');
  return { run, terminal };
}

/** The run was left resumable, nothing is in doubt, and a resume does only what is missing. */
async function resumesToTheEnd(run: string): Promise<void> {
  expect(count(run, 'run.closed')).toBe(0);
  const resumed = await site.json(['runbook', 'resume', run]);
  expect(resumed).toMatchObject({ code: 0, verdict: 'done' });
  expect(count(run, 'change.intended')).toBe(2);
  expect(count(run, 'change.made')).toBe(2);
}

describe('while a Change runs', () => {
  it('Ctrl-C: says so at once, lets it end, suspends with 130 and says how to resume', async () => {
    const { run, terminal } = await underWay();
    terminal.ctrlC();
    await terminal.waitFor(/Interrupted/);
    expect(await terminal.ended()).toMatchObject({ code: 130 });
    const text = terminal.text();
    expect(text).toContain(`runbook resume ${run}`);
    expect(text.indexOf('Interrupted')).toBeLessThan(text.indexOf('made: wait.1'));
    expect(count(run, 'change.made')).toBe(1);
    await resumesToTheEnd(run);
  });

  it('Ctrl-C twice: leaves at once and says what that means; the resume looks first', async () => {
    const { run, terminal } = await underWay('slower');
    terminal.ctrlC();
    await terminal.waitFor(/Interrupted/);
    terminal.ctrlC();
    expect(await terminal.ended(8000)).toMatchObject({ code: 130 });
    expect(terminal.text()).toMatch(/may or may not have happened/);
    const early = await site.json(['runbook', 'resume', run]);
    expect(early.code).toBe(7);
    expect(count(run, 'change.intended')).toBe(1);
    const [doubt] = early.data.inDoubt as readonly { change: string; target: string }[];
    expect(doubt).toMatchObject({ target: 'host:local' });
    const other = await site.json(['runbook', 'run', 'slow', '--execute', '--answer', 'who=wang']);
    await site.run(['--as', 'chen', 'approve', String(other.data.run), '--yes']);
    expect((await site.run(['runbook', 'resume', String(other.data.run)])).code).toBe(3);
    const settled = [
      'runbook',
      'settle',
      run,
      doubt?.change ?? '',
      '--happened',
      '--reason',
      'it has ended, and waiting cannot fail',
    ];
    // While the child lives nobody may say how it ended.
    expect((await site.run(settled)).code).toBe(3);
    for (let tries = 0; tries < 40 && (await site.run(settled)).code === 3; tries++)
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect(count(run, 'change.made')).toBe(1);
    await resumesToTheEnd(run);
    expect((await site.run(['runbook', 'resume', String(other.data.run)])).code).toBe(0);
  });

  it('SIGTERM: the same with 143', async () => {
    const { run, terminal } = await underWay();
    process.kill(terminal.pid, 'SIGTERM');
    expect(await terminal.ended()).toMatchObject({ code: 143 });
    await resumesToTheEnd(run);
  });

  it('a lost SSH connection: the Change ends, the run suspends, nothing is printed into the void', async () => {
    const { run, terminal } = await underWay();
    terminal.hangup();
    await until(() => count(run, 'run.suspended') === 2, 'the run is suspended');
    expect(count(run, 'change.made')).toBe(1);
    await until(() => !isAlive(terminal.pid), 'gxops ended');
    await resumesToTheEnd(run);
  });
});

describe('in a question', () => {
  it('Ctrl-C: 130, the run is resumable, and the answer can be given by flag', async () => {
    const env = cleanEnv({ TERM: 'xterm-256color' });
    const terminal = openTerminal([bin, '--site', site.dir, '--lang', 'en', 'runbook', 'run', 'slow', '--execute'], {
      env,
    });
    await terminal.waitFor('Who called?');
    terminal.type('half an ans');
    terminal.ctrlC();
    expect(await terminal.ended()).toMatchObject({ code: 130 });
    const run = /R-\d{8}-\w+/.exec(terminal.text())?.[0] ?? '';
    expect(terminal.text()).toContain(`runbook resume ${run}`);
    expect(count(run, 'answer.given')).toBe(0);
    const resumed = await site.json(['runbook', 'resume', run, '--answer', 'who=wang']);
    expect(resumed.code).toBe(4);
  });

  it('without a terminal: 4, the flag is named, nothing half-drawn on stdout', async () => {
    const asked = await site.run(['--lang', 'en', 'runbook', 'run', 'slow', '--execute']);
    expect(asked.code).toBe(4);
    expect(asked.stdout + asked.stderr).toContain('--answer who=');
    expect(asked.stdout).not.toMatch(/\x1b|\? Who called/);
  });

  it('--no-input stands beside --input, before and after it, and asks nothing even on a terminal', async () => {
    const harden = ['runbook', 'run', 'harden-linux', '--input', 'host=sandbox'];
    expect((await site.run([...harden, '--no-input'])).code).toBe(1);
    expect((await site.run(['--no-input', ...harden])).code).toBe(1);
    const env = cleanEnv({ TERM: 'xterm-256color' });
    const argv = ['--lang', 'en', '--no-input', 'runbook', 'run', 'slow', '--execute'];
    const terminal = openTerminal([bin, '--site', site.dir, ...argv], { env });
    expect(await terminal.ended()).toMatchObject({ code: 4 });
    expect(terminal.text()).toContain('--answer who=');
  });

  it('typed answers arrive as typed, Chinese too', async () => {
    const env = cleanEnv({ TERM: 'xterm-256color' });
    const terminal = openTerminal([bin, '--site', site.dir, '--lang', 'en', 'runbook', 'run', 'slow', '--execute'], {
      env,
    });
    await terminal.waitFor('Who called?');
    terminal.type('值班长王芳');
    terminal.enter();
    expect(await terminal.ended()).toMatchObject({ code: 4 });
    const run = /R-\d{8}-\w+/.exec(terminal.text())?.[0] ?? '';
    expect(journal(run).join('\n')).toContain('值班长王芳');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
