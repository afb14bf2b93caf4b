/** The time for what expires: no setting of the clock makes it earlier than what the journal knows. */
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/core/event.ts';
import { soberTime } from '../../src/records/sober-time.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const HOUR = 3_600_000;
const at = (milliseconds: number, mono: string): Entry =>
  ({ seq: 1, body: { t: new Date(milliseconds).toISOString(), mono } }) as unknown as Entry;
const ns = (hours: number) => `${BigInt(hours) * 3_600_000_000_000n}`;

describe('soberTime', () => {
  it('is the clock where nothing speaks against it', () => {
    expect(soberTime(new Date(NOON), []).getTime()).toBe(NOON);
    expect(soberTime(new Date(NOON), [at(NOON - HOUR, 'x:1')]).getTime()).toBe(NOON);
  });

  it('a clock set back since: the monotonic clock of the same boot tells how much passed', () => {
    const entries = [at(NOON, `b:${ns(1)}`), at(NOON - HOUR, `b:${ns(4)}`)];
    expect(soberTime(new Date(NOON - HOUR), entries).getTime()).toBe(NOON + 3 * HOUR);
  });

  it('over a reboot: never before the newest entry', () => {
    const entries = [at(NOON, `b:${ns(9)}`), at(NOON + HOUR, `b:${ns(10)}`), at(NOON - HOUR, `c:${ns(1)}`)];
    expect(soberTime(new Date(NOON - HOUR), entries).getTime()).toBe(NOON + HOUR);
  });

  it('a mono that is no mono is left out', () => {
    for (const mono of ['', 'b', 'b:-5', 'unknown:5', `b:${'9'.repeat(40)}`, 'b:1e9'])
      expect(soberTime(new Date(NOON), [at(NOON - HOUR, mono), at(NOON, `b:${ns(99)}`)]).getTime()).toBe(NOON);
  });
});
