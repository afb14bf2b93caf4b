/** Undoing a run: newest first, each proven to be ours before and verified after. Undone and half-done never share a sentence. */
import { type Change, summaryOf } from '../core/change.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { type ChangeState, foldRun, type RunState, standing } from '../records/run.ts';
import { type Course, close, courseOf, type Ended, endedOf, fetchJson, heedSignal, holding, record } from './course.ts';
import { deed } from './deed.ts';
import { bodyOf, probed, settleAll } from './doubt.ts';
import { insistMayAct } from './gate.ts';
import { imageNow, restoring } from './image.ts';
import { recordOutcome } from './outcome.ts';

/** What a rollback would do, newest first; `way` undefined: it cannot be undone, `because` says why. */
export interface UndoLine {
  readonly change: ChangeState;
  readonly way: readonly Change[] | undefined;
  readonly because?: Text;
}
export interface UndoPlan {
  readonly state: RunState;
  readonly lines: readonly UndoLine[];
}

/** The run's state; Stop('usage') where there is none. */
export async function stateOf(run: string, session: Session): Promise<RunState> {
  const state = foldRun(await session.world.keep.entries({ run }));
  if (state) return state;
  throw new Stop('usage', t('There is no run {run} in this journal.', { run }), { next: ['gxops runbook runs'] });
}

/** Looks and plans the way back; changes nothing. */
export async function rehearseUndo(run: string, session: Session): Promise<UndoPlan> {
  const state = await stateOf(run, session);
  const lines: UndoLine[] = [];
  for (const change of standing(state)) lines.push(await lineOf(session, change));
  return { state, lines };
}

async function lineOf(session: Session, change: ChangeState): Promise<UndoLine> {
  try {
    return await wayBack(session, change);
  } catch (error) {
    // Something else lies at the path, or a side file is gone or altered: this one has no way back, the others may have.
    if (!(error instanceof Stop) || error.verdict !== 'refused') throw error;
    return { change, way: undefined, because: error.text };
  }
}

async function wayBack(session: Session, change: ChangeState): Promise<UndoLine> {
  const body = await bodyOf(session, change);
  if (body.kind === 'file') {
    const now = await imageNow(session, change, body);
    if (now === 'neither')
      return { change, way: undefined, because: t('{path} was changed by somebody else since.', { path: body.path }) };
    return { change, way: [await restoring(session, change, body, now)] };
  }
  return 'irreversible' in body.undo
    ? { change, way: undefined, because: body.undo.irreversible }
    : { change, way: body.undo };
}

/** Undoes what stands of a run. An undone run reports again; a half-done one tries what is left. */
export async function undo(run: string, session: Session): Promise<Ended> {
  await insistMayAct(session);
  return session.world.keep.hold([run], { operator: session.operator, why: `rollback ${run}` }, async () => {
    const state = await stateOf(run, session);
    if (state.closed?.verdict === 'undone') return endedOf(state);
    const course = courseOf(session, noBook(state), state);
    await settleAll(course);
    return unwind(course, t('Rollback asked for by {operator}.', { operator: session.operator }));
  });
}

/** An undo needs no definition: everything it does is in the run's record and side files. */
function noBook(state: RunState): Course['book'] {
  const { runbook: name, version, title } = state;
  return {
    name,
    version,
    title,
    purpose: '',
    risk: 'high',
    inputs: [],
    targets: () => [],
    steps: [],
    definition: null,
  };
}

/** Locks the targets, undoes newest first, closes the run. A run with nothing to undo is undone. */
export async function unwind(course: Course, why: Text): Promise<Ended> {
  if (course.state.unwinding === undefined || course.state.closed)
    await record(course, { type: 'run.unwinding', data: { why } });
  const targets = [...new Set(standing(course.state).map(({ target }) => target))];
  return holding(course, targets, `rollback ${course.state.run}`, () => unwindAll(course, why));
}

async function unwindAll(course: Course, why: Text): Promise<Ended> {
  for (const change of standing(course.state)) {
    heedSignal(course.session);
    const trouble = await undoOne(course, change);
    if (trouble) return close(course, 'half-done', trouble, remainingOf(course.state, await bodies(course)));
  }
  return close(course, 'undone', why);
}

/** What can still be read of them: the list of what is left is needed most where something is gone. */
async function bodies(course: Course): Promise<ReadonlyMap<string, Change>> {
  const known = new Map<string, Change>();
  for (const change of standing(course.state)) {
    const body = await bodyOf(course.session, change).catch((error: unknown) => {
      if (error instanceof Stop) return undefined;
      throw error;
    });
    if (body) known.set(change.id, body);
  }
  return known;
}

/** The exact steps that are left for a person, in order. */
function remainingOf(state: RunState, known: ReadonlyMap<string, Change>): Text[] {
  return standing(state).flatMap((change): Text[] => {
    const body = known.get(change.id);
    const { target, summary } = change;
    if (!body && change.kind !== 'file')
      return [t('On {target}, by hand, because the record of its undo is gone: undo {summary}', { target, summary })];
    if (!body || body.kind === 'file') {
      return [
        t('On {target}, give back {summary} from {pre} (after comparing it with what is there now).', {
          target,
          summary,
          pre: change.pre?.path ?? '',
        }),
      ];
    }
    if ('irreversible' in body.undo)
      return [
        t('On {target}, by hand, because {reason}: undo {summary}', {
          target,
          summary,
          reason: body.undo.irreversible,
        }),
      ];
    return body.undo.map((way) => t('On {target}: {summary}', { target, summary: summaryOf(way) }));
  });
}

/** undefined: undone and verified. Otherwise why not; then nothing after it was tried. */
async function undoOne(course: Course, state: ChangeState): Promise<Text | undefined> {
  const { session } = course;
  const { id: change, step } = state;
  try {
    const line = await lineOf(session, state);
    if (!line.way) return await notUndone(course, state, line.because ?? t('there is no way back'));
    await record(course, { type: 'undo.intended', step, data: { change } });
    for (const way of line.way) await deed(course, change, way, true);
    const trouble = await verified(course, state);
    if (trouble) return await notUndone(course, state, trouble);
  } catch (error) {
    if (!(error instanceof Stop) || ['interrupted', 'in-doubt'].includes(error.verdict)) throw error;
    return notUndone(course, state, error.text);
  }
  await recordOutcome(course, state, { type: 'change.undone', step, data: { change, by: 'outcome' } });
  return undefined;
}

async function notUndone(course: Course, state: ChangeState, why: Text): Promise<Text> {
  await record(course, { type: 'undo.failed', step: state.step, data: { change: state.id, text: why } });
  return t('Change {change} on {target} could not be undone: {why}', { change: state.id, target: state.target, why });
}

async function verified(course: Course, state: ChangeState): Promise<Text | undefined> {
  const body = await fetchJson<Change>(course.session, state.body);
  if (body.kind === 'file') {
    const back = (await imageNow(course.session, state, body)) === 'pre';
    return back ? undefined : t('{path} is not what it was before.', { path: body.path });
  }
  if (!body.probe) return undefined;
  const answer = await probed(course.session, body.probe);
  return answer === 'did-not' ? undefined : t('the probe still says that it happened');
}
