/** The report of a fault of ours: enough to find it, and not one value of the person who met it. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { speak } from '../src/core/text.ts';
import { bugStop, redacted } from '../src/main-bug.ts';

const words = ['trace', 'invoice', '24512000000012345678', '--ticket', 'T-77', '--bind', 'name=欧阳小明'];

describe('redacted', () => {
  it.each([
    ['cannot open "postgres://ops:hunter2@10.1.2.3/inv"', 'hunter2'],
    ['connect to //ops:hunter2@db failed', 'hunter2'],
    ['ORA-01017 password=hunter2 for user', 'hunter2'],
    ['no row for 91450103MA5KXXXX1N', '91450103MA5KXXXX1N'],
    ['phone 13878901234 is odd', '13878901234'],
    ['what is 24512000000012345678', '24512000000012345678'],
    ['unknown name 欧阳小明 here', '欧阳小明'],
    ["unexpected 'T-77'", 'T-77'],
  ])('%s', (message, value) => {
    const text = redacted(new TypeError(message, { cause: new Error(message) }), words);
    expect(text).not.toContain(value);
    expect(text).toContain('TypeError: ');
    expect(text).toMatch(/\n\s+at .*main-bug\.test/);
  });

  it('what is no Error gives its type alone', () => expect(redacted('hunter2', [])).toBe('thrown: string'));
});

describe('bugStop', () => {
  it('prepares a private report and says where it lies and what to type', () => {
    const stop = bugStop(new RangeError('secret=hunter2'), words);
    const file = /: (\/.*report\.txt)$/.exec(speak(stop.text))?.[1] ?? '';
    expect(stop.verdict).toBe('bug');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toMatch(/hunter2|T-77|2451/);
    expect(stop.detail.next?.length).toBeGreaterThan(0);
    rmSync(dirname(file), { recursive: true });
  });
});
