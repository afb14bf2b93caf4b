/** What must not lie at the journal’s paths: refused before anything is written. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { speak } from '../../src/core/text.ts';
import { disk } from '../../src/world/disk.ts';
import {
  GENESIS,
  inFolder,
  journalIn,
  note,
  replace,
  segmentOf,
  stopOf,
  stored,
  withJournal,
} from '../worlds/journals.ts';

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
