/** The traps of a terminal, each with the real program in a real pty: Ctrl-C, hang-up, no terminal, closed pipes, small screens, bare environments. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bin, cleanEnv, gxops, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';
import { growJournal } from '../stand-ins/entries.ts';
import { snapshot } from '../stand-ins/folder.ts';
import { closeTerminals, openTerminal, type Terminal } from '../stand-ins/pty.ts';

let site: Sandbox;
let silent: Server;
const sockets = new Set<Socket>();

beforeAll(async () => {
  site = await makeSandbox(100);
  // A server that accepts and never says a word: a look at it takes long and has a child of its own, ssh.
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const file = join(site.dir, 'site.yml');
  const slow = `  slow: { connect: ssh, address: 127.0.0.1, port: ${port}, user: nobody }`;
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/^hosts:.*$/m, (line) => `${line}\n${slow}`),
  );
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  site.remove();
});
afterEach(closeTerminals);

function terminal(
  args: readonly string[],
  opened: { columns?: number; rows?: number; env?: Record<string, string> } = {},
): Terminal {
  return openTerminal([bin, '--site', site.dir, '--lang', 'en', ...args], {
    ...opened,
    cwd: site.dir,
    env: cleanEnv({ TERM: 'xterm-256color', ...opened.env }),
  });
}

/** Waits until `look` holds; fails after so many seconds. */
async function until(look: () => boolean, what: string, seconds = 20): Promise<void> {
  for (let i = 0; i < seconds * 20; i++) {
    if (look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

/** Processes whose command line holds the word. */
function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    });
}

const HARDEN = ['runbook', 'run', 'harden-linux', '--input', 'host=sandbox', '--execute'];

describe('Ctrl-C', () => {
  it('in a prompt: 130, nothing was approved, and the terminal echoes again', async () => {
    const waiting = await site.json([...HARDEN, '--yes']);
    const run = String(waiting.data.run);
    const shell = openTerminal(['/bin/sh'], { cwd: site.dir, env: cleanEnv({ TERM: 'xterm-256color', PS1: '$ ' }) });
    await shell.waitFor('$');
    shell.type(`${bin} --lang en --site ${site.dir} --as chen approve ${run}; echo "code=$?"`);
    shell.enter();
    await shell.waitFor(/\(y\/N\)|\(Y\/n\)/i);
    shell.ctrlC();
    await shell.waitFor('code=130');
    shell.type('stty -a; echo "typed"here');
    shell.enter();
    const shown = await shell.waitFor('typedhere');
    expect(shown).toMatch(/(^|[ ;])isig/m);
    expect(shown).toMatch(/(^|[ ;])icanon/m);
    expect(shown).toMatch(/(^|[ ;])echo[ ;\n]/m);
    const log = await site.run(['audit', 'log', '--json']);
    expect(log.stdout).not.toContain('"approval.granted"');
    shell.type('exit');
    shell.enter();
    await shell.ended();
  });

  it('in a long look: 130 at once, and its ssh is gone', async () => {
    const before = sockets.size;
    const look = terminal(['harden', 'check', '--host', 'slow']);
    await until(() => sockets.size > before, 'ssh connected');
    const began = performance.now();
    look.ctrlC();
    expect((await look.ended(15_000)).code).toBe(130);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(look.text()).toMatch(/nothing|changed/i);
    await until(() => sockets.size === 0, 'its ssh ended', 5);
  });

  it('said with SIGTERM: 143', async () => {
    const before = sockets.size;
    const look = terminal(['harden', 'check', '--host', 'slow']);
    await until(() => sockets.size > before, 'ssh connected');
    process.kill(look.pid, 'SIGTERM');
    expect((await look.ended(15_000)).code).toBe(143);
    await until(() => sockets.size === 0, 'its ssh ended', 5);
  });
});

describe('a lost SSH connection', () => {
  it('in a long look: ends with nothing left running', async () => {
    const before = sockets.size;
    const look = terminal(['harden', 'check', '--host', 'slow']);
    await until(() => sockets.size > before, 'ssh connected');
    look.hangup();
    await until(() => sockets.size === 0 && processesWith(site.dir).length === 0, 'gxops and its ssh ended', 5);
  });

  it('in a prompt: ends, and the run waits as it did', async () => {
    const waiting = await site.json([...HARDEN, '--yes']);
    const run = String(waiting.data.run);
    const approve = terminal(['--as', 'chen', 'approve', run]);
    await approve.waitFor(/\(y\/N\)|\(Y\/n\)/i);
    approve.hangup();
    await until(() => processesWith(run).length === 0, 'gxops ended');
    const resumed = await site.json(['runbook', 'resume', run]);
    expect(resumed.code).toBe(4);
  });
});

