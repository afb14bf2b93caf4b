/** The search for planted values finds each form wherever it stands, else its silence would prove nothing. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { canariesBelow, canariesHeld, tracesOf } from './canaries.ts';

const VALUE = '金丝雀13912345678';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gxops-canaries-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([0, 1, 2, 3, 4])('in any form behind %i other bytes, in hidden folders too', (before) => {
  mkdirSync(join(folder, '.hidden'));
  const around = Buffer.concat([
    Buffer.from('前后'.slice(0, 2)).subarray(0, before),
    Buffer.from(VALUE),
    Buffer.from('尾'),
  ]);
  const wide = Buffer.from(VALUE, 'utf16le');
  const forms = {
    'UTF-8': around,
    'UTF-16LE': wide,
    'UTF-16BE': Buffer.from(wide).swap16(),
    hex: Buffer.from(around.toString('hex')),
    HEX: Buffer.from(around.toString('hex').toUpperCase()),
    base64: Buffer.from(around.toString('base64')),
  };
  for (const [form, bytes] of Object.entries(forms)) {
    const at = join(folder, '.hidden', 'left');
    writeFileSync(at, bytes);
    expect(canariesBelow([folder], [VALUE])).toContain(`${at}: ${VALUE} as ${form}`);
    expect(canariesBelow([folder], [VALUE], (path) => path === at)).toEqual([]);
    expect(canariesBelow([folder], ['another value'])).toEqual([]);
  }
});

it('in a name, and never in a folder that is not there', () => {
  writeFileSync(join(folder, VALUE), '');
  expect(canariesBelow([folder, join(folder, 'none')], [VALUE])).toHaveLength(1);
  expect(new Set(tracesOf(VALUE).map(({ form }) => form)).size).toBe(6);
});

it('in a file that was removed while it is open, which no walk finds', () => {
  const at = join(folder, 'gone');
  writeFileSync(at, VALUE);
  const open = openSync(at, 'r');
  rmSync(at);
  expect(canariesBelow([folder], [VALUE])).toEqual([]);
  expect(canariesHeld(process.pid, [VALUE], () => false)).toEqual([`${at} (deleted): ${VALUE} as UTF-8`]);
  closeSync(open);
  expect(canariesHeld(process.pid, [VALUE], () => false)).toEqual([]);
});
