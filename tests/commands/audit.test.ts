/** `audit log`, `show` and `verify` over a real journal: what they answer, what they refuse, what they leave behind. */
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run as log } from '../../src/commands/audit/log.ts';
import { run as show } from '../../src/commands/audit/show.ts';
import { run as verify } from '../../src/commands/audit/verify.ts';
import type { Call } from '../../src/commands/command.ts';
import type { Draft } from '../../src/core/event.ts';
import type { Operator } from '../../src/core/operator.ts';
import type { Report } from '../../src/core/report.ts';
import type { Journal } from '../../src/world/journal.ts';
import { journalIn, note, replace, segmentOf, stopOf, stored, withJournal } from '../worlds/journals.ts';

function call(journal: Journal, dir: string, options: Call['options'] = {}, args: readonly string[] = []): Call {
  const world = { keep: journal, now: () => new Date() };
  const session = { world, site: { name: 'test', dir, timeZone: 'Asia/Shanghai' } };
  return { args, options, session, execute: false } as unknown as Call;
}

const data = (report: Report) => report.data as Record<string, unknown>;
const RUN = 'R-20261123-AAAAA';
const side = { path: 'runs/x', sha256: 'a'.repeat(64) };
const INTENDED: Draft = {
  type: 'change.intended',
  run: RUN,
  data: { change: 'a', target: 'host:a', kind: 'file', summary: 's', body: side, undo: 'pre-image', probe: true },
};

describe('audit verify', () => {
  const verified = async (spoil: (journal: Journal, dir: string) => unknown) =>
    withJournal(async (journal, dir) => {
      await journal.append([note('x')]);
      await spoil(journal, dir);
      const before = fs
        .readdirSync(`${dir}/journal`)
        .map((name) => [name, fs.statSync(`${dir}/journal/${name}`).mtimeMs]);
      const report = await verify(call(journalIn(dir), dir));
      const after = fs
        .readdirSync(`${dir}/journal`)
        .map((name) => [name, fs.statSync(`${dir}/journal/${name}`).mtimeMs]);
      expect(after, 'nothing is written').toEqual(before);
      expect(Object.keys(data(report)).sort()).toEqual(['entries', 'head', 'outcome', 'problems']);
      return report;
    });

  test.each<[string, number, string, (journal: Journal, dir: string) => unknown]>([
    ['a whole journal', 10, 'VERIFIED_LOCAL', () => {}],
    ['a torn tail', 11, 'TORN_TAIL', (_, dir) => fs.appendFileSync(segmentOf(dir), '{"bo')],
    ['an intent without an end', 12, 'ORPHANS', (journal) => journal.append([INTENDED])],
    [
      'a flipped byte',
      20,
      'ALTERED',
      (_, dir) =>
        replace(
          dir,
          stored(dir).map((byte, at) => (at === 99 ? byte ^ 1 : byte)),
        ),
    ],
    ['a missing first line', 24, 'GAP', (_, dir) => replace(dir, stored(dir).subarray(stored(dir).indexOf(10) + 1))],
    ['a missing journal', 30, 'CANNOT_VERIFY', (_, dir) => fs.rmSync(segmentOf(dir))],
    [
      'a folder in its place',
      30,
      'CANNOT_VERIFY',
      (_, dir) => {
        fs.rmSync(segmentOf(dir));
        fs.mkdirSync(segmentOf(dir));
      },
    ],
  ])('%s: exit %i %s', async (_, exit, outcome, spoil) => {
    const report = await verified(spoil);
    expect(report.exit).toBe(exit);
    expect(data(report).outcome).toBe(outcome);
  });

  test('strictly, a change of operators that nobody signed is listed with its place', async () => {
    await withJournal(async (journal, dir) => {
      const eve: Operator = { name: 'eve', roles: ['security'], party: 'vendor', key: 'k' };
      const changed: Draft = { type: 'operator.changed', data: { change: 'add', operator: eve, by: 'he' } };
      await journal.append([note('x')]);
      await journal.append([changed]);
      const offset = stored(dir).lastIndexOf('\n', stored(dir).length - 2) + 1;
      const report = await verify(call(journalIn(dir), dir, { strict: true }));
      expect([report.exit, report.verdict]).toEqual([23, 'failed']);
      const problems = [{ seq: 3, kind: 'unsigned', segment: '000001.jsonl', offset }];
      expect(data(report)).toMatchObject({ outcome: 'BAD_SIGNATURE', problems });
      expect((await verify(call(journalIn(dir), dir))).exit).toBe(10);
    });
  });

  test('says that without a witness this is as good as it gets', async () => {
    const report = await verified(() => {});
    expect(JSON.stringify(report.sections)).toContain('No independent witness');
  });
});

describe('audit log', () => {
  test('lists what matches, and records that it was read', async () => {
    await withJournal(async (journal, dir) => {
      await journal.append([INTENDED, note('x')]);
      const report = await log(call(journal, dir, { type: ['change.intended'], last: '5' }));
      expect(data(report).entries).toMatchObject([{ seq: 2, type: 'change.intended', run: RUN, operator: 'li' }]);
      const [last] = await journal.entries({ last: 1 });
      expect(last?.body).toMatchObject({
        type: 'audit.read',
        data: { what: 'audit log --type change.intended --last 5' },
      });
    });
  });

  test('still answers where the reading cannot be recorded, and says so', async () => {
    await withJournal(async (journal, dir) => {
      await journal.entries({});
      fs.chmodSync(segmentOf(dir), 0o644);
      const report = await log(call(journal, dir));
      expect(data(report).entries).toHaveLength(1);
      expect(JSON.stringify(report.sections)).toContain('Not recorded');
    });
  });

  test.each([
    [{ type: ['change.maid'] }, 'change.made'],
    [{ last: '0' }, '--last'],
    [{ since: '-1' }, '--since'],
    [{ last: 'ten' }, '--last'],
  ])('%j is not understood', async (options, says) => {
    await withJournal(async (journal, dir) => {
      const stop = await stopOf(log(call(journal, dir, options)));
      expect(stop.verdict).toBe('usage');
      expect(JSON.stringify(stop.text)).toContain(says);
    });
  });
});

describe('audit show', () => {
  test('one record in full, or all of a run', async () => {
    await withJournal(async (journal, dir) => {
      await journal.append([INTENDED, { ...note('x'), run: RUN }]);
      expect(data(await show(call(journal, dir, {}, ['2']))).entries).toMatchObject([{ seq: 2, body: INTENDED }]);
      expect(data(await show(call(journal, dir, {}, [RUN]))).entries).toMatchObject([{ seq: 2 }, { seq: 3 }]);
    });
  });

  test.each(['0', '99', 'R-nowhere', ''])('%j is not there', async (id) => {
    await withJournal(async (journal, dir) => {
      expect((await stopOf(show(call(journal, dir, {}, [id])))).verdict).toBe('usage');
    });
  });
});
