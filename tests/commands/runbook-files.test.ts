/** runbook lint, new, schema and test, site check and show: what they report and how they end. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/commands/command.ts';
import { run as lint } from '../../src/commands/runbook/lint.ts';
import { run as make } from '../../src/commands/runbook/new.ts';
import { run as schema } from '../../src/commands/runbook/schema.ts';
import { run as test } from '../../src/commands/runbook/test.ts';
import { run as check } from '../../src/commands/site/check.ts';
import { run as show } from '../../src/commands/site/show.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak, spoken } from '../../src/core/text.ts';
import type { World } from '../../src/core/world.ts';
import { fakeWorld, type Outside, outside } from '../../src/engine/fake-world.ts';
import { parseSite } from '../../src/rules/site.ts';
import { sandboxSiteYaml } from '../../src/rules/site-start.ts';

const shipped = (name: string) => readFileSync(new URL(`../../templates/${name}`, import.meta.url), 'utf8');
const TEMPLATE = shipped('site.yml');
const SITE = parseSite(sandboxSiteYaml(TEMPLATE), '/site', TEMPLATE);

function call(out: Outside, files: Record<string, string>, ...args: string[]): Call {
  const fake = fakeWorld(out);
  const world: World = { ...fake, keep: { ...fake.keep, template: async (name) => shipped(name) } };
  const session = {
    ...{ world, site: SITE, operator: 'li', signal: new AbortController().signal },
    tell: () => undefined,
    progress: () => undefined,
  };
  const nothing: Call['pieces'] = () => Promise.reject(new Error('no file')) as never;
  const read: Call['read'] = async (_, path) => Buffer.from(files[path] ?? '');
  return { args, options: {}, session, execute: false, read, pieces: nothing, show: async () => undefined };
}

const text = (value: unknown) => JSON.stringify(spoken(value));

describe('runbook new', () => {
  it('writes what lints clean and plays through', { timeout: 20_000 }, async () => {
    const out = outside();
    const written = await make(call(out, {}, 'flush-cache'));
    expect(written.data).toEqual({ file: '/site/runbooks/flush-cache.yml' });
    expect(out.side.has('runbooks/flush-cache.yml')).toBe(true);
    expect((await lint(call(out, {}, 'flush-cache'))).verdict).toBe('done');
    expect((await test(call(out, {}, 'flush-cache'))).verdict).toBe('done');
  });

  it.each([
    ['Bad Name', 'usage'],
    ['../x', 'usage'],
    ['harden-linux', 'refused'],
    ['mine', 'refused'],
  ])('%s is not written', async (name, verdict) => {
    const out = outside();
    out.side.set('runbooks/mine.yml', Buffer.from('mine'));
    await expect(make(call(out, {}, name))).rejects.toSatisfy(
      (error) => error instanceof Stop && error.verdict === verdict,
    );
    expect([...out.side]).toEqual([['runbooks/mine.yml', Buffer.from('mine')]]);
  });
});

describe('runbook lint', () => {
  it('of a faulty file: exit 2, every fault at its line', async () => {
    const faulty = shipped('new-runbook.yml')
      .replaceAll(/\bNAME\b/g, 'x')
      .replace('risk: medium', 'risk: medum')
      .replace('every: 5s', 'evry: 5s');
    const report = await lint(call(outside(), { 'x.yml': faulty }, 'x.yml'));
    expect(report.verdict).toBe('usage');
    expect(report.data).toMatchObject({
      problems: [{ key: 'risk', nearest: 'medium' }, { key: 'steps[4].watch.every' }, { nearest: 'every' }],
    });
    expect(text(report.sections)).toMatch(/x\.yml:\d+:\d+ {2}risk is/);
  });

  it('of a shipped one by its name', async () => {
    expect((await lint(call(outside(), {}, 'harden-linux'))).verdict).toBe('done');
  });
});

describe('runbook test', () => {
  it.each(['restart-service', 'config-line'])('%s, as shipped, comes back from every failure', {
    timeout: 20_000,
  }, async (name) => {
    const file = `${name}.yml`;
    const report = await test(call(outside(), { [file]: shipped(`runbooks/${file}`) }, file));
    expect(report.verdict, text(report.sections)).toBe('done');
    expect((report.data as { trials: unknown[] }).trials.length).toBeGreaterThanOrEqual(10);
  });

  it('says when its own changes do not make what it looks for', { timeout: 20_000 }, async () => {
    const wrong = shipped('new-runbook.yml')
      .replaceAll(/\bNAME\b/g, 'x')
      .replaceAll('contains: 由运行手册维护', 'contains: something else');
    const report = await test(call(outside(), { 'x.yml': wrong }, 'x.yml'));
    expect(report.verdict).toBe('findings');
    expect(text(report.sections)).toContain('trial-whole');
  });

  it('plays nothing where no sample is known, and says so', async () => {
    const strange = shipped('runbooks/config-line.yml')
      .replace(', example: /etc/chrony.conf', '')
      .replace("'^/etc/[A-Za-z0-9_.@/-]{1,200}$'", () => "'^/opt/x+$'");
    const report = await test(call(outside(), { 'x.yml': strange }, 'x.yml'));
    expect(report.verdict).toBe('unreachable');
    expect(text(report.sections)).toContain('inputs.file');
  });
});

it('runbook schema gives the schema as data', async () => {
  expect((await schema()).data).toEqual(JSON.parse(shipped('runbook.schema.json')));
});

describe('site', () => {
  const withSite = (yaml: string) => {
    const out = outside();
    out.side.set('site.yml', Buffer.from(yaml));
    return out;
  };
  it('check: valid is done, faulty is exit 2 with every fault', async () => {
    expect((await check(call(withSite(TEMPLATE), {}))).verdict).toBe('done');
    const report = await check(
      call(withSite(TEMPLATE.replace('databases:', 'databases:\n  x: { kind: sqlit, file: a }')), {}),
    );
    expect(report.verdict).toBe('usage');
    expect(report.data).toMatchObject({ problems: [{ key: 'databases.x.kind', nearest: 'sqlite' }] });
    expect(text(report.sections)).toMatch(/site\.yml:\d+:\d+ {2}databases\.x\.kind is/);
  });

  it('check without a site.yml is refused, and says how to make one', async () => {
    await expect(check(call(outside(), {}))).rejects.toSatisfy(
      (error) => error instanceof Stop && error.verdict === 'usage',
    );
  });

  it('show names secrets by where they come from and judges their files', async () => {
    const site = parseSite(TEMPLATE, '/site', TEMPLATE);
    const out = outside({
      look: (_, argv) => ({
        code: 0,
        stdout: argv.at(-1) === '/site/secrets/pg1' ? '600 0 regular file' : '644 0 regular file',
        stderr: '',
      }),
    });
    const { session, ...rest } = call(out, {});
    const report = await show({ ...rest, session: { ...session, site } });
    expect(report.verdict).toBe('findings');
    const { findings } = report.data as unknown as { findings: { subject: string; outcome: string }[] };
    expect(findings.map(({ subject, outcome }) => `${subject} ${outcome}`)).toContain('/site/secrets/pg1 pass');
    expect(findings.map(({ subject, outcome }) => `${subject} ${outcome}`)).toContain('/site/secrets/es fail');
    expect(speak(report.title)).toContain(site.name);
  });
});
