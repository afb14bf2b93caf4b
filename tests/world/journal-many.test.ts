/** Many processes at once, processes killed at every call, a process that stops with the lock in hand. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/core/event.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import { child, GENESIS, inFolder, journalIn, note, segmentOf, verified, withJournal } from '../worlds/journals.ts';

const CHILD = 'journal-child.ts';

function told(lines: readonly string[]): Map<string, number> {
  return new Map(lines.map((line) => [line.split(' ')[1] ?? '', Number(line.split(' ')[0])]));
}

function held(entries: readonly Entry[]): Map<string, number> {
  return new Map(
    entries.flatMap(({ seq, body }) => (body.type === 'audit.read' ? [[body.data.what, seq] as const] : [])),
  );
}

test('eight processes at once: one chain, and every acknowledged record is where it was said to be', async () => {
  await withJournal(async (journal, dir) => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const ended = await Promise.all(names.map((name) => child(CHILD, ['append', dir, name, '40'])));
    expect(ended.map(({ code, errors }) => ({ code, errors }))).toEqual(names.map(() => ({ code: 0, errors: '' })));
    expect(await verified(dir, true)).toMatchObject({ entries: 1 + 8 * 40, problems: [] });
    const acknowledged = ended.flatMap(({ lines }) => [...told(lines)]);
    expect(acknowledged).toHaveLength(8 * 40);
    expect(held(await journal.entries({}))).toEqual(new Map(acknowledged.sort((a, b) => a[1] - b[1])));
  });
}, 120_000);

describe('SIGKILL at every call that changes the disk, then opened again', () => {
  const after = async (dir: string, lines: readonly string[], bound: number) => {
    const journal = journalIn(dir, { bound });
    const begun = (await verified(dir)).entries > 0;
    await journal.append(begun ? [note('again')] : [GENESIS, note('again')]);
    const chain = await verified(dir, true);
    expect(chain.problems).toEqual([]);
    const there = held(await journal.entries({}));
    for (const [what, seq] of told(lines)) expect(there.get(what), what).toBe(seq);
    expect(there.get('again')).toBe(chain.entries);
    journal.close();
  };
  /** Kills at call 1, 2, 3 … until a process comes through; how many were killed. */
  const killed = async (half: string, bound: number, before: (dir: string) => Promise<void>): Promise<number> => {
    for (let nth = 1; ; nth++) {
      const through = await inFolder(async (dir) => {
        await before(dir);
        const end = await child(CHILD, ['kill', dir, 'k', '3', String(nth), half, String(bound)]);
        expect(end.errors).toBe('');
        await after(dir, end.lines, bound);
        return end.signal === null;
      });
      if (through) return nth - 1;
    }
  };
  const begun = async (dir: string) => {
    const journal = journalIn(dir);
    await journal.append([GENESIS, note('old')]);
    journal.close();
  };
  test('of a first use', async () => {
    expect(await killed('', 64 << 20, async () => {})).toBeGreaterThan(10);
  }, 180_000);
  test.each([700, 20_000])('of appends that recover a torn tail of %i bytes, each write half done', async (size) => {
    const torn = async (dir: string) => {
      await begun(dir);
      appendFileSync(segmentOf(dir), Buffer.alloc(size, 0x7b));
    };
    expect(await killed('half', 64 << 20, torn)).toBeGreaterThanOrEqual(8);
  }, 180_000);
  test('of appends that begin a new segment each', async () => {
    expect(await killed('half', 1, begun)).toBeGreaterThan(15);
  }, 180_000);
});

test('a process stopped with the lock in hand: others are refused and told who holds it; it goes on afterwards', async () => {
  await withJournal(async (_, dir) => {
    const at = path.join(import.meta.dirname, '../worlds', CHILD);
    const holder = spawn(process.execPath, [at, 'stop', dir, 's', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = new Promise((resolve) => holder.on('close', resolve));
    try {
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      const other = journalIn(dir, { patience: 300 });
      const stop = await other.append([note('other')]).catch((cause: unknown) => cause);
      expect(stop).toBeInstanceOf(Stop);
      expect((stop as Stop).verdict).toBe('refused');
      expect(speak((stop as Stop).text)).toContain(`process ${holder.pid} `);
      other.close();
    } finally {
      holder.kill('SIGCONT');
    }
    expect(await exit).toBe(0);
    expect(await verified(dir, true)).toMatchObject({ entries: 2, problems: [] });
  });
}, 60_000);
