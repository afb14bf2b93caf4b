/** The terminal that the other tests trust: keys, Ctrl-C, hang-up, sizes, wide glyphs, the screen after cursor movement. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeTerminals, openTerminal } from './pty.ts';
import { lineOf, play, visible } from './screen.ts';

afterEach(closeTerminals);

describe('a terminal', () => {
  it('types, shows and ends with the program’s code', async () => {
    const terminal = openTerminal(['/bin/sh', '-c', 'printf "name? "; read name; echo "hello $name"; exit 7']);
    await terminal.waitFor('name? ');
    terminal.type('张三');
    terminal.enter();
    await terminal.waitFor('hello 张三');
    expect(await terminal.ended()).toEqual({ code: 7, signal: 0 });
  });

  it('has the size it was given', async () => {
    const terminal = openTerminal(['/bin/sh', '-c', 'stty size'], { columns: 80, rows: 24 });
    await terminal.ended();
    expect(terminal.text()).toContain('24 80');
  });

  it('sends SIGINT for Ctrl-C', async () => {
    const terminal = openTerminal([
      '/bin/sh',
      '-c',
      'trap "echo interrupted; exit 130" INT; echo ready; while :; do sleep 0.1; done',
    ]);
    await terminal.waitFor('ready');
    terminal.ctrlC();
    expect((await terminal.ended()).code).toBe(130);
    expect(terminal.text()).toContain('interrupted');
  });

  it('hangs up: the program gets SIGHUP', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gxops-pty-'));
    const note = join(folder, 'hup');
    const terminal = openTerminal([
      '/bin/sh',
      '-c',
      `trap 'echo hup > ${note}; exit 129' HUP; echo ready; while :; do sleep 0.1; done`,
    ]);
    await terminal.waitFor('ready');
    terminal.hangup();
    for (let i = 0; i < 100 && !existsSync(note); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readFileSync(note, 'utf8')).toBe('hup\n');
    rmSync(folder, { recursive: true });
  });
});

describe('a screen', () => {
  const lines = (recording: string, columns = 20, rows = 5) => visible(play(recording, columns, rows), rows);

  it('gives wide glyphs two columns and wraps before they are cut', () => {
    expect(lines('一二三四五', 5)).toEqual(['一二', '三四', '五']);
    expect(play('一a', 10, 5).rows[0]?.map(({ glyph }) => glyph)).toEqual(['一', '', 'a']);
  });

  it('redraws a spinner in place', () => {
    expect(lines('| one\r\x1b[K/ two\r\n')).toEqual(['/ two', '']);
  });

  it('moves up and erases below as prompts do', () => {
    expect(lines('? a\r\n  x\r\n  y\x1b[2A\x1b[0G\x1b[J✔ a done\r\n')).toEqual(['✔ a done', '']);
  });

  it('scrolls, keeping what went off', () => {
    const screen = play('1\r\n2\r\n3\r\n4', 10, 2);
    expect(visible(screen, 2)).toEqual(['3', '4']);
    expect(screen.rows.map(lineOf)).toEqual(['1', '2', '3', '4']);
  });

  it('keeps colours', () => {
    const cells = play('\x1b[1;31mA\x1b[0m\x1b[38;5;208mB\x1b[39mC', 10, 2).rows[0] ?? [];
    expect(cells.map(({ style }) => style)).toEqual([{ bold: true, colour: 1 }, { colour: '#ff8700' }, {}]);
  });
});
