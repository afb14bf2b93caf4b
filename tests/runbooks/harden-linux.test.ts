/** harden-linux as a value: what it looks at, plans and verifies on the sandbox's server held in memory. */
import { expect, test } from 'vitest';
import { bytesOf, type Change } from '../../src/core/change.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Inputs } from '../../src/core/input.ts';
import { canonical } from '../../src/core/json.ts';
import type { Moment } from '../../src/core/runbook.ts';
import type { FileSeen } from '../../src/core/world.ts';
import { sandboxHostFiles } from '../../src/rules/sandbox-host.ts';
import { hardenLinux } from '../../src/runbooks/harden-linux.ts';
import { SITE } from '../rules/linux/site.ts';
import { lookAt, plain } from './look.ts';

const sandbox = (): Map<string, FileSeen> =>
  new Map(sandboxHostFiles('1').map(({ path, bytes, mode }) => [`/${path}`, plain(bytes, mode)]));

function moment(
  files: Map<string, FileSeen>,
  inputs: Inputs,
  baseline: readonly Finding[] = [],
  rooted = true,
): Moment {
  const { look } = lookAt({ files, rooted });
  return {
    inputs: { host: 'sandbox', ...inputs },
    answers: {},
    findings: { baseline },
    site: SITE,
    look,
    now: new Date(0),
  };
}

const check = hardenLinux.steps.find((step) => step.kind === 'check');
const act = hardenLinux.steps.find((step) => step.kind === 'act');
if (check?.kind !== 'check' || act?.kind !== 'act') throw new Error('harden-linux has no check or no act');

function perform(files: Map<string, FileSeen>, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.kind !== 'file') throw new Error(change.kind);
    const was = files.get(change.path);
    const mode = change.mode ?? (was?.kind === 'file' ? was.mode : 0o644);
    if (change.content === null) files.delete(change.path);
    else files.set(change.path, plain(bytesOf(change.content), mode));
  }
}

test('the only question is a confirmation, and the purchaser approves before the act', () => {
  expect(hardenLinux.steps.map(({ kind }) => kind)).toEqual(['ask', 'check', 'approve', 'act']);
  const [ask, , approve] = hardenLinux.steps;
  const at = moment(sandbox(), {});
  expect(ask?.kind === 'ask' && ask.question(at).kind).toBe('confirm');
  expect(approve?.kind === 'approve' && approve.seats(at)).toEqual([{ roles: ['approver'], party: 'purchaser' }]);
});

test('look, plan, perform, verify: all well afterwards; the plan is the same when made again', async () => {
  const files = sandbox();
  const before = await check.look(moment(files, {}));
  expect(before.filter(({ outcome }) => outcome === 'fail').length).toBeGreaterThanOrEqual(10);
  const plan = await act.plan(moment(files, {}, before));
  expect(canonical(await act.plan(moment(files, {}, before)))).toBe(canonical(plan));
  perform(files, plan);
  const after = await act.verify(moment(files, {}, before));
  expect(after.map(({ rule }) => rule).sort()).toEqual(before.map(({ rule }) => rule).sort());
  expect(after.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip')).toEqual([]);
  expect(await act.plan(moment(files, {}, after))).toEqual([]);
});

test('a fix that did not take and a rule that broke are found; a fault without a fix stays with the baseline', async () => {
  const files = sandbox();
  files.set('/etc/passwd', plain('root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n'));
  const before = await check.look(moment(files, {}));
  perform(files, await act.plan(moment(files, {}, before)));
  files.set('/etc/login.defs', plain('PASS_MAX_DAYS 99999\n'));
  const after = await act.verify(moment(files, {}, before));
  const failed = after.filter(({ outcome }) => outcome === 'fail').map(({ rule }) => rule);
  expect(failed).toContain('LNX-ID-05');
  expect(failed).toContain('LNX-ID-08');
  expect(after.map(({ rule }) => rule)).not.toContain('LNX-ID-01');
});

test('only the named rules, also from a comma-separated word', async () => {
  for (const rule of [['LNX-ID-05', 'LNX-AC-02'], 'LNX-ID-05, LNX-AC-02']) {
    const found = await check.look(moment(sandbox(), { rule }));
    expect(found.map(({ rule: id }) => id)).toEqual(['LNX-ID-05', 'LNX-AC-02']);
  }
  await expect(check.look(moment(sandbox(), { rule: ['LNX-ID-5'] }))).rejects.toMatchObject({ verdict: 'usage' });
});

test('where something runs, no file of SSH, PAM or the network is planned', async () => {
  const plan = await act.plan(moment(sandbox(), {}, [], false));
  const paths = plan.flatMap((change) =>
    change.kind === 'file' ? [change.path] : change.kind === 'command' ? change.argv : [],
  );
  expect(paths).toContain('/etc/login.defs');
  expect(paths.filter((path) => /ssh|pam\.d|sysctl/.test(path))).toEqual([]);
});

test('every change of a plan has a way back', async () => {
  for (const rooted of [true, false]) {
    for (const change of await act.plan(moment(sandbox(), {}, [], rooted))) {
      if (change.kind === 'command') expect(change.undo).toHaveLength(1);
      else expect(change.kind).toBe('file');
      expect(change.why).toBeDefined();
    }
  }
});
