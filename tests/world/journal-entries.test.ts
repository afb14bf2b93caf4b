/** Asking the journal: by the index, without it, past it, and never from altered lines. */
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/core/event.ts';
import type { Query } from '../../src/core/world.ts';
import { disk } from '../../src/world/disk.ts';
import { scan } from '../../src/world/journal-scan.ts';
import { systemError } from '../worlds/disks.ts';
import {
  inFolder,
  journalIn,
  kinds,
  note,
  replace,
  stopOf,
  stored,
  verified,
  withJournal,
} from '../worlds/journals.ts';

describe('entries', () => {
  const RUNS = ['R-1', 'R-2', 'R-3'];
  const drafts: Draft[] = RUNS.flatMap((run, index): Draft[] => [
    { type: 'run.opened', run, data: {} as never },
    { type: 'step.ended', run, subject: `E-${index}`, step: 'a', data: {} },
    ...(index === 1 ? [] : [{ type: 'run.closed', run, data: { verdict: 'done' } } as Draft]),
    note(`after ${run}`),
  ]);
  const query: fc.Arbitrary<Query> = fc.record(
    {
      run: fc.constantFrom(...RUNS, 'R-9'),
      subject: fc.constantFrom('E-0', 'E-1', 'E-9'),
      types: fc.subarray(['run.opened', 'run.closed', 'step.ended', 'audit.read', 'approval.used'] as const),
      after: fc.integer({ min: 0, max: 14 }),
      upTo: fc.integer({ min: 0, max: 14 }),
      last: fc.integer({ min: 1, max: 14 }),
      open: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  test('by the index are those of reading every line, whatever is asked', async () => {
    await withJournal(
      async (journal, dir) => {
        for (const draft of drafts) await journal.append([draft]);
        expect((await journal.entries({ open: true })).map(({ body }) => body.run)).toEqual(['R-2', 'R-2']);
        await fc.assert(
          fc.asyncProperty(query, async (asked) => {
            expect(await journal.entries(asked)).toEqual(await scan(disk, dir, asked));
          }),
        );
      },
      { bound: 2000 },
    );
  });

  const index = (dir: string) => path.join(dir, 'journal', 'index.sqlite');
  test.each<[string, (dir: string) => unknown]>([
    ['deleted', (dir) => fs.rmSync(index(dir))],
    ['emptied', (dir) => fs.truncateSync(index(dir), 0)],
    ['cut short', (dir) => fs.truncateSync(index(dir), 9000)],
    ['rubbish', (dir) => fs.writeFileSync(index(dir), 'x'.repeat(50_000))],
    ['overwritten in the middle', (dir) => fs.writeFileSync(index(dir), Buffer.alloc(20_000, 1), { flag: 'r+' })],
    ['a directory', (dir) => [fs.rmSync(index(dir)), fs.mkdirSync(index(dir))]],
    ['a dangling link', (dir) => [fs.rmSync(index(dir)), fs.symlinkSync('nowhere', index(dir))]],
  ])('an index that is %s is nobody’s trouble', async (_, spoil) => {
    await withJournal(async (journal, dir) => {
      await journal.append(drafts);
      const wanted = await journal.entries({ types: ['run.opened'] });
      spoil(dir);
      for (const one of [journal, journalIn(dir)]) {
        expect(await one.entries({ types: ['run.opened'] })).toEqual(wanted);
        await one.append([note('more')]);
        expect((await one.entries({ last: 1 }))[0]?.body.data).toEqual({ what: 'more' });
        one.close();
      }
    });
  });

  test('an index that a kill left unfinished, or that another boot wrote, is made anew', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    await withJournal(async (journal, dir) => {
      await journal.append(drafts);
      const wanted = await journal.entries({});
      for (const spoil of ['PRAGMA user_version = 9999', "UPDATE state SET boot = 'another'"]) {
        const base = new DatabaseSync(index(dir));
        base.exec(`DELETE FROM entry WHERE seq < 5; ${spoil}`);
        base.close();
        expect(await journal.entries({})).toEqual(wanted);
      }
    });
  });

  test.each([
    'UPDATE entry SET length = 9007199254740991',
    'UPDATE entry SET length = 0',
    'UPDATE entry SET offset = -5',
    'UPDATE entry SET offset = 5 - offset',
    'UPDATE entry SET segment = -1',
    'UPDATE entry SET segment = 7',
    'UPDATE entry SET seq = seq + 1 WHERE seq = (SELECT max(seq) FROM entry)',
    'DROP TABLE entry; CREATE VIEW entry AS SELECT 1.5 AS seq, 1 AS segment, 0 AS offset, 10 AS length',
  ])('an index that lies about places is read past: %s', async (lie) => {
    const { DatabaseSync } = await import('node:sqlite');
    await withJournal(async (journal, dir) => {
      await journal.append(drafts);
      const wanted = await journal.entries({});
      const base = new DatabaseSync(index(dir));
      base.exec(lie);
      base.close();
      expect(await journal.entries({})).toEqual(wanted);
    });
  });

  test('a read-only index is read past', async () => {
    await withJournal(async (journal, dir) => {
      await journal.append(drafts);
      const wanted = await scan(disk, dir, {});
      const locked = journalIn(dir, {
        disk: {
          ...disk,
          open: (at, flags, mode) => {
            if (mode !== undefined) throw systemError('EROFS', 'open');
            return disk.open(at, flags);
          },
        },
      });
      expect(await locked.entries({})).toEqual(wanted);
      locked.close();
    });
  });

  test('altered lines are not answered from', async () => {
    await withJournal(async (journal, dir) => {
      await journal.append(drafts);
      await journal.entries({});
      const bytes = stored(dir);
      const at = bytes.indexOf('after R-1');
      bytes[at] = 0x41;
      replace(dir, bytes);
      expect((await stopOf(journal.entries({ types: ['audit.read'] }))).verdict).toBe('failed');
      fs.rmSync(index(dir));
      expect((await stopOf(journal.entries({ last: 1 }))).verdict).toBe('failed');
      expect(kinds(await verified(dir))).toEqual(['altered']);
    });
  });

  test('the index deleted again and again while others append and ask', async () => {
    await withJournal(async (journal, dir) => {
      const other = journalIn(dir);
      for (let i = 1; i <= 60; i++) {
        await Promise.all([journal.append([note(`a${i}`)]), other.append([note(`b${i}`)])]);
        if (i % 3 === 0) fs.rmSync(index(dir), { force: true });
        const [mine, theirs] = await Promise.all([journal.entries({}), other.entries({ types: ['audit.read'] })]);
        expect(mine).toHaveLength(1 + 2 * i);
        expect(theirs).toHaveLength(2 * i);
      }
      other.close();
    });
  });

  test('an empty folder has none', async () => {
    await inFolder(async (dir) => {
      expect(await journalIn(dir).entries({ last: 3 })).toEqual([]);
    });
  });
});
