/** Appending and recovering, on the real disk. */
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineOf } from '../../src/core/line.ts';
import { disk } from '../../src/world/disk.ts';
import { scan } from '../../src/world/journal-scan.ts';
import { watched } from '../worlds/disks.ts';
import {
  GENESIS,
  inFolder,
  journalIn,
  kinds,
  note,
  replace,
  segmentOf,
  stopOf,
  stored,
  verified,
  verifiedBytes,
  withJournal,
} from '../worlds/journals.ts';

describe('append', () => {
  test('stamps what the machine knows and answers with the stored entries', async () => {
    await withJournal(async (journal, dir) => {
      const [first, second] = await journal.append([{ ...note('一'), run: 'R-1', step: 's' }, note('two')]);
      expect([first?.seq, second?.seq]).toEqual([2, 3]);
      expect(second?.prev).toBe(first?.hash);
      const body = first?.body;
      expect(body).toMatchObject({
        v: 1,
        type: 'audit.read',
        data: { what: '一' },
        run: 'R-1',
        step: 's',
        app: { ver: '0.1.0' },
      });
      expect(body?.log).toMatch(/^gx-[0-9a-f]{8}$/);
      expect(body?.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      expect(body?.mono).toMatch(/^[0-9a-f-]{36}:\d+$/);
      expect(body?.tz).toMatch(/^[+-]\d\d:\d\d$/);
      expect(await verified(dir, true)).toMatchObject({ entries: 3, problems: [] });
      expect(await journal.entries({})).toHaveLength(3);
    });
  });

  test('a genesis first, and only once', async () => {
    await inFolder(async (dir) => {
      const journal = journalIn(dir);
      expect((await stopOf(journal.append([note('x')]))).verdict).toBe('refused');
      expect(fs.existsSync(path.join(dir, 'journal'))).toBe(false);
      await journal.append([GENESIS]);
      expect((await stopOf(journal.append([GENESIS]))).verdict).toBe('refused');
      expect(await verified(dir)).toMatchObject({ entries: 1, problems: [] });
      journal.close();
    });
  });

  test('a group is recorded whole or not at all; a bad draft refuses only its own group', async () => {
    await withJournal(async (journal, dir) => {
      const bad = note('x'.repeat(17_000));
      const ends = await Promise.allSettled([
        journal.append([note('a'), note('b')]),
        journal.append([note('c'), bad]),
        journal.append([note('d')]),
      ]);
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      const there = (await journal.entries({ types: ['audit.read'] })).map(
        ({ body }) => body.type === 'audit.read' && body.data.what,
      );
      expect(there).toEqual(['a', 'b', 'd']);
      expect(kinds(await verified(dir, true))).toEqual([]);
    });
  });

  test('calls under way together share one sync', async () => {
    await inFolder(async (dir) => {
      let syncs = 0;
      const journal = journalIn(dir, { disk: watched((call) => void (call === 'fdatasync' && syncs++)) });
      await journal.append([GENESIS]);
      await Promise.all(Array.from({ length: 50 }, (_, index) => journal.append([note(String(index))])));
      expect(syncs).toBeLessThanOrEqual(3);
      expect(await verified(dir)).toMatchObject({ entries: 51, problems: [] });
      journal.close();
    });
  });

  test('begins a new segment when one is full, and goes on in it after reopening', async () => {
    await withJournal(
      async (journal, dir) => {
        for (let i = 0; i < 7; i++) await journal.append([note(String(i))]);
        journal.close();
        const again = journalIn(dir, { bound: 1200 });
        await again.append([note('again')]);
        expect(fs.existsSync(segmentOf(dir, 3))).toBe(true);
        expect(await verified(dir, true)).toMatchObject({ entries: 9, problems: [] });
        expect(await again.entries({ last: 1 })).toMatchObject([{ seq: 9, body: { data: { what: 'again' } } }]);
        again.close();
      },
      { bound: 1200 },
    );
  });

  test('is 0600 in 0700 whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await withJournal(async (journal, dir) => {
        await journal.entries({});
        const mode = (name: string) => fs.statSync(path.join(dir, 'journal', name)).mode & 0o777;
        expect([mode('.'), mode('000001.jsonl'), mode('lock'), mode('index.sqlite')]).toEqual([
          0o700, 0o600, 0o600, 0o600,
        ]);
      });
    } finally {
      process.umask(before);
    }
  });

  test('a clock that went back by more than two seconds is recorded, once', async () => {
    await inFolder(async (dir) => {
      let at = Date.parse('2026-11-23T12:00:00Z');
      const stamps = {
        actor: () => ({ uid: 0, user: 'x', via: 'cron' as const }),
        appVersion: '0',
        node: 'v24',
        now: () => new Date(at),
      };
      const journal = journalIn(dir, { stamps });
      await journal.append([GENESIS]);
      at -= 1500;
      await journal.append([note('a little')]);
      at -= 3_600_000;
      expect(await journal.append([note('an hour')])).toHaveLength(1);
      await journal.append([note('still')]);
      const types = (await journal.entries({})).map(({ body }) => body.type);
      expect(types).toEqual(['log.genesis', 'audit.read', 'clock.anomaly', 'audit.read', 'audit.read']);
      journal.close();
    });
  });
});

