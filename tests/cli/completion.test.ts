/** Completion in real shells: Tab is pressed in a real bash; zsh and fish where they are installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bin, gxops, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';
import { closeTerminals, openTerminal } from '../stand-ins/pty.ts';

let site: Sandbox;
const folder = mkdtempSync(join(tmpdir(), 'gxops-shells-'));

beforeAll(async () => {
  site = await makeSandbox(50);
  symlinkSync(bin, join(folder, 'gxops'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = await gxops(['completion', shell]);
    expect(script.code).toBe(0);
    writeFileSync(join(folder, shell), script.stdout);
  }
});
afterEach(closeTerminals);
afterAll(() => {
  site?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const environment = () => ({
  PATH: `${folder}:${process.env.PATH}`,
  HOME: folder,
  GXOPS_SITE: site.dir,
  PS1: 'ready> ',
});
const words = async (...typed: string[]) =>
  (await site.run(['completion', 'words', '--', ...typed])).stdout.trim().split('\n');

function has(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('the words', () => {
  test.each([
    [['run'], ['runbook']],
    [['runbook', 'resu'], ['resume']],
    [['runbook', 'run', 'harden'], ['harden-linux']],
    [
      ['runbook', 'run', 'harden-linux', '--input', 'host='],
      ['host=local', 'host=sandbox'],
    ],
    [['--lang', 'z'], ['zh-CN']],
    [['--lang=z'], ['--lang=zh-CN']],
    [['approve', '--as', 'ch'], ['chen']],
    [['--as', 'chen', 'appr'], ['approve']],
    [['help', 'exit'], ['exit-codes']],
    [['--report', 'x'], [':files']],
    [['runbook', 'run', '--exec'], ['--execute']],
    [['nonsense', ''], ['']],
  ])('%j gives %j', async (typed, wanted) => {
    expect(await words(...typed)).toEqual(wanted);
  });

  test('without a site it is quiet and still knows the commands', async () => {
    const ran = await gxops(['completion', 'words', '--', 'runbook', 'run', ''], { cwd: folder });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('bash', () => {
  async function tab(typed: string, wanted: RegExp): Promise<void> {
    const shell = openTerminal(['bash', '--norc', '--noprofile', '-i'], { cwd: folder, env: environment() });
    await shell.waitFor('ready>');
    shell.type('bind "set enable-bracketed-paste off"; source ./bash\r');
    await shell.waitFor(/source \.\/bash\s+ready>/);
    shell.type(typed);
    await shell.waitFor(wanted, 15_000);
    shell.hangup();
  }

  test('Tab finishes a runbook', () => tab('gxops runbook run hard\t', /gxops runbook run harden-linux$/m));
  test('Tab finishes a flag', () => tab('gxops runbook run --exec\t', /gxops runbook run --execute$/m));
  test('Tab finishes the value behind =', () =>
    tab('gxops runbook run x --input host=sand\t', /--input host=sandbox$/m));
  test('Tab finishes an operator', () => tab('gxops approve --as zha\t\t', /zhang\s+zhao/));
  test('Tab finishes a file', () => tab('gxops --report ba\t', /--report bash$/m));
  test('the script is valid', () => void execFileSync('bash', ['-n', join(folder, 'bash')]));
});

describe.runIf(has('zsh'))('zsh', () => {
  test('Tab finishes a runbook', async () => {
    const shell = openTerminal(['zsh', '-f', '-i'], { cwd: folder, env: environment() });
    shell.type('autoload -Uz compinit && compinit -u && source ./zsh && echo sour""ced\r');
    await shell.waitFor('sourced');
    shell.type('gxops runbook run hard\t');
    await shell.waitFor(/gxops runbook run harden-linux/);
  });
});

describe.runIf(has('fish'))('fish', () => {
  test('the shell itself lists the names', () => {
    const line = `source ${join(folder, 'fish')}; complete -C 'gxops runbook run hard'`;
    const out = execFileSync('fish', ['--no-config', '-c', line], { env: { ...environment(), TERM: 'dumb' } });
    expect(out.toString()).toContain('harden-linux');
  });
});

for (const shell of ['zsh', 'fish'].filter((name) => !has(name))) {
  test.skip(`${shell} is not installed here: its completion was not tried`, () => undefined);
}
