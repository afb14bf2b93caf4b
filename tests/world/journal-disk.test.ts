/** Appending to a disk that fails: nothing is acknowledged that is not there, nothing that is there is lost. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { speak } from '../../src/core/text.ts';
import { disk } from '../../src/world/disk.ts';
import { scan } from '../../src/world/journal-scan.ts';
import { systemError, watched } from '../worlds/disks.ts';
import {
  GENESIS,
  inFolder,
  journalIn,
  kinds,
  note,
  segmentOf,
  stopOf,
  stored,
  verified,
  withJournal,
} from '../worlds/journals.ts';

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
