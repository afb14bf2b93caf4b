/** The words of the command line with the real program: version, help, unknown names, flags before and after, no site. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, gxops, makeSandbox, type Sandbox } from '../stand-ins/bin.ts';

const env = cleanEnv({ GXOPS_LANG: 'en' });
let site: Sandbox;
let empty: string;
beforeAll(async () => {
  site = await makeSandbox(20);
  empty = mkdtempSync(join(tmpdir(), 'gxops-empty-'));
});
afterAll(() => {
  site.remove();
  rmSync(empty, { recursive: true, force: true });
});

describe('version and help', () => {
  it.each([['--version'], ['-V'], ['version'], ['runbook', 'list', '--version']])('%s %s', async (...words) => {
    const { code, stdout, stderr } = await gxops(words);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^gxops \d+\.\d+\.\d+\n$/);
  });

  it.each([[['--help']], [['-h']], [['help']], [['--json', '--help']]])('%j shows the three groups', async (words) => {
    const { code, stdout } = await gxops(words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Do$/m);
    expect(stdout).toContain('runbook');
    expect(stdout).not.toMatch(/^ {2}completion/m);
  });

  it('help all lists the rest, help exit-codes the table', async () => {
    const all = (await gxops(['help', 'all'])).stdout;
    expect(all).toMatch(/^ {2}operator/m);
    expect(all).not.toContain('gxops help all');
    const { stdout } = await gxops(['help', 'exit-codes']);
    for (const line of ['0 done', '5 undone', '70 bug', '130 interrupted']) expect(stdout).toContain(line);
  });

  it('help of a noun, of a verb, and --help anywhere', async () => {
    expect((await gxops(['runbook'])).stdout).toContain('runbook settle RUN CHANGE');
    const verb = await gxops(['help', 'runbook', 'run']);
    expect(verb.stdout).toContain('--input <name=value>…');
    expect((await gxops(['runbook', '--help', 'run'])).stdout).toBe(verb.stdout);
    expect((await gxops(['help', 'approve'])).stdout).toContain('--countersign');
  });
});

describe('what is not understood', () => {
  it.each([
    [['runbok'], 'runbook'],
    [['help', 'runbok'], 'runbook'],
    [['runbook', 'rnu'], 'run'],
    [['runbook', 'run', 'harden-linux', '--inptu', 'a=b'], '--input'],
    [['runbook', 'list', '--jsn'], '--json'],
    [['runbook', 'show', 'harden-linus'], 'harden-linux'],
    [['runbook', 'list', '--format', 'mdd'], 'md'],
    [['--as', 'cehn', 'runbook', 'list'], 'chen'],
    [['runbook', 'run', 'harden-linux', '--input', 'hots=sandbox'], 'host'],
    [['runbook', 'run', 'harden-linux', '--input', 'host=sandbax'], 'sandbox'],
  ])('%j: exit 2, names %s', async (words, near) => {
    const { code, stdout, stderr } = await site.run(words, { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`Did you mean “?${near}\\b`));
  });

  it.each([
    [['runbook', 'show'], 'NAME'],
    [['runbook', 'list', 'surplus'], 'too many'],
    [['--lang', 'zh-C', 'runbook', 'list'], 'zh-CN'],
    [['runbook', 'run', 'harden-linux', '--input'], '--input'],
    [['runbook', 'run', 'harden-linux', '--input', 'host'], 'NAME=VALUE'],
    [['runbook', 'run', 'harden-linux'], '--input host'],
    [['runbook', 'resume', '../../etc'], 'R-…'],
    [['runbook', 'runs', '--last', 'many'], '--last'],
    [['runbook', 'list', '--answer', 'x'], '--answer'],
    [['rollback', 'run', 'R-20260101-00000', '--execute'], 'R-20260101-00000'],
    [['runbook', 'settle', 'R-20260101-00000', 'c.1', '--happened', '--reason', 'x'], 'R-20260101-00000'],
  ])('%j: exit 2, names what', async (words, what) => {
    const { code, stdout, stderr } = await site.run(words, { env });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(what);
  });

  it('is one JSON document on stderr with --json', async () => {
    const { code, stdout, stderr } = await site.run(['runbook', 'show', 'harden-linus', '--json']);
    expect([code, stdout]).toEqual([2, '']);
    expect(JSON.parse(stderr)).toMatchObject({ schema: 1, command: 'runbook show', verdict: 'usage', exit: 2 });
  });
});

describe('the flags known everywhere', () => {
  it('work before the noun, between and after', async () => {
    const outputs = await Promise.all([
      gxops(['--site', site.dir, '--json', 'runbook', 'list']),
      gxops(['runbook', '--json', `--site=${site.dir}`, 'list']),
      gxops(['runbook', 'list', '--site', site.dir, '--json']),
      gxops(['runbook', 'list', '--json'], { cwd: join(site.dir, 'sandbox') }),
      gxops(['runbook', 'list', '--json'], { env: cleanEnv({ GXOPS_SITE: site.dir }), cwd: empty }),
    ]);
    const books = outputs.map(({ code, stdout }) => [code, JSON.parse(stdout).data]);
    for (const each of books) expect(each).toEqual([0, books[0]?.[1]]);
  });

  it('name the site in what to type next, so that it works as it stands', async () => {
    const { next } = JSON.parse((await site.run(['operator', 'retire', 'nobody', '--json'])).stderr);
    expect(next).toEqual([`gxops operator list --site ${site.dir}`]);
  });

  it('no site: exit 2 and how to make one; bare gxops shows the help', async () => {
    const none = await gxops(['runbook', 'list'], { cwd: empty });
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('gxops site init');
    expect((await gxops(['--site', empty, 'runbook', 'list'])).stderr).toContain('--site');
    const bare = await gxops([], { cwd: empty });
    expect([bare.code, bare.stdout.split('\n')[0]]).toEqual([0, 'gxops: guided, recorded, reversible operations']);
  });

  it('--report writes the form that is asked for', async () => {
    const file = join(empty, 'list.html');
    const { code, stdout } = await site.run(['runbook', 'list', '--report', file, '--format', 'html']);
    expect(code).toBe(0);
    expect(stdout).toContain('harden-linux');
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/i);
  });

  it('--report that cannot be written is said with the flag, after the work is shown', async () => {
    const { code, stdout, stderr } = await site.run(['runbook', 'list', '--report', join(empty, 'no/such/list.md')]);
    expect(code).toBe(9);
    expect(stdout).toContain('harden-linux');
    expect(stderr).toContain('--report');
  });
});
