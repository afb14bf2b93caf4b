/** The nearest name: found for slips of the finger, silent for other words. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/core/nearest.ts';

const names = ['runbook', 'rollback', 'approve', 'reject', 'site', 'operator'];

describe('nearest', () => {
  it.each([
    ['runbok', 'runbook'],
    ['RUNBOOK', 'runbook'],
    ['stie', 'site'],
    ['aprove', 'approve'],
    ['opreator', 'operator'],
    ['rejct', 'reject'],
  ])('%s -> %s', (word, name) => expect(nearest(word, names)).toBe(name));

  it.each([['xyz'], [''], ['harden'], ['发票']])('%s: none', (word) => expect(nearest(word, names)).toBeUndefined());

  it('one letter left out, doubled or swapped of a longer name is always found', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('runbook', 'rollback', 'operator'),
        fc.nat(6),
        fc.constantFrom(0, 1, 2),
        (name, at, kind) => {
          const swapped = `${name.slice(0, at)}${name[at + 1] ?? ''}${name[at] ?? ''}${name.slice(at + 2)}`;
          const typos = [name.slice(0, at) + name.slice(at + 1), name.slice(0, at) + name.slice(at - 1), swapped];
          expect(nearest(at === 0 ? (typos[0] ?? '') : (typos[kind] ?? ''), names)).toBe(name);
        },
      ),
    );
  });

  it('answers a very long word at once', () => {
    expect(nearest('x'.repeat(1_000_000), names)).toBeUndefined();
  });
});