describe('without a terminal', () => {
  it('</dev/null: a question is exit 4 and names the flag, never 0', async () => {
    const host = join(site.dir, 'sandbox/host');
    const before = snapshot(host);
    const run = String((await site.json([...HARDEN, '--yes'])).data.run);
    const asked = await site.run(['--lang', 'en', '--as', 'chen', 'approve', run]);
    expect(asked.code).toBe(4);
    expect(asked.stderr).toMatch(/--yes|--answer approve=yes/);
    expect(asked.stdout).not.toMatch(/\x1b|\(y\/N\)/);
    expect(snapshot(host)).toEqual(before);
  });

  it('the home screen is data, not a menu', async () => {
    const home = await site.run(['--lang', 'en']);
    expect(home.code).toBe(0);
    expect(home.stdout).not.toContain('\x1b');
    expect(home.stdout).toContain('gxops');
  });

  it('| head -1: no stack, no broken-pipe noise, and head has its line', async () => {
    const child = spawn(
      'bash',
      [
        '-c',
        `set -o pipefail; "$0" --site "$1" audit log --json | head -1; echo "codes=\${PIPESTATUS[*]}"`,
        bin,
        site.dir,
      ],
      { env: cleanEnv() },
    );
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk));
    await new Promise((resolve) => child.on('close', resolve));
    expect(out).toMatch(/codes=0 0/);
    expect(err).not.toMatch(/EPIPE|at .*\.js|Unhandled/);
  });

  it('env -i: no HOME, no PATH, no TERM', async () => {
    const listed = await gxops(['--site', site.dir, 'runbook', 'list'], { env: {}, cwd: '/' });
    expect(listed.code).toBe(0);
    expect(listed.stdout).toContain('harden-linux');
    expect((await gxops(['--version'], { env: {}, cwd: '/' })).stdout).toMatch(/^gxops \d+\.\d+\.\d+\n$/);
  });
});

describe('screens', () => {
  it('80 x 24: no line is wider than the screen', async () => {
    for (const args of [
      ['harden', 'check', '--host', 'sandbox'],
      ['--help'],
      [...HARDEN.slice(0, -1)],
      ['runbook', 'show', 'harden-linux'],
    ]) {
      for (const lang of ['en', 'zh-CN']) {
        const shown = terminal(['--lang', lang, ...args], { columns: 80, rows: 24 });
        await shown.ended();
        const wide = shown
          .raw()
          .split(/\r?\n/)

          // A command to copy is never broken; the terminal folds it itself.
          .filter((line) => stringWidth(line) > 80 && !/^\s*(\x1b\[\d*m)*\s*gxops /.test(line));
        expect(wide, `${args.join(' ')} in ${lang}`).toEqual([]);
      }
    }
  });

  it('NO_COLOR, TERM=dumb and --no-color: not one colour', async () => {
    const args = ['harden', 'check', '--host', 'sandbox'];
    const colour = /\x1b\[[\d;]*[1-9][\d;]*m/;
    const plain = terminal(args, { env: { NO_COLOR: '1' } });
    await plain.ended();
    expect(plain.raw()).not.toMatch(colour);
    const dumb = terminal(args, { env: { TERM: 'dumb' } });
    await dumb.ended();
    expect(dumb.raw()).not.toMatch(colour);
    const flagged = terminal(['--no-color', ...args]);
    await flagged.ended();
    expect(flagged.raw()).not.toMatch(colour);
    const coloured = terminal(args);
    await coloured.ended();
    expect(coloured.raw()).toMatch(colour);
  });
});

describe('long output', () => {
  it('1 MiB of JSON through a slow pipe arrives whole', async () => {
    growJournal(site.dir, 3500, 400);
    const child = spawn(bin, ['--site', site.dir, 'audit', 'log', '--last', '3600', '--json'], {
      env: cleanEnv(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) {
      chunks.push(chunk as Buffer);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const text = Buffer.concat(chunks).toString('utf8');
    expect(text.length).toBeGreaterThan(1 << 20);
    expect(JSON.parse(text)).toMatchObject({ schema: 1, exit: 0 });
  });
});
