/** Colour by the rules, journal entries as lines, progress. */
import { describe, expect, test } from 'vitest';
import type { Body, Draft, Entry } from '../../src/core/event.ts';
import { localTime } from '../../src/core/local-time.ts';
import { wantsColour } from '../../src/views/colour.ts';
import { drawEntry } from '../../src/views/entry.ts';
import { drawProgress } from '../../src/views/progress.ts';

describe('colour', () => {
  test.each([
    [{}, true, undefined, true],
    [{}, false, undefined, false],
    [{ TERM: 'dumb' }, true, undefined, false],
    [{ NO_COLOR: '1' }, true, undefined, false],
    [{ NO_COLOR: '' }, true, undefined, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, undefined, false],
    [{ FORCE_COLOR: '1' }, false, undefined, true],
    [{ FORCE_COLOR: '0' }, true, undefined, false],
    [{ CLICOLOR_FORCE: '1' }, false, undefined, true],
    [{ CLICOLOR_FORCE: '0' }, false, undefined, false],
    [{ CLICOLOR: '0' }, true, undefined, false],
    [{ FORCE_COLOR: '1' }, true, false, false],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, true, undefined, true],
  ])('%j on a terminal %s with flag %s: %s', (env, tty, flag, wanted) => {
    expect(wantsColour(env, tty, flag)).toBe(wanted);
  });
});

const side = { path: 'runs/x', sha256: '' };
const stamp = { v: 1, log: 'l', id: '1', t: '2026-11-23T13:30:05.123Z', mono: '', tz: '+08:00', host: 'h' } as const;
const from = (draft: Draft): Entry => ({
  seq: 1,
  prev: '',
  hash: '',
  body: { ...draft, ...stamp, actor: { uid: 0, user: 'li', via: 'ssh' }, app: { ver: '', node: '' } } as Body,
});
const how = { dictionary: {}, columns: 0, colour: false };

describe('an entry', () => {
  const drafts: readonly (readonly [Draft, RegExp])[] = [
    [
      { type: 'step.began', run: 'R-1', step: 'apply', data: { title: 'Change the files' } },
      /apply: Change the files$/,
    ],
    [{ type: 'step.skipped', step: 's', data: { reason: 'no need' } }, /left out: no need$/],
    [{ type: 'step.failed', step: 's', data: { text: 'boom', policy: 'ask' } }, /failed: boom$/],
    [
      { type: 'step.planned', step: 's', data: { plan: side, digest: 'sha256:1', changes: 3 } },
      /3 changes, digest sha256:1$/,
    ],
    [{ type: 'run.closed', data: { verdict: 'undone' } }, /run closed: undone$/],
    [{ type: 'run.suspended', data: { why: 'answer', text: 'a question', next: [] } }, /suspended: a question$/],
    [{ type: 'change.made', data: { change: 'c1', made: {}, by: 'probe' } }, /made: c1, by looking$/],
    [{ type: 'change.failed', data: { change: 'c1', text: 'no' } }, /not made: c1: no$/],
    [{ type: 'undo.failed', data: { change: 'c1', text: 'no' } }, /not undone: c1: no$/],
    [{ type: 'approval.rejected', data: { digest: '', approver: 'chen', reason: 'too early' } }, /chen: too early$/],
    [
      { type: 'findings.made', data: { findings: [{ rule: 'r', subject: 's', outcome: 'fail', found: '' }] } },
      /looked: fail 1$/,
    ],
    [{ type: 'findings.made', data: { findings: [] } }, /looked: none$/],
    [{ type: 'site.noted', data: { what: 'x', detail: null } }, /site\.noted$/],
  ];
  test.each(drafts)('%j', (draft, wanted) => {
    const line = drawEntry(from(draft), how, 'Asia/Shanghai');
    expect(line).toMatch(/^2026-11-23 21:30:05 /);
    expect(line).toMatch(wanted);
  });

  test('is one safe line whatever it holds', () => {
    const line = drawEntry(
      from({ type: 'step.began', step: 's\x1b', data: { title: 'a\nb\x1b[2J\u202e' } }),
      how,
      'Asia/Shanghai',
    );
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('the time is that of the zone, summer time included', () => {
    expect(localTime('2026-11-23T13:30:05.123Z', 'UTC', 'seconds')).toBe('2026-11-23 13:30:05');
    expect(localTime('never', 'Asia/Shanghai')).toBe('never');
    expect(localTime('2026-07-23T01:00:00Z', 'Europe/Berlin')).toBe('2026-07-23 03:00');
  });
});

test('progress says how long it takes at most where a limit is known', () => {
  expect(drawProgress({ rows: 1000, bytes: 2_500_000, took: 2000 }, how)).toBe('1000 rows, 2.5 MB, 500 rows/s');
  expect(drawProgress({ rows: 1000, bytes: 0, took: 2000, limit: 6000 }, how)).toContain('at most 10 s left');
  expect(drawProgress({ rows: 0, bytes: 0, took: 0, limit: 6000 }, how)).toBe('0 rows, 0.0 MB, 0 rows/s');
});
