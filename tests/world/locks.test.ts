/** Locks on targets: whoever holds is named, whoever dies lets go, and no two wait for each other. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import { disk } from '../../src/world/disk.ts';
import { holdAll, lockName } from '../../src/world/locks.ts';
import { inFolder } from '../worlds/journals.ts';

const HOLDER = { operator: 'li', why: 'R-1 hardening' };

function hold<T>(dir: string, names: readonly string[], work: () => Promise<T>): Promise<T> {
  return holdAll(disk, dir, names, HOLDER, work);
}

async function refusal(work: Promise<unknown>): Promise<Stop> {
  const cause = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(cause).toBeInstanceOf(Stop);
  expect((cause as Stop).verdict).toBe('refused');
  return cause as Stop;
}

async function holding(dir: string, names: readonly string[]): Promise<ChildProcess> {
  const at = path.join(import.meta.dirname, '../worlds/hold-child.ts');
  const child = spawn(process.execPath, [at, dir, ...names], { stdio: ['pipe', 'pipe', 'inherit'], timeout: 60_000 });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('close', () => reject(new Error('the holder ended')));
  });
  return child;
}

function gone(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('close', resolve));
}

describe('hold', () => {
  test('runs the work, hands back its value, and lets go afterwards, also when it throws', async () => {
    await inFolder(async (dir) => {
      expect(await hold(dir, ['host:a', 'host:b', 'host:a'], async () => 7)).toBe(7);
      await expect(hold(dir, ['host:a'], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await hold(dir, ['host:a'], async () => 8)).toBe(8);
      expect(fs.readdirSync(path.join(dir, 'locks')).filter((name) => name.endsWith('.json'))).toEqual([]);
    });
  });

  test('holds also where its note cannot be written: on a full disk a run may still be undone', async () => {
    await inFolder(async (dir) => {
      await hold(dir, ['host:a'], async () => 0);
      const note = path.join(dir, 'locks', `${lockName('host:a')}.json`);
      fs.mkdirSync(path.join(note, 'x'), { recursive: true });
      const work = async () => {
        await refusal(hold(dir, ['host:a'], async () => 0));
        return 7;
      };
      expect(await hold(dir, ['host:a'], work)).toBe(7);
      expect(await hold(dir, ['host:a'], async () => 8)).toBe(8);
      expect(fs.readdirSync(path.join(dir, 'locks')).filter((name) => !/\.(lock|json)$/.test(name))).toEqual([]);
    });
  });

  test('refuses what this very process holds, naming holder, since when, why', async () => {
    await inFolder(async (dir) => {
      await hold(dir, ['host:a'], async () => {
        const stop = await refusal(hold(dir, ['host:b', 'host:a'], async () => 0));
        const text = speak(stop.text);
        expect(text).toContain(`host:a is held by li (process ${process.pid}) since 2`);
        expect(text).toContain('R-1 hardening');
        expect(stop.detail.data).toMatchObject({ target: 'host:a', pid: process.pid, operator: 'li' });
        expect(await hold(dir, ['host:b'], async () => 'b is not held')).toBe('b is not held');
      });
    });
  });

  test('refuses what another process holds; it ends with that process, even by SIGKILL', async () => {
    await inFolder(async (dir) => {
      const other = await holding(dir, ['host:a', 'database:inv']);
      const text = speak((await refusal(hold(dir, ['database:inv'], async () => 0))).text);
      expect(text).toContain(`database:inv is held by wang (process ${other.pid})`);
      expect(text).toContain('a watch');
      expect(await hold(dir, ['host:c'], async () => 'others are free')).toBe('others are free');
      other.kill('SIGKILL');
      await gone(other);
      expect(await hold(dir, ['host:a', 'database:inv'], async () => 1)).toBe(1);
    });
  }, 60_000);

  test('a note of a dead holder is not taken for the living one', async () => {
    await inFolder(async (dir) => {
      const first = await holding(dir, ['host:a']);
      const note = path.join(dir, 'locks', 'host%3Aa.json');
      const stale = fs.readFileSync(note);
      first.kill('SIGKILL');
      await gone(first);
      expect(fs.existsSync(note)).toBe(true);
      const second = await holding(dir, ['host:a']);
      expect(speak((await refusal(hold(dir, ['host:a'], async () => 0))).text)).toContain(`process ${second.pid}`);
      fs.writeFileSync(note, stale);
      expect(speak((await refusal(hold(dir, ['host:a'], async () => 0))).text)).not.toContain(`process ${first.pid}`);
      second.stdin?.end();
      await gone(second);
      expect(fs.existsSync(note)).toBe(false);
    });
  }, 60_000);

  test('crossed orders do not block each other for ever', async () => {
    await inFolder(async (dir) => {
      const tries = Array.from({ length: 20 }, (_, index) =>
        hold(dir, index % 2 ? ['host:a', 'host:b'] : ['host:b', 'host:a'], async () => 'had').catch(() => 'refused'),
      );
      const ends = await Promise.all(tries);
      expect(ends).toContain('had');
    });
  });

  test('a symlink, a folder or a file open to others in a lock’s place is refused', async () => {
    await inFolder(async (dir) => {
      await hold(dir, ['host:a'], async () => 0);
      const at = path.join(dir, 'locks', 'host%3Aa.lock');
      fs.chmodSync(at, 0o666);
      await refusal(hold(dir, ['host:a'], async () => 0));
      fs.rmSync(at);
      fs.symlinkSync('elsewhere', at);
      await refusal(hold(dir, ['host:a'], async () => 0));
      fs.rmSync(at);
      fs.mkdirSync(at);
      await refusal(hold(dir, ['host:a'], async () => 0));
      expect(fs.existsSync(path.join(dir, 'locks', 'elsewhere'))).toBe(false);
    });
  });
});

test('a lock’s file name leads nowhere, and different targets have different ones', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      const name = lockName(one);
      expect(name).toMatch(/^[\w.%-]*$/);
      if (one !== other) expect(lockName(other)).not.toBe(name);
    }),
  );
  expect(lockName('host:../../etc')).toBe('host%3A..%2F..%2Fetc');
});
