/** The kill matrix: the process dies at every verb, before and after it, for each class of deed; then somebody resumes. */
import { describe, expect, it } from 'vitest';
import type { Runbook, Step } from '../../src/core/runbook.ts';
import type { Ended } from '../../src/engine/course.ts';
import type { Outside } from '../../src/engine/fake-world.ts';
import { resume, start } from '../../src/engine/run.ts';
import { settle } from '../../src/engine/settle.ts';
import { undo } from '../../src/engine/undo.ts';
import { foldRuns, inDoubt } from '../../src/records/run.ts';
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

const produce: Step = {
  kind: 'produce',
  id: 'note',
  title: 'note',
  releases: false,
  make: async () => ({ path: 'runs/note.txt', binding: {}, source: { text: 'note' }, recipients: [] }),
};

/** One of each class: a file, a new file, a probed command, a command that nothing can probe, an artefact. */
function everything(): Runbook {
  return book([
    approveStep,
    act('file', writes('/etc/a', 'A2')),
    act('fresh', writes('/etc/new', 'N')),
    act('probed', async () => [command('start', 'web', true)]),
    act('once', async () => [command('start', 'batch', false)]),
    produce,
  ]);
}

class Killed extends Error {}

/** Dies at the nth verb; everything after that fails too, as in a dead process. */
function killAt(out: Outside, n: number): { fired: () => boolean; count: () => number } {
  let [count, dead] = [0, false];
  out.at = () => {
    count++;
    if (dead || count === n) {
      dead = true;
      throw new Killed();
    }
  };
  return { fired: () => dead, count: () => count };
}

function revive(out: Outside): void {
  out.at = () => undefined;
}

async function attempt(work: () => Promise<Ended>): Promise<Ended | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Killed || (error instanceof Error && error.cause instanceof Killed)) return undefined;
    throw error;
  }
}

interface Trial {
  readonly out: Outside;
  readonly up: Map<string, number>;
  readonly starts: () => number;
}

function trial(): Trial {
  const { outside, up } = services();
  const out = site(outside);
  put(out, '/etc/a', 'A1');
  return { out, up, starts: () => out.deeds.filter((deed) => deed === 'start batch').length };
}

/** What a person does: approves, settles each doubt by looking at what is really there, resumes; at most a few times. */
async function bringHome({ out, up }: Trial, run: string, go: () => Promise<Ended>): Promise<Ended> {
  for (let tries = 0; tries < 8; tries++) {
    const ended = await go();
    expect(['done', 'waiting', 'in-doubt', 'undone', 'failed']).toContain(ended.verdict);
    if (ended.state.closed) return ended;
    if (ended.verdict === 'in-doubt') {
      const doubts = inDoubt(ended.state);
      expect(doubts.length).toBeGreaterThan(0);
      for (const doubt of doubts) {
        const stands = doubt.summary.includes('batch') ? (up.get('batch') ?? 0) > 0 : text(out, '/etc/a') === 'A2';
        await settle(
          run,
          doubt.id,
          doubt.phase === 'undoing' ? !stands : stands,
          'looked with my own eyes',
          session(out),
        );
      }
    } else if (ended.waitingFor?.kind === 'approval') await approve(out, run);
  }
  throw new Error('the run never came home');
}

function runOf(out: Outside): string | undefined {
  return foldRuns(out.entries)[0]?.run;
}

/** Starts, dies at the nth verb of the whole story, resumes to the end. Returns false when n lies behind the end. */
async function killedOnce(n: number): Promise<boolean> {
  const t = trial();
  const kill = killAt(t.out, n);
  const first = await attempt(() => start(everything(), {}, session(t.out)));
  if (first) await approve(t.out, first.run);
  if (!kill.fired()) await attempt(() => resume(first?.run ?? '', everything(), session(t.out)));
  const fired = kill.fired();
  revive(t.out);
  const run = runOf(t.out);
  if (run === undefined) {
    expect(t.out.deeds).toEqual([]);
    return fired;
  }
  const ended = await bringHome(t, run, () => resume(run, everything(), session(t.out)));
  expect(ended.verdict).toBe('done');
  expect(text(t.out, '/etc/a')).toBe('A2');
  expect(text(t.out, '/etc/new')).toBe('N');
  expect(t.up.get('web')).toBe(1);
  expect(t.up.get('batch')).toBe(1);
  expect(t.starts()).toBe(1);
  return fired;
}

