/** What the engine does when a step fails, waits, watches or cannot be recorded. */
import { describe, expect, it } from 'vitest';
import type { Finding, Outcome } from '../../src/core/finding.ts';
import type { Policy, Step } from '../../src/core/runbook.ts';
import { Stop } from '../../src/core/stop.ts';
import { resume, start } from '../../src/engine/run.ts';
import { undo } from '../../src/engine/undo.ts';
import {
  act,
  approve,
  approveStep,
  book,
  command,
  put,
  services,
  session,
  site,
  text,
  writes,
} from '../worlds/books.ts';

const finding = (outcome: Outcome): Finding => ({ rule: 'r', subject: 'box', outcome, found: String(outcome) });

function check(
  id: string,
  look: () => Promise<readonly Finding[]>,
  over: Partial<Extract<Step, { kind: 'check' }>> = {},
): Step {
  return { kind: 'check', id, title: id, look, blocks: true, ...over };
}

async function failing(policy: Policy, over: Partial<Step> = {}) {
  const out = site();
  put(out, '/etc/a', 'A1');
  const steps = book([
    approveStep,
    act('one', writes('/etc/a', 'A2')),
    { ...check('look', async () => [finding('fail')]), onFail: policy, ...over } as Step,
  ]);
  const { run } = await start(steps, {}, session(out));
  await approve(out, run);
  return { out, run, steps, ended: await resume(run, steps, session(out)) };
}

describe('a failed step', () => {
  it('rolls back, and the run is undone', async () => {
    const { out, ended } = await failing('rollback');
    expect(ended.verdict).toBe('undone');
    expect(text(out, '/etc/a')).toBe('A1');
  });

  it('suspends, and a resume tries it again', async () => {
    const { out, run, steps, ended } = await failing('suspend');
    expect(ended.verdict).toBe('waiting');
    expect(ended.waitingFor?.kind).toBe('decision');
    expect((await resume(run, steps, session(out))).verdict).toBe('waiting');
    expect((await undo(run, session(out))).verdict).toBe('undone');
  });

  it('aborts half-done, naming what stands', async () => {
    const { out, ended } = await failing('abort');
    expect(ended.verdict).toBe('half-done');
    expect(JSON.stringify(ended.state.closed?.remaining)).toContain('/etc/a');
    expect(text(out, '/etc/a')).toBe('A2');
  });

  it('goes on where it may, and the verdict still says so', async () => {
    const { ended } = await failing('continue');
    expect(ended.verdict).toBe('findings');
  });

  it('asks, and does what is answered', async () => {
    const { out, run, steps, ended } = await failing('ask');
    expect(ended.verdict).toBe('waiting');
    out.answers['look.failed'] = 'rollback';
    expect((await resume(run, steps, session(out))).verdict).toBe('undone');
  });

  it('with nobody to ask does what the runbook says for that', async () => {
    expect((await failing('ask', { unattended: 'rollback' })).ended.verdict).toBe('undone');
    expect((await failing('ask', { unattended: 'abort' })).ended.verdict).toBe('half-done');
  });

  it('that changed nothing is failed, not undone', async () => {
    const out = site();
    const ended = await start(
      book([check('look', async () => [finding('fail')], { onFail: 'rollback' })]),
      {},
      session(out),
    );
    expect(ended.verdict).toBe('failed');
  });
});

describe('a look', () => {
  it('that cannot look is unknown, never a pass', async () => {
    const out = site();
    const blind = async (): Promise<readonly Finding[]> => {
      throw new Stop('unreachable', 'no route');
    };
    const ended = await start(book([check('look', blind, { blocks: false })]), {}, session(out));
    expect(ended.verdict).toBe('unreachable');
    expect(ended.state.findings.look?.[0]).toMatchObject({ outcome: 'unknown', reason: 'no route' });
  });

  it('is tried again as often as the step says', async () => {
    const out = site();
    let tries = 0;
    const flaky = async () => {
      if (++tries < 3) throw new Stop('unreachable', 'not yet');
      return [finding('pass')];
    };
    const ended = await start(book([check('look', flaky, { retry: { attempts: 2, delay: 500 } })]), {}, session(out));
    expect([ended.verdict, tries]).toEqual(['done', 3]);
  });

  it('that never answers ends with the step’s time-out', async () => {
    const out = site();
    const hangs = () => new Promise<readonly Finding[]>(() => undefined);
    const ended = await start(book([check('look', hangs, { timeout: 1000, onFail: 'suspend' })]), {}, session(out));
    expect(ended.verdict).toBe('waiting');
    expect(ended.state.findings.look?.[0]?.outcome).toBe('unknown');
  });

  it('judges by the latest finding of a rule and subject', async () => {
    const out = site();
    const steps = book([
      check('first', async () => [finding('fail')], { blocks: false }),
      check('then', async () => [finding('pass')]),
    ]);
    expect((await start(steps, {}, session(out))).verdict).toBe('done');
  });
});

