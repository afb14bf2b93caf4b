/** Questions on a real terminal, and off one. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

const PROGRAM = fileURLToPath(new URL('./prompt-program.ts', import.meta.url));
const argvOf = (question: object): string[] => [process.execPath, PROGRAM, JSON.stringify(question)];
const message = { t: 'Go', with: {} };

describe('a prompt', () => {
  afterEach(closeTerminals);

  it('asks in the chosen language after the spinner is gone, and takes y', async () => {
    const terminal = openTerminal(argvOf({ id: 'a', kind: 'confirm', message }));
    await terminal.waitFor('looking');
    await terminal.waitFor('继续？');
    expect(terminal.screen().join('\n')).not.toContain('looking');
    terminal.type('y');
    terminal.enter();
    await terminal.waitFor('ANSWER true');
    expect((await terminal.ended()).code).toBe(0);
  });

  it('offers choices by their titles and gives their value', async () => {
    const choices = [
      { value: 'one', title: { t: 'First', with: {} } },
      { value: 'two', title: 'Second' },
    ];
    const terminal = openTerminal(argvOf({ id: 'a', kind: 'choice', message, choices }));
    await terminal.waitFor('第一');
    terminal.type('\x1b[B');
    terminal.enter();
    await terminal.waitFor('ANSWER "two"');
    await terminal.ended();
  });

  it('holds text to its pattern', async () => {
    const terminal = openTerminal(argvOf({ id: 'a', kind: 'text', message, match: '[a-z]+' }));
    await terminal.waitFor('继续？');
    terminal.type('ABC');
    terminal.enter();
    await terminal.waitFor('must match');
    terminal.type('\x7f\x7f\x7fabc');
    terminal.enter();
    await terminal.waitFor('ANSWER "abc"');
    await terminal.ended();
  });

  it('shows nothing of a secret', async () => {
    const terminal = openTerminal(argvOf({ id: 'a', kind: 'secret', message }));
    await terminal.waitFor('继续？');
    terminal.type('canary-99');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(terminal.raw()).not.toContain('canary-99');
    terminal.enter();
    await terminal.waitFor('ANSWER');
    await terminal.ended();
  });

  it('ends on Ctrl-C as interrupted', async () => {
    const terminal = openTerminal(argvOf({ id: 'a', kind: 'text', message }));
    await terminal.waitFor('继续？');
    terminal.ctrlC();
    await terminal.waitFor('STOP interrupted');
    await terminal.ended();
  });

  it('lets no escape sequence of a message through', async () => {
    const terminal = openTerminal(argvOf({ id: 'a', kind: 'confirm', message: 'x\x1b]0;title\x07y' }));
    await terminal.waitFor('\\x1b]0;title\\x07y');
    expect(terminal.raw()).not.toContain('\x1b]0;title');
    terminal.ctrlC();
    await terminal.ended();
  });

  it('does not ask without a terminal, and draws nothing on stdout', () => {
    const [file = '', ...args] = argvOf({ id: 'a', kind: 'text', message });
    const { stdout, stderr } = spawnSync(file, args, { input: '', encoding: 'utf8', timeout: 20_000 });
    expect(stdout).toMatch(/^STOP waiting /);
    expect(stderr).not.toContain('继续');
  });
});
