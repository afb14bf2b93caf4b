/** doctor, on a world in memory in which one thing after the other is wrong. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/commands/doctor/run.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Site } from '../../src/core/site.ts';
import type { Look, Machine, Output, Reach } from '../../src/core/world.ts';
import { fakeWorld, outside } from '../../src/engine/fake-world.ts';

const healthy: Machine = {
  ...{ node: '/opt/node', version: 'v24.1.0', user: 'li', uid: 1000, host: 'jump', freeBytes: 9e9, filesystem: 'ext4' },
  terminal: { columns: 80, interactive: false },
};
const site = {
  ...{ dir: '/site', name: 's', timeZone: 'Asia/Shanghai', sandbox: false, keys: {}, search: {}, goldengate: {} },
  hosts: { local: { connect: 'local' }, app02: { connect: 'hand' } },
  databases: { inv: { kind: 'sqlite', file: 'inv.db' } },
  redis: {},
} as unknown as Site;

interface Wrong {
  readonly machine?: Partial<Machine>;
  readonly site?: Partial<Site>;
  command?(argv: readonly string[]): Output | undefined;
  reach?(target: string): Reach | undefined;
}

const ok = (stdout = ''): Output => ({ code: 0, stdout, stderr: '' });
const no: Output = { code: 1, stdout: '', stderr: '' };

function answer(argv: readonly string[]): Output {
  const [program = '', ...rest] = argv;
  if (program === 'getconf') return ok('glibc 2.28\n');
  if (program === 'df')
    return ok('Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 100 50 50 50% /\n');
  if (program === 'stat') return ok(rest[1] === '%a %u' ? '700 1000\n' : '600 1000 regular file\n');
  return program === 'tail' ? ok('\n') : ok();
}

async function doctor(wrong: Wrong = {}) {
  const out = outside({ clock: Date.UTC(2026, 0, 5, 2) });
  const world = fakeWorld(out);
  await world.keep.append([{ type: 'log.genesis', data: { site: 's', operators: [] } }]);
  const look: Look = {
    ...world.look,
    machine: async () => ({ ...healthy, ...wrong.machine }),
    command: async ({ argv }) => wrong.command?.(argv) ?? answer(argv),
    folder: async (_, path) => (path.endsWith('journal') ? ['000001.jsonl', 'lock'] : ['li.ed25519', 'li.ed25519.pub']),
    reach: async (target) => wrong.reach?.(target) ?? { ok: true, version: '1', mode: 'm' },
  };
  const session = {
    ...{ world: { ...world, look }, site: { ...site, ...wrong.site }, operator: 'li' },
    ...{ signal: new AbortController().signal, tell() {}, progress() {} },
  };
  const call = {
    args: [],
    options: {},
    session,
    execute: false,
    show: async () => false,
    read: async () => new Uint8Array(),
    pieces: () => Promise.reject(new Error('no file')) as never,
  };
  const report = await run(call);
  const findings = (report.data as unknown as { findings: Finding[] }).findings;
  const of = (rule: string, subject = '') => findings.find((one) => one.rule === rule && one.subject.includes(subject));
  return { report, of, entries: out.entries.length };
}

describe('doctor', () => {
  test('a healthy site is done, and nothing was written', async () => {
    const { report, of, entries } = await doctor();
    expect(report.verdict).toBe('done');
    expect(of('doctor-target', 'app02')).toMatchObject({ outcome: 'skip' });
    for (const driver of ['sqlite', 'oracledb', 'pg', 'ioredis', 'fetch', 'ssh', 'age', 'libpg-query', 'ggsci']) {
      expect(of('doctor-driver', driver)?.outcome, driver).toMatch(/pass|skip/);
    }
    expect(of('doctor-journal')).toMatchObject({ found: { with: { at: '2026-01-05 10:00' } } });
    expect(entries).toBe(1);
  });

  test('keys that are all right are one line; one that is open has its own', async () => {
    const search = { a: { url: 'http://a', passwordFile: 'a' }, b: { url: 'http://b', passwordFile: 'b' } };
    const keys = async (wrong: Wrong) => {
      const { report } = await doctor({ ...wrong, site: { search } });
      const { findings } = report.data as unknown as { findings: Finding[] };
      return findings.filter(({ rule }) => rule === 'site-secret-file').map(({ subject }) => subject);
    };
    expect(await keys({})).toEqual(['/site']);
    const open = (argv: readonly string[]) => (argv.at(-1) === '/site/b' ? ok('644 1000 regular file') : undefined);
    expect(await keys({ command: open })).toEqual(['/site/b', '/site']);
  });

  const cases: readonly (readonly [string, Wrong, string, Finding['outcome'], string])[] = [
    ['an old Node', { machine: { version: 'v20.1.0' } }, 'doctor-node', 'fail', 'findings'],
    ['root', { machine: { uid: 0 } }, 'doctor-account', 'warn', 'findings'],
    ['little disk', { machine: { freeBytes: 1e6 } }, 'doctor-disk', 'warn', 'findings'],
    ['a network file system', { machine: { filesystem: 'nfs' } }, 'doctor-journal-filesystem', 'fail', 'findings'],
    [
      'an old glibc',
      { command: (a) => (a[0] === 'getconf' ? ok('glibc 2.17') : undefined) },
      'doctor-libc',
      'fail',
      'findings',
    ],
    ['a full disk', { command: (a) => (a[0] === 'df' ? ok('x 97% /') : undefined) }, 'doctor-disk', 'warn', 'findings'],
    [
      'a torn tail',
      { command: (a) => (a[0] === 'tail' ? ok('x') : undefined) },
      'doctor-journal-tail',
      'warn',
      'findings',
    ],
    [
      'a journal of another',
      { command: (a) => (a[0] === 'test' ? no : undefined) },
      'doctor-journal-writable',
      'fail',
      'findings',
    ],
    [
      'an open key',
      { command: (a) => (a[2] === '%a %u %F' ? ok('644 1000 regular file') : undefined) },
      'site-secret-file',
      'fail',
      'findings',
    ],
    ['no host that is this machine', { site: { hosts: {} } }, 'doctor-libc', 'unknown', 'unreachable'],
    [
      'a dead database',
      { reach: (t) => (t === 'database:inv' ? { ok: false, trouble: 'gone' } : undefined) },
      'doctor-target',
      'unknown',
      'unreachable',
    ],
    [
      'a driver nobody needs',
      { reach: (t) => (t === 'driver:ssh' ? { ok: false, trouble: 'none' } : undefined) },
      'doctor-driver',
      'skip',
      'done',
    ],
    [
      'a driver that is needed',
      { reach: (t) => (t === 'driver:sqlite' ? { ok: false } : undefined) },
      'doctor-driver',
      'fail',
      'findings',
    ],
    [
      'a clock that is wrong',
      { reach: (t) => (t === 'database:inv' ? { ok: true, skew: -90_000 } : undefined) },
      'doctor-clock',
      'warn',
      'findings',
    ],
  ];
  test.each(cases)('%s', async (_, wrong, rule, outcome, verdict) => {
    const { report } = await doctor(wrong);
    const findings = (report.data as unknown as { findings: Finding[] }).findings;
    expect(findings).toContainEqual(expect.objectContaining({ rule, outcome }));
    expect(report.verdict).toBe(verdict);
    for (const one of findings)
      if (['skip', 'unknown'].includes(one.outcome)) expect(one.reason, one.rule).toBeDefined();
  });

  test('sudo that asks for a password names the missing line', async () => {
    const become = { method: 'sudo', users: ['oracle'] } as const;
    const wrong = { site: { hosts: { local: { connect: 'local', become } } } } as const;
    const { of } = await doctor({ ...wrong, command: (argv) => (argv[0] === 'sudo' ? no : undefined) });
    expect(of('doctor-sudo')).toMatchObject({
      outcome: 'warn',
      advice: { with: { line: expect.stringContaining('(oracle) NOPASSWD') } },
    });
  });
});