/** A finished run, rolled back, dying at the nth verb of the undo. */
async function killedInUndo(n: number): Promise<boolean> {
  const t = trial();
  const files = new Map(t.out.files);
  const waiting = await start(everything(), {}, session(t.out));
  await approve(t.out, waiting.run);
  await resume(waiting.run, everything(), session(t.out));
  const kill = killAt(t.out, n);
  await attempt(() => undo(waiting.run, session(t.out)));
  const fired = kill.fired();
  revive(t.out);
  const ended = await bringHome(t, waiting.run, async () => {
    try {
      return await undo(waiting.run, session(t.out));
    } catch {
      return resume(waiting.run, everything(), session(t.out));
    }
  });
  expect(ended.verdict).toBe('undone');
  expect(t.out.files).toEqual(files);
  expect([t.up.get('web'), t.up.get('batch')]).toEqual([0, 0]);
  expect(t.out.deeds.filter((deed) => deed === 'stop batch')).toHaveLength(1);
  return fired;
}

async function everyPoint(killed: (n: number) => Promise<boolean>): Promise<number> {
  let n = 1;
  while (await killed(n)) n++;
  return n - 1;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Dies again and again at random verbs, in the run, in its resumes and in the undo, until it comes home. */
async function killedAtRandom(seed: number): Promise<void> {
  const random = seeded(seed);
  const t = trial();
  const files = new Map(t.out.files);
  const first = await start(everything(), {}, session(t.out));
  await approve(t.out, first.run);
  const away = random() < 0.4;
  for (let deaths = 0; deaths < 6; deaths++) {
    killAt(t.out, 1 + Math.floor(random() * 60));
    await attempt(() =>
      away && deaths > 2 ? undo(first.run, session(t.out)) : resume(first.run, everything(), session(t.out)),
    ).catch((error) => {
      if (error?.verdict !== 'in-doubt') throw error;
    });
  }
  revive(t.out);
  const ended = await bringHome(t, first.run, () => resume(first.run, everything(), session(t.out)));
  expect(t.starts(), `seed ${seed}`).toBeLessThanOrEqual(1);
  expect(t.out.deeds.filter((deed) => deed === 'stop batch').length).toBeLessThanOrEqual(1);
  if (ended.verdict === 'undone') expect(t.out.files, `seed ${seed}`).toEqual(files);
  else expect([ended.verdict, text(t.out, '/etc/a'), t.up.get('batch')], `seed ${seed}`).toEqual(['done', 'A2', 1]);
}

describe('killed', () => {
  it('at every verb of a run, it resumes to the end; nothing unprobed is done twice, nothing is lost', async () => {
    expect(await everyPoint(killedOnce)).toBeGreaterThan(60);
  });

  it('at every verb of a rollback, it comes back to the very beginning', async () => {
    expect(await everyPoint(killedInUndo)).toBeGreaterThan(25);
  });

  it('at random, again and again', async () => {
    const runs = Number(process.env.GXOPS_KILLS ?? 300);
    for (let seed = 1; seed <= runs; seed++) await killedAtRandom(seed);
  });

  it('with its child alive, it waits for the child and neither repeats nor undoes', async () => {
    const t = trial();
    const once = book([approveStep, act('once', async () => [command('start', 'batch', false)])]);
    const { run } = await start(once, {}, session(t.out));
    await approve(t.out, run);
    t.out.at = (moment, verb, what) => {
      if (moment === 'before' && verb === 'append' && what === 'change.made') throw new Killed();
    };
    await attempt(() => resume(run, once, session(t.out)));
    revive(t.out);
    const living = session(t.out);
    const world = { ...living.world, look: { ...living.world.look, alive: async () => true } };
    const ended = await resume(run, once, { ...living, world });
    expect(ended.verdict).toBe('in-doubt');
    expect(JSON.stringify(ended.text)).toContain('still running');
    await expect(settle(run, 'once.1', true, 'I think so', { ...living, world })).rejects.toMatchObject({
      verdict: 'refused',
    });
    await expect(undo(run, { ...living, world })).rejects.toMatchObject({ verdict: 'in-doubt' });
    expect(t.starts()).toBe(1);
  });

  it('between an approval and its use, the signature counts once', async () => {
    const t = trial();
    const { run } = await start(everything(), {}, session(t.out));
    await approve(t.out, run);
    t.out.at = (moment, verb, what) => {
      if (moment === 'after' && verb === 'append' && what === 'approval.used') throw new Killed();
    };
    await attempt(() => resume(run, everything(), session(t.out)));
    revive(t.out);
    expect((await resume(run, everything(), session(t.out))).verdict).toBe('done');
    expect(t.out.entries.filter(({ body }) => body.type === 'approval.used')).toHaveLength(1);
  });
});
