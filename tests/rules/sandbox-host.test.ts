/** The sandbox's server: the same for a seed, faulty before hardening, without a fault after it. */
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/json.ts';
import { speak } from '../../src/core/text.ts';
import { changesFor, curable } from '../../src/rules/linux/fixes.ts';
import { LINUX_RULES, needsOf } from '../../src/rules/linux/index.ts';
import { judgeRules } from '../../src/rules/linux/judge.ts';
import { sandboxHostFiles } from '../../src/rules/sandbox-host.ts';
import { after, type FileGiven, factsOf, givenOf } from './linux/host.ts';
import { SITE } from './linux/site.ts';

const FILES = new Map<string, FileGiven>(
  sandboxHostFiles('7').map(({ path, bytes, mode }) => [`/${path}`, { bytes, mode, owner: 0 }]),
);
/** `site init` makes folders 0700. */
const CRON = Object.fromEntries(
  ['hourly', 'daily', 'weekly', 'monthly', 'd'].map((name) => [`/etc/cron.${name}`, { folder: 0o700 }]),
);

function look(files: ReadonlyMap<string, FileGiven>) {
  const facts = factsOf(needsOf(LINUX_RULES), { rooted: true, at: { ...givenOf(files), ...CRON } });
  return { facts, findings: judgeRules(LINUX_RULES, facts, 'sandbox', {}) };
}

test('the same seed gives the same bytes, another seed others', () => {
  const digest = (seed: string) =>
    sandboxHostFiles(seed)
      .map(({ path, bytes, mode }) => `${path} ${mode} ${sha256(bytes)}`)
      .join('\n');
  expect(digest('7')).toBe(digest('7'));
  expect(digest('7')).not.toBe(digest('8'));
});

test('paths are below the root, once each, and plain', () => {
  const paths = sandboxHostFiles('7').map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  for (const path of paths) expect(path).toMatch(/^(etc|var)\/[\w./-]+$/);
  for (const path of paths) expect(path.split('/')).not.toContain('..');
});

test('at least ten rules fail before, and none is unknown', () => {
  const { findings } = look(FILES);
  const outcomes = (wanted: string) => findings.filter(({ outcome }) => outcome === wanted);
  expect(outcomes('unknown').map(({ rule, reason }) => `${rule} ${speak(reason ?? '')}`)).toEqual([]);
  expect(outcomes('fail').length).toBeGreaterThanOrEqual(10);
});

test('every fault is cured by files alone: afterwards each rule passes or is skipped', () => {
  const before = look(FILES);
  const changes = changesFor(curable(LINUX_RULES, before.findings, before.facts, SITE), before.facts, 'sandbox', SITE);
  expect(changes.every(({ kind }) => kind === 'file')).toBe(true);
  const { findings } = look(after(FILES, changes));
  const left = findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip');
  expect(left.map(({ rule, outcome, found }) => `${rule} ${outcome} ${speak(found)}`)).toEqual([]);
});

test('a second hardening has nothing to do', () => {
  const first = look(FILES);
  const changes = changesFor(curable(LINUX_RULES, first.findings, first.facts, SITE), first.facts, 'sandbox', SITE);
  const second = look(after(FILES, changes));
  expect(curable(LINUX_RULES, second.findings, second.facts, SITE)).toEqual([]);
});

test('one Change per file, each naming its rules; a 0600 file, a new file and a removal among them', () => {
  const { facts, findings } = look(FILES);
  const changes = changesFor(curable(LINUX_RULES, findings, facts, SITE), facts, 'sandbox', SITE);
  const files = changes.flatMap((change) => (change.kind === 'file' ? [change] : []));
  expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  const sshd = files.find(({ path }) => path === '/etc/ssh/sshd_config');
  for (const rule of ['LNX-SSH-03', 'LNX-SSH-06', 'LNX-SSH-14']) expect(speak(sshd?.why ?? '')).toContain(rule);
  expect(sshd?.before).toBe(sha256(FILES.get('/etc/ssh/sshd_config')?.bytes ?? ''));
  expect(FILES.get('/etc/ssh/sshd_config')?.mode).toBe(0o600);
  expect(files.filter(({ before }) => before === 'absent').length).toBeGreaterThanOrEqual(2);
  expect(files.find(({ path }) => path === '/etc/hosts.equiv')?.content).toBeNull();
});
