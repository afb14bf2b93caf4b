/** Trials: a sound runbook passes each of them; one that leaves something behind without saying so is found out. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/change.ts';
import { sha256 } from '../../src/core/json.ts';
import { type ActStep, defineRunbook, type Runbook, type Step } from '../../src/core/runbook.ts';
import { play, type Setting } from '../../src/engine/trial.ts';
import { type Fault, faultsOf } from '../../src/engine/trial-faults.ts';
import { type People, people } from '../../src/engine/trial-people.ts';
import { SITE } from '../worlds/books.ts';

let crew: People;
beforeAll(async () => {
  crew = await people();
});

const approve: Step = {
  kind: 'approve',
  id: 'sign',
  title: 'sign',
  seats: () => [
    { roles: ['approver'], party: 'purchaser' },
    { roles: ['owner'], party: 'purchaser' },
  ],
};
const file = (path: string): Change => ({
  kind: 'file',
  host: 'box',
  path,
  content: { utf8: 'new' },
  before: sha256('old'),
});
const command = (undo: Extract<Change, { kind: 'command' }>['undo']): Change => ({
  kind: 'command',
  host: 'box',
  argv: ['start', 'web'],
  undo,
});
const stop: Change = { kind: 'command', host: 'box', argv: ['stop', 'web'], undo: { irreversible: 'it is an undo' } };

function act(id: string, changes: readonly Change[], over: Partial<ActStep> = {}): ActStep {
  const verify = async () => [{ rule: id, subject: id, outcome: 'pass' as const, found: 'fine' }];
  return { kind: 'act', id, title: id, timeout: 1000, plan: async () => changes, verify, ...over };
}

const made = (...steps: Step[]): Runbook =>
  defineRunbook({ name: 'x', version: 1, title: 'x', purpose: 'x', risk: 'low', inputs: [], targets: () => [], steps });

const setting: Setting = {
  site: SITE,
  inputs: {},
  answers: { sure: true },
  files: new Map([['box /etc/a', { bytes: Buffer.from('old'), mode: 0o644, owner: 0, group: 0 }]]),
  rooted: false,
  answer: () => undefined,
};

async function all(book: Runbook): Promise<string[]> {
  const whole = await play(book, setting, crew);
  const ends = [`whole ${whole.verdict}`];
  for (const fault of faultsOf(book, whole.deeds)) {
    const { verdict, left } = await play(book, setting, crew, fault);
    ends.push(`${fault.step} ${fault.how}${fault.nth ?? ''}: ${verdict} ${left}`);
  }
  return ends;
}

describe('a sound runbook', () => {
  it('comes back from each failure of each step', async () => {
    const ask: Step = {
      kind: 'ask',
      id: 'sure',
      title: 'sure',
      question: () => ({ kind: 'confirm', message: 'sure?' }),
    };
    const ends = await all(
      made(ask, approve, act('one', [file('/etc/a')]), act('two', [command([stop])], { onFail: 'rollback' })),
    );
    expect(ends).toEqual([
      'whole done',
      'sure declined: refused nothing',
      'one refused1: waiting nothing',
      expect.stringMatching(/^one lost1: (undone|waiting|failed) nothing$/),
      'one fails: undone nothing',
      'one unknown: undone nothing',
      'one hangs: undone nothing',
      'two refused1: undone nothing',
      'two lost1: in-doubt doubted',
      'two fails: undone nothing',
      'two unknown: undone nothing',
      'two hangs: undone nothing',
    ]);
  });

  it('that cannot be undone says what remains', async () => {
    const ends = await all(made(approve, act('one', [command({ irreversible: 'sent is sent' })])));
    expect(ends).toContain('one fails: half-done listed');
    expect(ends.filter((end) => end.endsWith('unsaid'))).toEqual([]);
  });
});

it('a deed with a probe is looked for after a broken connection, and undone', async () => {
  const look = { host: 'box', argv: ['status', 'web'] };
  const probed: Change = {
    kind: 'command',
    host: 'box',
    argv: ['start', 'web'],
    undo: [stop],
    probe: { kind: 'command', look, stdout: 'up' },
  };
  const book = made(approve, act('one', [probed], { onFail: 'rollback' }));
  for (const how of ['refused', 'lost'] as const) {
    const { left, verdict } = await play(book, setting, crew, { step: 'one', how, nth: 1 });
    expect([left, ['undone', 'failed'].includes(verdict)]).toEqual(['nothing', true]);
  }
});

describe('an unsound runbook', () => {
  it('whose undo undoes nothing is found out', async () => {
    const ends = await all(made(approve, act('one', [command([])])));
    expect(ends).toContain('one fails: undone unsaid');
  });

  it('whose undo is another deed is found out', async () => {
    const book = made(approve, act('one', [command([])]), act('two', [file('/etc/a')]));
    const { left } = await play(book, setting, crew, { step: 'two', how: 'fails' });
    expect(left).toBe('unsaid');
  });

  it('that does not verify, undisturbed, does not end well', async () => {
    const verify = async () => [{ rule: 'v', subject: 's', outcome: 'fail' as const, found: 'no' }];
    const whole = await play(made(approve, act('one', [file('/etc/a')], { verify })), setting, crew);
    expect(whole.verdict).not.toBe('done');
  });
});

it('a step that is left out is not said to have been tried', async () => {
  const book = made(approve, act('one', [file('/etc/a')], { skip: () => 'not now' }));
  expect((await play(book, setting, crew, { step: 'one', how: 'fails' })).reached).toBe(false);
  expect((await play(made(approve, act('one', [])), setting, crew, { step: 'one', how: 'fails' })).reached).toBe(true);
});

it('one fault of a step without time-out fewer', () => {
  const { timeout: _, ...step } = act('one', []);
  const hows = (one: Step): Fault['how'][] => faultsOf(made(one), new Map([['one', 1]])).map(({ how }) => how);
  expect(hows(act('one', []))).toContain('hangs');
  expect(hows(step)).toEqual(['refused', 'lost', 'fails', 'unknown']);
});