describe('a watch', () => {
  const watch = (outcomes: Outcome[], over: Partial<Extract<Step, { kind: 'watch' }>> = {}): Step => {
    let at = 0;
    const probe = async () => [finding(outcomes[Math.min(at++, outcomes.length - 1)] ?? 'pass')];
    return {
      kind: 'watch',
      id: 'watch',
      title: 'watch',
      probe,
      every: 1000,
      during: 5000,
      failureLimit: 1,
      inconclusiveLimit: 1,
      onFail: 'rollback',
      ...over,
    };
  };
  const watched = async (outcomes: Outcome[]) => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const steps = book([approveStep, act('one', writes('/etc/a', 'A2')), watch(outcomes)]);
    const { run } = await start(steps, {}, session(out));
    await approve(out, run);
    return { out, ended: await resume(run, steps, session(out)) };
  };

  it('ends well when the business goes on, also after one bad probe', async () => {
    expect((await watched(['fail', 'pass'])).ended.verdict).toBe('done');
  });

  it('undoes what went before when the business is blocked', async () => {
    const { out, ended } = await watched(['fail']);
    expect(ended.verdict).toBe('undone');
    expect(text(out, '/etc/a')).toBe('A1');
  });

  it('neither good nor bad asks a person and undoes nothing', async () => {
    const { out, ended } = await watched(['unknown']);
    expect(ended.verdict).toBe('waiting');
    expect(text(out, '/etc/a')).toBe('A2');
  });
});

describe('a question', () => {
  const asks: Step = {
    kind: 'ask',
    id: 'sure',
    title: 'sure',
    question: () => ({ kind: 'confirm', message: 'sure?' }),
  };

  it('without an answer suspends naming the flag, and goes on with one', async () => {
    const out = site();
    const waiting = await start(book([asks]), {}, session(out));
    expect(waiting.verdict).toBe('waiting');
    expect(JSON.stringify(waiting.text)).toContain('--answer');
    out.answers.sure = true;
    expect((await resume(waiting.run, book([asks]), session(out))).verdict).toBe('done');
  });

  it('declined is a refusal', async () => {
    const out = site({ answers: { sure: false } });
    expect((await start(book([asks]), {}, session(out))).verdict).toBe('refused');
  });
});

describe('the record', () => {
  const full = new Stop('refused', 'no space');

  it('that cannot take the intent lets nothing be done', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const steps = book([approveStep, act('one', writes('/etc/a', 'A2'))]);
    const { run } = await start(steps, {}, session(out));
    await approve(out, run);
    out.at = (moment, verb, what) => {
      if (moment === 'before' && verb === 'append' && what === 'change.intended') throw full;
    };
    expect((await resume(run, steps, session(out))).verdict).toBe('refused');
    expect(out.deeds).toEqual([]);
    out.at = () => undefined;
    expect((await resume(run, steps, session(out))).verdict).toBe('done');
  });

  it('that cannot take the outcome says so loudly, and a resume looks before it goes on', async () => {
    const { outside } = services();
    const out = site(outside);
    const steps = book([approveStep, act('svc', async () => [command('start', 'web', true)])]);
    const { run } = await start(steps, {}, session(out));
    await approve(out, run);
    out.at = (moment, verb, what) => {
      if (moment === 'before' && verb === 'append' && what !== 'change.intended' && out.deeds.length > 0) throw full;
    };
    const loud = await resume(run, steps, session(out)).then(
      () => undefined,
      (stop: Stop) => stop,
    );
    expect(JSON.stringify(loud?.text)).toContain('ACTION DONE, AUDIT INCOMPLETE');
    expect(loud?.verdict).toBe('in-doubt');
    out.at = () => undefined;
    expect((await resume(run, steps, session(out))).verdict).toBe('done');
    expect(out.deeds).toEqual(['start web']);
  });
});

describe('a signal', () => {
  it('between two deeds suspends; the deed under way is finished and recorded', async () => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const stop = new AbortController();
    const steps = book([approveStep, act('one', writes('/etc/a', 'A2')), act('two', writes('/etc/b', 'B'))]);
    const { run } = await start(steps, {}, session(out));
    await approve(out, run);
    out.at = (moment, verb) => void (moment === 'after' && verb === 'perform' && stop.abort());
    const ended = await resume(run, steps, session(out, 'li', { signal: stop.signal }));
    expect(ended.verdict).toBe('interrupted');
    expect(ended.next).toEqual([`gxops runbook resume ${run}`]);
    expect(out.deeds).toEqual(['write box /etc/a']);
    out.at = () => undefined;
    expect((await resume(run, steps, session(out))).verdict).toBe('done');
    expect(out.deeds).toHaveLength(2);
  });

  it.each([
    'check',
    'verify',
  ])('that cuts a look off (%s) suspends; the policy is not asked for a rollback', async (where) => {
    const out = site();
    put(out, '/etc/a', 'A1');
    const stop = new AbortController();
    const cut = async (): Promise<readonly Finding[]> => {
      stop.abort();
      throw new Stop('unreachable', 'the look was ended');
    };
    const step =
      where === 'check' ? check('look', cut, { onFail: 'rollback' }) : act('then', async () => [], { verify: cut });
    const steps = book([approveStep, act('one', writes('/etc/a', 'A2')), step]);
    const { run } = await start(steps, {}, session(out));
    await approve(out, run);
    const ended = await resume(run, steps, session(out, 'li', { signal: stop.signal }));
    expect(ended.verdict).toBe('interrupted');
    expect(ended.state.closed).toBeUndefined();
    expect(text(out, '/etc/a')).toBe('A2');
  });
});
