/** `harden check` and `harden rules`: coverage first, outcomes apart, exit words as published. */
import { expect, test } from 'vitest';
import type { Call } from '../../src/commands/command.ts';
import { run as apply } from '../../src/commands/harden/apply.ts';
import { run as check } from '../../src/commands/harden/check.ts';
import { run as rules } from '../../src/commands/harden/rules.ts';
import type { Report } from '../../src/core/report.ts';
import { speak } from '../../src/core/text.ts';
import type { FileSeen, World } from '../../src/core/world.ts';
import { sandboxHostFiles } from '../../src/rules/sandbox-host.ts';
import { SITE } from '../rules/linux/site.ts';
import { lookAt, type Memory, plain } from '../runbooks/look.ts';

const FILES = new Map<string, FileSeen>(
  sandboxHostFiles('1').map(({ path, bytes, mode }) => [`/${path}`, plain(bytes, mode)]),
);

function call(options: Call['options'], memory: Memory = { files: FILES, rooted: true }): Call {
  const world = { look: lookAt(memory).look } as World;
  const session = {
    world,
    site: SITE,
    operator: 'li',
    signal: new AbortController().signal,
    tell: () => {},
    progress: () => {},
  };
  return {
    args: [],
    options,
    session,
    execute: false,
    show: async () => {},
    read: () => Promise.reject(new Error('no file')),
    pieces: () => Promise.reject(new Error('no file')) as never,
  };
}

interface Data {
  readonly hosts: readonly {
    readonly host: string;
    readonly coverage: { readonly evaluated: number; readonly applicable: number; readonly total: number };
    readonly results: readonly { readonly rule: string; readonly outcome: string; readonly reason: string | null }[];
  }[];
}
const dataOf = (report: Report): Data => report.data as unknown as Data;
const firstLine = ({ sections: [first] }: Report): string =>
  first?.kind === 'text' ? speak(first.lines[0] ?? '') : '';

test('coverage is on the first line, and the data names every rule once', async () => {
  const report = await check(call({ host: ['sandbox'] }));
  const [host] = dataOf(report).hosts;
  expect(host?.results.length).toBe(host?.coverage.total);
  expect(firstLine(report)).toMatch(/^sandbox: coverage \d+\/\d+\/\d+ /);
  expect(report.verdict).toBe('findings');
  expect(report.next).toEqual(['gxops harden apply --host sandbox']);
});

test('this machine unless a host is named; several hosts in the order given', async () => {
  expect(dataOf(await check(call({}))).hosts.map(({ host }) => host)).toEqual(['local']);
  expect(dataOf(await check(call({ host: ['sandbox', 'local'] }))).hosts.map(({ host }) => host)).toEqual([
    'sandbox',
    'local',
  ]);
  expect(dataOf(await check(call({ host: ['sandbox,local', 'sandbox'] }))).hosts).toHaveLength(2);
});

test('all as wanted is done; a fault is findings', async () => {
  expect((await check(call({ rule: ['LNX-ID-01'] }))).verdict).toBe('done');
  expect((await check(call({ rule: ['LNX-ID-05'] }))).verdict).toBe('findings');
});

test('what cannot be looked at is unreachable, with its reason, and a fault outranks it', async () => {
  const shut = { files: FILES, refused: ['/etc/shadow'] };
  const report = await check(call({ rule: ['LNX-ID-01', 'LNX-ID-02'] }, shut));
  expect(report.verdict).toBe('unreachable');
  expect(dataOf(report).hosts[0]?.coverage).toEqual({ evaluated: 1, applicable: 2, total: 2 });
  expect(dataOf(report).hosts[0]?.results[1]).toMatchObject({
    outcome: 'unknown',
    reason: '/etc/shadow could not be read (EACCES)',
  });
  expect((await check(call({ rule: ['LNX-ID-02', 'LNX-ID-05'] }, shut))).verdict).toBe('findings');
});

test('a rule that does not apply counts in the total alone', async () => {
  const report = await check(
    call(
      { rule: ['LNX-AU-03', 'LNX-ID-01'] },
      { files: new Map([['/etc/passwd', plain('root:x:0:0::/root:/bin/sh\n')]]) },
    ),
  );
  expect(dataOf(report).hosts[0]?.coverage).toEqual({ evaluated: 1, applicable: 1, total: 2 });
  expect(report.verdict).toBe('done');
});

test('unknown hosts and rules are refused', async () => {
  await expect(check(call({ host: ['sandbx'] }))).rejects.toMatchObject({ verdict: 'usage' });
  await expect(check(call({ rule: ['LNX-ID-5'] }))).rejects.toMatchObject({ verdict: 'usage' });
  await expect(apply(call({}))).rejects.toMatchObject({ verdict: 'usage' });
  await expect(apply(call({ host: ['local', 'sandbox'] }))).rejects.toMatchObject({ verdict: 'usage' });
});

test('rules lists all, and tells the whole of one', async () => {
  const all = await rules(call({}));
  const [table] = all.sections;
  expect(table?.kind === 'table' && table.rows.length).toBeGreaterThanOrEqual(20);
  const one = await rules(call({ rule: 'LNX-SSH-01' }));
  expect(one.sections[1]).toMatchObject({ kind: 'facts', heading: 'LNX-SSH-01' });
  expect(one.data).toMatchObject({ rules: [{ id: 'LNX-SSH-01', fix: 'manual', risk: 3 }] });
});