describe('a torn tail', () => {
  test('at every byte of the last record: seen, then recorded and gone, and the chain is whole', async () => {
    await withJournal(async (journal, dir) => {
      await journal.append([note('kept')]);
      const kept = stored(dir).length;
      await journal.append([note('the last one')]);
      journal.close();
      const all = stored(dir);
      for (let size = kept; size < all.length; size++) {
        replace(dir, all.subarray(0, size));
        const whole = size === kept;
        expect(kinds(await verifiedBytes(all.subarray(0, size))), `${size}`).toEqual(whole ? [] : ['torn']);
        if (size % 50 === 0) expect(kinds(await verified(dir)), `${size}`).toEqual(whole ? [] : ['torn']);
        const next = journalIn(dir);
        await next.append([note('next')]);
        next.close();
        const chain = await verified(dir, true);
        expect(chain, `${size}`).toMatchObject({ entries: whole ? 3 : 4, problems: [] });
        if (whole) continue;
        const [torn] = await scan(disk, dir, { types: ['recover.torn'] });
        const bytes = all.subarray(kept, size).toString('base64');
        expect(torn?.body.data).toMatchObject({ offset: kept, length: size - kept, bytes });
      }
    });
  }, 120_000);

  test('of the genesis itself: the log begins anew and says so', async () => {
    await inFolder(async (dir) => {
      fs.mkdirSync(path.join(dir, 'journal'), { mode: 0o700 });
      replace(dir, Buffer.from('{"body":{"actor"'));
      const journal = journalIn(dir);
      expect((await stopOf(journal.append([note('x')]))).verdict).toBe('refused');
      const entries = await journal.append([GENESIS, note('first')]);
      expect(entries.map(({ seq }) => seq)).toEqual([1, 3]);
      expect((await journal.entries({})).map(({ body }) => body.type)).toEqual([
        'log.genesis',
        'recover.torn',
        'audit.read',
      ]);
      expect(kinds(await verified(dir, true))).toEqual([]);
      journal.close();
    });
  });

  test('of any size and content is set aside', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60_000, size: 'max' }), async (bytes) => {
        const tail = Buffer.from(bytes.map((byte) => (byte === 10 ? 11 : byte)));
        await withJournal(async (journal, dir) => {
          fs.appendFileSync(segmentOf(dir), tail);
          await journal.append([note('next')]);
          expect(await verified(dir, true)).toMatchObject({ entries: 3, problems: [] });
          const [torn] = await journal.entries({ types: ['recover.torn'] });
          expect(torn?.body.data).toMatchObject({
            length: tail.length,
            bytes: tail.subarray(0, 4096).toString('base64'),
          });
        });
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});

test('behind a line of a newer gxops nothing is written', async () => {
  await withJournal(async (journal, dir) => {
    const [first] = await journal.append([note('ours')]);
    if (first === undefined) throw new Error('no entry');
    const body = { ...first.body, v: 2 as unknown as 1, id: 'another' };
    fs.appendFileSync(
      segmentOf(dir),
      Buffer.concat([lineOf(body, first.hash, first.seq + 1).bytes, Buffer.from('\n')]),
    );
    const before = stored(dir);
    for (const one of [journal, journalIn(dir)]) {
      const stop = await stopOf(one.append([note('ours again')]));
      expect([stop.verdict, JSON.stringify(stop.text)]).toEqual(['refused', expect.stringContaining('newer gxops')]);
      one.close();
    }
    expect(stored(dir)).toEqual(before);
  });
});
