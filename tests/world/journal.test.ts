/** Appending, asking and recovering, on the real disk and on failing ones. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../src/core/event.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import type { Query } from '../../src/core/world.ts';
import { disk } from '../../src/world/disk.ts';
import { scan } from '../../src/world/journal-scan.ts';
import { systemError, watched } from '../worlds/disks.ts';
import {
  GENESIS,
  inFolder,
  journalIn,
  kinds,
  note,
  replace,
  segmentOf,
  stored,
  verified,
  verifiedBytes,
  withJournal,
} from '../worlds/journals.ts';

async function stopOf(work: Promise<unknown>): Promise<Stop> {
  const cause = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(cause).toBeInstanceOf(Stop);
  return cause as Stop;
}

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

describe('a disk that fails', () => {
  const failing = (name: string, code: string, when: () => boolean) =>
    watched((call) => {
      if (call === name && when()) throw systemError(code, name);
    });

  test.each([
    'ENOSPC',
    'EDQUOT',
    'EROFS',
    'EIO',
  ])('%s on write: refused, nothing stays, later appends work', async (code) => {
    let failed = false;
    await withJournal(
      async (journal, dir) => {
        const before = stored(dir);
        failed = true;
        const stop = await stopOf(journal.append([note('x')]));
        expect(stop.verdict).toBe('refused');
        expect(speak(stop.text)).toContain(`${segmentOf(dir)}: ${code}, `);
        expect(speak(stop.text)).toMatch(/\d+ bytes free/);
        expect(speak(stop.detail.notDone ?? '')).toContain('nothing was recorded');
        expect(stored(dir)).toEqual(before);
        failed = false;
        await journal.append([note('y')]);
        expect(await verified(dir, true)).toMatchObject({ entries: 2, problems: [] });
      },
      { disk: failing('write', code, () => failed) },
    );
  });

  test('a short write is completed', async () => {
    const short = {
      ...disk,
      write: (file: number, bytes: Uint8Array, at?: number) => disk.write(file, bytes.subarray(0, 7), at),
    };
    await withJournal(
      async (journal, dir) => {
        await journal.append([note('in pieces')]);
        expect(await verified(dir, true)).toMatchObject({ entries: 2, problems: [] });
      },
      { disk: short },
    );
  });

  test('a write that fails half way, when not even truncating works: torn, and recovered by the next', async () => {
    let failed = false;
    const half = {
      ...disk,
      write(file: number, bytes: Uint8Array, at?: number) {
        if (!failed) return disk.write(file, bytes, at);
        disk.write(file, bytes.subarray(0, 100), at);
        throw systemError('ENOSPC', 'write');
      },
      ftruncate(file: number, size: number) {
        if (failed) throw systemError('EIO', 'ftruncate');
        disk.ftruncate(file, size);
      },
    };
    await withJournal(
      async (journal, dir) => {
        failed = true;
        await stopOf(journal.append([note('x')]));
        expect(kinds(await verified(dir))).toEqual(['torn']);
        failed = false;
        await journal.append([note('y')]);
        expect((await journal.entries({})).map(({ body }) => body.type)).toEqual([
          'log.genesis',
          'recover.torn',
          'audit.read',
        ]);
        expect(kinds(await verified(dir, true))).toEqual([]);
      },
      { disk: half },
    );
  });

  test('EIO on fdatasync is never tried again: not acknowledged, said so, and the next append reads again', async () => {
    let syncs = 0;
    let failed = false;
    const sync = watched((call) => {
      if (call !== 'fdatasync') return;
      syncs += 1;
      if (failed) throw systemError('EIO', 'fdatasync');
    });
    await withJournal(
      async (journal, dir) => {
        failed = true;
        const before = syncs;
        const stop = await stopOf(journal.append([note('perhaps')]));
        expect(syncs).toBe(before + 1);
        expect(stop.verdict).toBe('refused');
        expect(speak(stop.detail.notDone ?? '')).toContain('may be on the disk');
        failed = false;
        expect((await journal.append([note('next')]))[0]?.seq).toBe(3);
        expect(await verified(dir, true)).toMatchObject({ entries: 3, problems: [] });
      },
      { disk: sync },
    );
  });

  test('a full disk while recovering: the record of the torn tail fits into its place, without the bytes', async () => {
    let room = Number.POSITIVE_INFINITY;
    const full = watched((call, args) => {
      const [, bytes, at] = args as [number, Uint8Array, number | undefined];
      if (call === 'write' && (at ?? 0) + bytes.length > room) throw systemError('ENOSPC', 'write');
    });
    await withJournal(
      async (journal, dir) => {
        const size = stored(dir).length;
        fs.appendFileSync(segmentOf(dir), Buffer.alloc(3000, 0x7b));
        room = size + 3000;
        await journal.append([note('next')]);
        const [torn] = await journal.entries({ types: ['recover.torn'] });
        expect(torn?.body.data).toMatchObject({ length: 3000, bytes: '' });
        expect(await verified(dir, true)).toMatchObject({ entries: 3, problems: [] });
      },
      { disk: full },
    );
  });

  test('a disk so full that not even that fits: refused, and the torn tail is as it was', async () => {
    let failed = false;
    const full = {
      ...disk,
      write(file: number, bytes: Uint8Array, at?: number) {
        if (!failed || (at !== undefined && bytes[0] === 0x7b && bytes[1] === 0x7b)) return disk.write(file, bytes, at);
        disk.write(file, bytes.subarray(0, 50), at);
        throw systemError('ENOSPC', 'write');
      },
    };
    await withJournal(
      async (journal, dir) => {
        fs.appendFileSync(segmentOf(dir), Buffer.alloc(300, 0x7b));
        const before = stored(dir);
        failed = true;
        await stopOf(journal.append([note('x')]));
        expect(stored(dir)).toEqual(before);
      },
      { disk: full },
    );
  });

  test('a small file system that really is full', async (context) => {
    await inFolder(async (dir) => {
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', dir], {
          stdio: 'ignore',
          timeout: 10_000,
        });
      } catch {
        return context.skip('no tmpfs may be mounted here');
      }
      try {
        const journal = journalIn(dir);
        await journal.append([GENESIS]);
        let count = 1;
        const stop = await stopOf(
          (async () => {
            for (;;) {
              await journal.append([note('x'.repeat(100))]);
              count += 1;
            }
          })(),
        );
        expect(speak(stop.text)).toContain('ENOSPC');
        expect(count).toBeGreaterThan(50);
        expect(await verified(dir, true)).toMatchObject({ entries: count, problems: [] });
        fs.appendFileSync(segmentOf(dir), '{"bo');
        await stopOf(journal.append([note('y')]));
        expect(kinds(await verified(dir, true))).toEqual(['torn']);
        expect((await scan(disk, dir, { last: 1 }))[0]?.seq).toBe(count);
        journal.close();
      } finally {
        execFileSync('umount', [dir], { timeout: 10_000 });
      }
    });
  });
});

describe('something else at a path', () => {
  const swapped = async (swap: (at: string, dir: string) => void, target: 'segment' | 'lock') =>
    withJournal(async (journal, dir) => {
      const at = target === 'segment' ? segmentOf(dir) : path.join(dir, 'journal', 'lock');
      swap(at, dir);
      for (const one of [journal, journalIn(dir)]) {
        expect((await stopOf(one.append([note('x')]))).verdict).toBe('refused');
        one.close();
      }
    });
  const moved = (at: string): string => {
    fs.renameSync(at, `${at}.old`);
    return `${at}.old`;
  };
  describe.each(['segment', 'lock'] as const)('%s', (target) => {
    test('a symlink', () => swapped((at) => fs.symlinkSync(moved(at), at), target));
    test('a FIFO', () =>
      swapped((at) => {
        moved(at);
        execFileSync('mkfifo', ['-m', '600', at]);
      }, target));
    test('a directory', () =>
      swapped((at) => {
        moved(at);
        fs.mkdirSync(at);
      }, target));
    test('a second name', () => swapped((at, dir) => fs.linkSync(at, path.join(dir, 'other')), target));
    test('open to others', () => swapped((at) => fs.chmodSync(at, 0o644), target));
  });
  test('another file of rubbish', () =>
    swapped((at) => {
      moved(at);
      fs.writeFileSync(at, 'rubbish\n', { mode: 0o600 });
    }, 'segment'));
  test('an altered last line', () =>
    swapped((at) => {
      const bytes = fs.readFileSync(at);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      fs.writeFileSync(at, bytes);
    }, 'segment'));
  test('a foreign owner', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can give a file away');
    await swapped((at) => fs.chownSync(at, 12_345, 12_345), 'segment');
  });
  test('a folder open to others, or a symlink for one', async () => {
    await withJournal(async (journal, dir) => {
      fs.chmodSync(path.join(dir, 'journal'), 0o755);
      expect(speak((await stopOf(journal.append([note('x')]))).text)).toContain('open to other accounts');
      fs.chmodSync(path.join(dir, 'journal'), 0o700);
      await journal.append([note('x')]);
      fs.renameSync(path.join(dir, 'journal'), path.join(dir, 'elsewhere'));
      fs.symlinkSync('elsewhere', path.join(dir, 'journal'));
      await stopOf(journal.append([note('x')]));
    });
  });
  test('a whole copy in its place is read anew', async () => {
    await withJournal(async (journal, dir) => {
      const copy = stored(dir);
      await journal.append([note('lost with the old file')]);
      fs.rmSync(segmentOf(dir));
      replace(dir, copy);
      expect((await journal.append([note('next')]))[0]?.seq).toBe(2);
      expect((await journal.entries({})).length).toBe(2);
    });
  });
  test.each([
    ['NFS', 0x6969],
    ['FUSE', 0x65735546],
  ])('%s is refused', async (name, type) => {
    await inFolder(async (dir) => {
      const journal = journalIn(dir, { disk: { ...disk, statfs: (at) => ({ ...disk.statfs(at), type }) } });
      expect(speak((await stopOf(journal.append([GENESIS]))).text)).toContain(name);
      expect(fs.existsSync(segmentOf(dir))).toBe(false);
    });
  });
});

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
