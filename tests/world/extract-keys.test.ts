/** The keys of an extraction: the same for all who ask at once, whole or not there, and the one that is destroyed does not come back. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keysOf } from '../../src/world/extract-keys.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'gx-keys-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('many who ask at once get the same, 0600, and nothing else is left', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, () => keysOf(dir, 'E-1')));
  expect(new Set(all.map(({ mark, join }) => hex(mark) + hex(join))).size).toBe(1);
  expect(readdirSync(dir, { recursive: true }).sort()).toEqual([
    'runs',
    'runs/E-1',
    'runs/E-1/join',
    'secrets',
    'secrets/mark',
  ]);
  for (const name of ['runs/E-1/join', 'secrets/mark']) {
    expect(statSync(path.join(dir, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(dir, name))).toHaveLength(32);
  }
});

test('each extraction has its own; the mark outlives the pseudonyms, which come back to nobody', async () => {
  const first = await keysOf(dir, 'E-1');
  const other = await keysOf(dir, 'E-2');
  expect([hex(first.mark) === hex(other.mark), hex(first.join) === hex(other.join)]).toEqual([false, false]);
  rmSync(path.join(dir, 'runs/E-1/join'));
  const again = await keysOf(dir, 'E-1');
  expect([hex(again.mark) === hex(first.mark), hex(again.join) === hex(first.join)]).toEqual([true, false]);
});

test('a key that is short is refused, never filled up or replaced', async () => {
  mkdirSync(path.join(dir, 'secrets'), { mode: 0o700 });
  writeFileSync(path.join(dir, 'secrets/mark'), 'short', { mode: 0o600 });
  await expect(keysOf(dir, 'E-1')).rejects.toMatchObject({ verdict: 'refused' });
  expect(readFileSync(path.join(dir, 'secrets/mark'), 'utf8')).toBe('short');
});
