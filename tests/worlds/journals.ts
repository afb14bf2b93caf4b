/** Journals for tests: in a folder of their own, with a fixed writer and drafts of every size. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Actor, Draft } from '../../src/core/event.ts';
import { Stop } from '../../src/core/stop.ts';
import type { StoredLine } from '../../src/core/world.ts';
import { type Chain, verifyChain } from '../../src/records/chain.ts';
import { disk as realDisk } from '../../src/world/disk.ts';
import { type Journal, type JournalPlace, openJournal } from '../../src/world/journal.ts';
import { linesOf } from '../../src/world/journal-lines.ts';

export const ACTOR: Actor = { operator: 'li', uid: 1001, user: 'li', via: 'ssh', from: '10.1.2.3' };
export const GENESIS: Draft = { type: 'log.genesis', data: { site: 'test', operators: [] } };

/** A small record. */
export function note(what: string): Draft {
  return { type: 'audit.read', data: { what } };
}

/** Runs `work` in a temporary folder that is gone afterwards. */
export async function inFolder<T>(work: (dir: string) => Promise<T>, under = tmpdir()): Promise<T> {
  const dir = mkdtempSync(path.join(under, 'gxops-journal-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A journal in `dir`; parts of the place may be replaced. */
export function journalIn(dir: string, place: Partial<JournalPlace> = {}): Journal {
  const stamps = { actor: () => ACTOR, appVersion: '0.1.0', node: process.version };
  return openJournal({ dir, stamps, ...place });
}

/** Runs `work` with a journal that already has its genesis. */
export async function withJournal<T>(
  work: (journal: Journal, dir: string) => Promise<T>,
  place: Partial<JournalPlace> = {},
): Promise<T> {
  return inFolder(async (dir) => {
    const journal = journalIn(dir, place);
    try {
      await journal.append([GENESIS]);
      return await work(journal, dir);
    } finally {
      journal.close();
    }
  });
}

export function segmentOf(dir: string, number = 1): string {
  return path.join(dir, 'journal', `${String(number).padStart(6, '0')}.jsonl`);
}

export function stored(dir: string): Buffer {
  return readFileSync(segmentOf(dir));
}

/** Verifies a site folder's journal. */
export function verified(dir: string, strict = false): Promise<Chain> {
  return verifyChain(linesOf(realDisk, dir), { strict });
}

/** Verifies bytes as if they were segment 000001, without a disk. */
export function verifiedBytes(bytes: Buffer, strict = false): Promise<Chain> {
  return verifyChain(cut(bytes), { strict });
}

async function* cut(bytes: Buffer): AsyncGenerator<StoredLine> {
  const segment = '000001.jsonl';
  let offset = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, offset)) {
    yield { segment, offset, bytes: bytes.subarray(offset, at), whole: true };
    offset = at + 1;
  }
  if (offset < bytes.length) yield { segment, offset, bytes: bytes.subarray(offset), whole: false };
}

/** The kinds of problems of a chain, in order, without repeats. */
export function kinds(chain: Chain): string[] {
  return [...new Set(chain.problems.map(({ kind }) => kind))];
}

/** Runs a world of tests/worlds in a process of its own; what it printed, line by line, and how it ended. */
export function child(
  script: string,
  args: readonly string[],
): Promise<{ lines: string[]; signal: string | null; code: number | null; errors: string }> {
  const at = path.join(import.meta.dirname, script);
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [at, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let out = '';
    let errors = '';
    process_.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    process_.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    process_.on('error', reject);
    process_.on('close', (code, signal) => resolve({ lines: out.split('\n').filter(Boolean), signal, code, errors }));
  });
}

/** Replaces a stored file's bytes, keeping its mode. */
export function replace(dir: string, bytes: Uint8Array, number = 1): void {
  writeFileSync(segmentOf(dir, number), bytes, { mode: 0o600 });
}

/** The Stop that the work ends with; throws where it ends otherwise. */
export async function stopOf(work: Promise<unknown>): Promise<Stop> {
  const cause = await work.then(
    () => new Error('it was done, not refused'),
    (thrown: unknown) => thrown,
  );
  if (cause instanceof Stop) return cause;
  throw cause;
}
