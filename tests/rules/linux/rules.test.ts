/** Every Linux rule: its declaration, and hosts that pass, fail and cannot be judged. */
import { describe, expect, test } from 'vitest';
import { speak } from '../../../src/core/text.ts';
import { CLAUSES } from '../../../src/rules/linux/clauses.ts';
import { chosenRules, LINUX_RULES } from '../../../src/rules/linux/index.ts';
import { judgeRule } from '../../../src/rules/linux/judge.ts';
import { paramsOf } from '../../../src/rules/linux/parameters.ts';
import { FIXTURES } from './fixtures.ts';
import { factsOf, type HostGiven } from './host.ts';

const judge = (id: string, host: HostGiven) => {
  const rule = chosenRules([id])[0];
  if (!rule) throw new Error(id);
  return judgeRule(rule, factsOf(rule.needs, host), 'h', paramsOf(rule, undefined));
};

test('ids are unique, well-formed and in the order of the baseline', () => {
  const ids = LINUX_RULES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^LNX-(ID|SSH|CLR|AC|AU|IN)-\d\d$/);
  expect(ids.length).toBeGreaterThanOrEqual(20);
});

test('every clause is in the clause table, and every rule says what to do by hand and what it may block', () => {
  for (const rule of LINUX_RULES) {
    for (const clause of rule.clauses) expect(CLAUSES).toHaveProperty([clause]);
    expect(rule.clauses.length).toBeGreaterThan(0);
    for (const text of [rule.title, rule.why, rule.manual, rule.risk.blocks])
      expect(speak(text).length).toBeGreaterThan(3);
    expect(Object.keys(rule.layers).length).toBeGreaterThan(0);
  }
});

test('every rule has its fixtures, and every fixture its rule', () => {
  expect(Object.keys(FIXTURES).sort()).toEqual(LINUX_RULES.map(({ id }) => id).sort());
});

describe.each(Object.entries(FIXTURES))('%s', (id, fixtures) => {
  test.each(['pass', 'fail', 'unknown'] as const)('%s', (outcome) => {
    expect(fixtures[outcome].length).toBeGreaterThan(0);
    for (const [at, host] of fixtures[outcome].entries()) {
      const finding = judge(id, host);
      expect([at, finding.outcome, speak(finding.found), speak(finding.reason ?? '')]).toEqual([
        at,
        outcome,
        expect.any(String),
        outcome === 'unknown' ? expect.stringMatching(/./) : '',
      ]);
      expect(finding.advice !== undefined).toBe(outcome === 'fail');
    }
  });
});

test('what does not apply is skipped and names the deciding fact', () => {
  const skipped = [
    judge('LNX-AC-16', { at: { '/etc/os-release': 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' } }),
    judge('LNX-SSH-03', {}),
    judge('LNX-AU-03', {}),
    judge('LNX-ID-09', {}),
  ];
  for (const { outcome, reason } of skipped) {
    expect(outcome).toBe('skip');
    expect(speak(reason ?? '')).toMatch(/Debian|absent|no shared PAM/);
  }
});

test('SSH, PAM and network fixes are not planned where something runs; the advice says so', () => {
  const { outcome, advice } = judge('LNX-SSH-03', { at: { '/etc/ssh/sshd_config': 'MaxAuthTries 6\n' } });
  expect(outcome).toBe('fail');
  expect(speak(advice ?? '')).toMatch(/cut this host off.*sshd -t/);
});

test('a Match block that undoes a rule is found by its line', () => {
  const config = 'MaxAuthTries 4\nMatch User x\n  MaxAuthTries 9\n';
  const { outcome, found } = judge('LNX-SSH-03', { rooted: true, at: { '/etc/ssh/sshd_config': config } });
  expect(outcome).toBe('fail');
  expect(speak(found)).toContain('/etc/ssh/sshd_config:3');
});

test('an Include is followed where it stands: the first value wins', () => {
  const at = {
    '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\nMaxAuthTries 9\n',
    '/etc/ssh/sshd_config.d/a.conf': 'MaxAuthTries 4\n',
  };
  expect(judge('LNX-SSH-03', { rooted: true, at }).outcome).toBe('pass');
  const elsewhere = { '/etc/ssh/sshd_config': 'Include /srv/ssh/*\nMaxAuthTries 4\n' };
  expect(judge('LNX-SSH-03', { rooted: true, at: elsewhere }).outcome).toBe('unknown');
});
