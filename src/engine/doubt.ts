/** In doubt: an intent without an end. Look whether the process lives, then probe; if that cannot tell, a person must. */
import type { Change, Probe } from '../core/change.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type ChangeState, inDoubt } from '../records/run.ts';
import { type Course, doubtText, fetchJson, record } from './course.ts';
import { hashSeen, imageNow } from './image.ts';
import { recordOutcome } from './outcome.ts';

export type Answered = 'happened' | 'did-not' | 'alive' | 'cannot-tell';

/** The Change as it was intended, from its side file. */
export function bodyOf(session: Session, state: ChangeState): Promise<Change> {
  return fetchJson<Change>(session, state.body);
}

/** Did it happen? Looks only. A process of ours that still lives means: not over yet. */
export async function didItHappen(session: Session, state: ChangeState): Promise<Answered> {
  for (const process of state.processes) {
    const alive = await session.world.look.alive(process).catch(() => undefined);
    if (alive) return 'alive';
    if (alive === undefined) return 'cannot-tell';
  }
  try {
    const change = await bodyOf(session, state);
    if (change.kind !== 'file') return change.probe ? await probed(session, change.probe) : 'cannot-tell';
    const image = await imageNow(session, state, change);
    // The file shows whether it was written, not whether the settle commands that follow the writing have run.
    const lastTouched = state.phase === 'undoing' ? 'pre' : 'post';
    if (image === 'neither' || (image === lastTouched && (change.settle ?? []).length > 0)) return 'cannot-tell';
    return image === 'post' ? 'happened' : 'did-not';
  } catch (error) {
    // Also what is refused: something else lies at the path, or a side file is gone. A doubt stays a doubt until somebody has looked.
    if (error instanceof Stop) return 'cannot-tell';
    throw error;
  }
}

/** A probe's answer; a look that fails throws. */
export async function probed(session: Session, probe: Probe): Promise<'happened' | 'did-not'> {
  const { look } = session.world;
  if (probe.kind === 'file') {
    const seen = await look.file(probe.host, probe.path);
    return hashSeen(seen, probe.path) === probe.sha256 ? 'happened' : 'did-not';
  }
  const { code, stdout } = await look.command(probe.look);
  const codeFits = probe.code === undefined || code === probe.code;
  return codeFits && (probe.stdout === undefined || stdout.trim() === probe.stdout.trim()) ? 'happened' : 'did-not';
}

/** After a deed that failed without saying that nothing happened. Ends it in the record if a look can tell; else Stop('in-doubt'). */
export async function settleDoubt(course: Course, id: string, cause: unknown): Promise<void> {
  const state = course.state.changes.find((change) => change.id === id);
  if (!state) throw cause;
  const answer = await didItHappen(course.session, state);
  if (answer === 'happened') {
    const data = { change: id, made: madeAs(state), by: 'probe' as const };
    return recordOutcome(course, state, { type: 'change.made', step: state.step, data });
  }
  if (answer === 'did-not') {
    const text = cause instanceof Stop ? cause.text : t('The deed failed, and a look shows that it did not happen.');
    await record(course, { type: 'change.failed', step: state.step, data: { change: id, text } });
    throw cause;
  }
  throw inDoubtStop(course, state, answer, cause);
}

function madeAs(state: ChangeState) {
  return state.post === undefined ? {} : { post: state.post };
}

function inDoubtStop(course: Course, state: ChangeState, answer: Answered, cause: unknown): Stop {
  const { run } = course.state;
  const values = { change: state.id, target: state.target, summary: state.summary };
  const text =
    answer === 'alive'
      ? t('Change {change} on {target} is still running ({summary}); wait for it, then resume.', values)
      : t('It is not known whether change {change} on {target} happened ({summary}).', values);
  return new Stop('in-doubt', text, {
    notDone: t('It is neither repeated nor undone, and further changes to {target} are refused until it is settled.', {
      target: state.target,
    }),
    safe: t('Looking at {target} is safe.', { target: state.target }),
    next: answer === 'alive' ? [`gxops runbook resume ${run}`] : settleCommands(run, state.id),
    ...(cause === undefined ? {} : { cause }),
  });
}

function settleCommands(run: string, id: string): string[] {
  return [
    `gxops runbook settle ${run} ${id} --happened --reason '…'`,
    `gxops runbook settle ${run} ${id} --did-not --reason '…'`,
    `gxops runbook resume ${run}`,
  ];
}

/** On resume and before an undo: every doubt a look can settle is settled; if one is left, Stop('in-doubt') naming each. */
export async function settleAll(course: Course): Promise<void> {
  for (const state of inDoubt(course.state)) {
    const answer = await didItHappen(course.session, state);
    if (answer === 'happened' || answer === 'did-not') await endDoubt(course, state, answer);
  }
  const left = inDoubt(course.state);
  if (left.length === 0) return;
  const [first] = left;
  if (left.length === 1 && first) throw inDoubtStop(course, first, await didItHappen(course.session, first), undefined);
  throw new Stop('in-doubt', doubtText(left.length), {
    next: left.flatMap(({ id }) => settleCommands(course.state.run, id)),
  });
}

/** Ends one doubt by a look's answer. For an undo, "did not happen" of the Change means that the undo worked. */
export async function endDoubt(course: Course, state: ChangeState, answer: 'happened' | 'did-not'): Promise<void> {
  const { id: change, step } = state;
  const by = 'probe' as const;
  if (state.phase === 'undoing') {
    if (answer === 'did-not') await record(course, { type: 'change.undone', step, data: { change, by } });
    else await record(course, { type: 'change.made', step, data: { change, made: madeAs(state), by } });
    return;
  }
  if (answer === 'happened')
    await record(course, { type: 'change.made', step, data: { change, made: madeAs(state), by } });
  else
    await record(course, {
      type: 'change.failed',
      step,
      data: { change, text: t('A look shows that it did not happen.') },
    });
}
