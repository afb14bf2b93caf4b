/** One Change: intent durable, then the deed, then its outcome. The only file that calls perform. */
import { type Change, type Made, summaryOf, targetOf, type Undo } from '../core/change.ts';
import type { Way } from '../core/event.ts';
import { canonical } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { type Course, record, sidePath } from './course.ts';
import { settleDoubt } from './doubt.ts';
import { capture } from './image.ts';
import { recordOutcome } from './outcome.ts';
import { aimOf } from './plan.ts';

/** Did a failed deed certainly not happen? Anything that does not say so may have happened. */
function surelyNotDone(error: unknown): error is Stop {
  if (!(error instanceof Stop)) return false;
  const data = error.detail.data;
  return typeof data === 'object' && data !== null && 'state' in data && data.state === 'not-done';
}

/** Performs one planned Change of a step. Returns when its outcome is durable; throws the Stop that the step's policy is to judge. */
export async function perform(course: Course, step: string, id: string, change: Change): Promise<void> {
  await intend(course, step, id, change);
  let made: Made;
  try {
    made = await deed(course, id, change);
  } catch (error) {
    if (surelyNotDone(error)) {
      await record(course, { type: 'change.failed', step, data: { change: id, text: error.text } });
      throw error;
    }
    await settleDoubt(course, id, error);
    return;
  }
  const draft = { type: 'change.made', step, data: { change: id, made, by: 'outcome' } } as const;
  await recordOutcome(course, { id, summary: summaryOf(change) }, draft);
}

async function intend(course: Course, step: string, id: string, change: Change): Promise<void> {
  const { session, state } = course;
  const pre = change.kind === 'file' ? await capture(session, state.run, id, change) : undefined;
  const body = await session.world.keep.store(
    sidePath(state.run, 'changes', id),
    Buffer.from(canonical(change), 'utf8'),
  );
  const facts = {
    change: id,
    target: targetOf(change),
    kind: change.kind,
    summary: summaryOf(change),
    body,
    undo: wayOf(change),
  };
  const probe = change.kind === 'file' || change.probe !== undefined;
  const images = change.kind === 'file' && pre ? { pre, post: aimOf(change) } : {};
  await record(course, { type: 'change.intended', step, data: { ...facts, ...images, probe } });
}

function wayOf(change: Change): Way {
  if (change.kind === 'file') return 'pre-image';
  const undo: Undo = change.undo;
  return 'irreversible' in undo ? { irreversible: undo.irreversible } : 'changes';
}

/** The deed itself; each process it starts is recorded as soon as it lives. */
export async function deed(course: Course, id: string, change: Change, undoing = false): Promise<Made> {
  return course.session.world.perform(change, {
    signal: course.session.signal,
    spawned: async (process) => {
      const data = { change: id, process, ...(undoing ? { undoing } : {}) };
      await record(course, { type: 'change.spawned', data });
    },
  });
}
