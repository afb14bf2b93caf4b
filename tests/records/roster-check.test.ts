/** Which changes of the roster a strict verification lists. */
import { describe, expect, it } from 'vitest';
import { lineOf, NO_PREV } from '../../src/core/line.ts';
import type { Operator } from '../../src/core/operator.ts';
import { fakeWorld, type Outside } from '../../src/engine/fake-world.ts';
import { rosterCheck } from '../../src/records/roster-check.ts';
import { changeRoster, site } from '../worlds/books.ts';

const wu: Operator = { name: 'wu', roles: ['data'], party: 'contractor', key: 'key of wu' };

function problems(out: Outside) {
  const check = rosterCheck();
  for (const [at, { body, seq }] of out.entries.entries()) {
    const { bytes } = lineOf(body, NO_PREV, seq);
    check.take({ segment: '000001.jsonl', offset: at, bytes, whole: true });
  }
  return check.end().map(({ seq, kind }) => [seq, kind]);
}

describe('rosterCheck', () => {
  it('lists nothing where the security officer signed', async () => {
    const out = site();
    await changeRoster(out, { change: 'add', operator: wu }, 'he');
    expect(problems(out)).toEqual([]);
  });

  it('lists a change that nobody signed, and one signed by another', async () => {
    const out = site();
    await changeRoster(out, { change: 'add', operator: wu }, 'chen');
    const first = out.entries.at(-1)?.seq;
    const draft = { type: 'operator.changed' as const, data: { change: 'add' as const, operator: wu, by: 'he' } };
    await fakeWorld(out).keep.append([draft]);
    expect(problems(out)).toEqual([
      [first, 'unsigned'],
      [out.entries.at(-1)?.seq, 'unsigned'],
    ]);
  });

  it('lists it too where an entry is not of its form', async () => {
    const out = site();
    await fakeWorld(out).keep.append([{ type: 'operator.changed', data: {} } as never]);
    expect(problems(out)).toEqual([[out.entries.at(-1)?.seq, 'unsigned']]);
  });
});
