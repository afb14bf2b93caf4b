/** From faults to Changes, on a root folder and on a running host. */
import { expect, test } from 'vitest';
import { bytesOf, type Change, type FileChange } from '../../../src/core/change.ts';
import { speak } from '../../../src/core/text.ts';
import { changesFor, curable } from '../../../src/rules/linux/fixes.ts';
import { chosenRules, needsOf } from '../../../src/rules/linux/index.ts';
import { judgeRules } from '../../../src/rules/linux/judge.ts';
import { factsOf, type HostGiven } from './host.ts';
import { SITE } from './site.ts';

function plan(ids: readonly string[], host: HostGiven, as?: string): Change[] {
  const rules = chosenRules(ids);
  const facts = factsOf(needsOf(rules), host);
  const findings = judgeRules(rules, facts, 'h', {});
  return changesFor(curable(rules, findings, facts, SITE), facts, 'h', SITE, as);
}
const textOf = (change: FileChange): string => (change.content ? Buffer.from(bytesOf(change.content)).toString() : '');

test('two rules on one file are one Change, made as the user that the host lets us become', () => {
  const at = { '/etc/login.defs': 'PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\n' };
  const changes = plan(['LNX-ID-05', 'LNX-ID-07'], { at }, 'root');
  expect(changes).toHaveLength(1);
  const [change] = changes;
  expect(change).toMatchObject({ kind: 'file', path: '/etc/login.defs', as: 'root' });
  expect(textOf(change as FileChange)).toBe('PASS_MAX_DAYS 90\nPASS_MIN_DAYS 1\n');
  expect(speak(change?.why ?? '')).toMatch(/LNX-ID-05.*LNX-ID-07/);
});

test('an edit goes to where a link ends', () => {
  const at = { '/etc/login.defs': { link: '/usr/etc/login.defs' }, '/usr/etc/login.defs': 'PASS_MAX_DAYS 99999\n' };
  expect(plan(['LNX-ID-05'], { at })).toMatchObject([{ path: '/usr/etc/login.defs' }]);
});

test('a mode on a running host is a chmod with its way back and a probe; on a root folder a file with the same bytes', () => {
  const at = { '/etc/shadow': { text: 'x', mode: 0o644 } };
  expect(plan(['LNX-AC-03'], { at })).toMatchObject([
    {
      kind: 'command',
      argv: ['chmod', '0640', '/etc/shadow'],
      undo: [{ argv: ['chmod', '0644', '/etc/shadow'] }],
      probe: { look: { argv: ['stat', '-c', '%a', '/etc/shadow'] }, stdout: '640\n' },
    },
  ]);
  const [change] = plan(['LNX-AC-03'], { rooted: true, at });
  expect(change).toMatchObject({ kind: 'file', mode: 0o640, secret: true, content: { utf8: 'x' } });
});

test('a folder’s mode cannot be changed on a root folder: nothing is planned', () => {
  const at = { '/etc/crontab': '', '/etc/cron.d': { folder: 0o755 } };
  expect(plan(['LNX-AC-04'], { rooted: true, at })).toEqual([]);
  expect(plan(['LNX-AC-04'], { at })).toHaveLength(2);
});

test('a kernel parameter is set with the value it had as its way back', () => {
  const at = {
    '/etc/security/limits.conf': '* hard core 0\n',
    '/proc/sys/kernel/randomize_va_space': '2\n',
    '/proc/sys/fs/suid_dumpable': '2\n',
  };
  expect(plan(['LNX-IN-07'], { at })).toMatchObject([
    {
      kind: 'command',
      argv: ['sysctl', '-w', 'fs.suid_dumpable=0'],
      undo: [{ argv: ['sysctl', '-w', 'fs.suid_dumpable=2'] }],
      probe: { look: { argv: ['sysctl', '-n', 'fs.suid_dumpable'] }, stdout: '0\n' },
    },
  ]);
});

test('what could cut a host off is not planned where something runs', () => {
  const at = { '/etc/ssh/sshd_config': { text: 'MaxAuthTries 9\n', mode: 0o600 } };
  expect(plan(['LNX-SSH-03'], { at })).toEqual([]);
  expect(plan(['LNX-SSH-03'], { rooted: true, at })).toHaveLength(1);
});

test('a fix that leaves something of its rule to be wished is not planned', () => {
  const banner = { '/etc/os-release': 'ID=kylin\n', '/etc/issue': '\\S\n', '/etc/issue.net': '\\S\n' };
  expect(plan(['LNX-IN-11'], { at: banner })).toEqual([]);
  expect(plan(['LNX-IN-11'], { rooted: true, at: banner })).toHaveLength(2);
  const inMatch = { '/etc/ssh/sshd_config': 'MaxAuthTries 9\nMatch User x\nMaxAuthTries 9\n' };
  expect(plan(['LNX-SSH-03'], { rooted: true, at: inMatch })).toEqual([]);
});

test('a file whose folder is missing is not planned', () => {
  expect(plan(['LNX-ID-14'], { rooted: true })).toEqual([]);
  expect(plan(['LNX-ID-14'], { rooted: true, at: { '/etc/profile.d': { folder: 0o755 } } })).toHaveLength(1);
});

test('a .netrc is never part of a plan, and nothing is where it cannot be looked at', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\n';
  const at = { '/etc/passwd': passwd, '/root/.netrc': 'machine x password y\n', '/etc/hosts.equiv': 'h\n' };
  expect(plan(['LNX-AC-13'], { rooted: true, at })).toEqual([]);
  expect(plan(['LNX-AC-13'], { rooted: true, at: { ...at, '/root/.netrc': { unseen: 'EACCES' } } })).toEqual([]);
});

test('names that go into a script are plain account names', () => {
  const rules = chosenRules(['LNX-AC-01']);
  const facts = factsOf(needsOf(rules), {
    rooted: true,
    at: { '/etc/profile.d': { folder: 0o755 }, '/etc/login.defs': 'UMASK 022\n' },
  });
  const edits = rules[0]?.fix?.edits(facts, { exempt: 'oracle $(reboot) a;b grid' }) ?? [];
  const script =
    edits.flatMap((edit) => (edit.kind === 'text' && edit.path.endsWith('.sh') ? [edit.edit('')] : []))[0] ?? '';
  expect(script).toContain('  oracle | grid) ;;');
  expect(script).not.toMatch(/reboot|a;b/);
});

test('bytes that are no UTF-8 stay as they are', () => {
  const rules = chosenRules(['LNX-ID-05']);
  const facts = factsOf(needsOf(rules), { rooted: true, at: {} });
  const bytes = Buffer.from('# \xb2\xe9\xd1\xaf\nPASS_MAX_DAYS 99999\n', 'latin1');
  const file = { kind: 'file', bytes, mode: 0o644, owner: 0, group: 0, modified: 0 } as const;
  const there = { ...facts, files: { '/etc/login.defs': { seen: { at: '/etc/login.defs', what: file } } } };
  const [change] = changesFor(rules, there, 'h', SITE);
  const will = change?.kind === 'file' && change.content ? Buffer.from(bytesOf(change.content)) : Buffer.alloc(0);
  expect(will.toString('latin1')).toBe('# \xb2\xe9\xd1\xaf\nPASS_MAX_DAYS 90\n');
});
