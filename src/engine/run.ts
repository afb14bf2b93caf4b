/** Running a runbook, which is also resuming it: the record says where it stands, the steps not ended are played in order. */
import { judged } from '../core/finding.ts';
import type { Inputs } from '../core/input.ts';
import { digestOf } from '../core/json.ts';
import type { Runbook, Step } from '../core/runbook.ts';
import type { Session } from '../core/session.ts';
import { neighboursOf, obeyedBy } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import type { Verdict } from '../core/verdict.ts';
import { afterEntry, latestFindings, type RunState } from '../records/run.ts';
import { playAct } from './act.ts';
import { playApprove } from './approve.ts';
import {
  type Course,
  close,
  courseOf,
  type Ended,
  endedOf,
  heedSignal,
  interruption,
  momentOf,
  record,
  suspend,
} from './course.ts';
import { sameDefinition, snapshot } from './definition.ts';
import { settleAll } from './doubt.ts';
import { failed } from './failure.ts';
import { insistMayAct } from './gate.ts';
import { playAsk, playCheck, playWatch } from './look.ts';
import { playProduce } from './produce.ts';
import { stateOf, unwind } from './undo.ts';

/** Opens a run and plays it as far as it goes. Refused or interrupted before the first entry, nothing exists. */
export async function start(book: Runbook, inputs: Inputs, session: Session, ticket?: string): Promise<Ended> {
  heedSignal(session);
  await insistMayAct(session);
  const run = session.world.keep.newId('R');
  return locking(book, inputs, run, session, async () => {
    const definition = await snapshot(book, run, session);
    const { name: runbook, version, title } = book;
    const obeys = obeyedBy(session.site, runbook);
    const neighbours = neighboursOf(session.site, book.targets(inputs)).map(
      ({ name, contact }) => `${name} (${contact})`,
    );
    const data = {
      runbook,
      version,
      title,
      digest: digestOf(book.definition),
      definition,
      inputs,
      obeys,
      neighbours,
      ...(ticket ? { ticket } : {}),
    };
    const entries = await session.world.keep.append([{ type: 'run.opened', run, subject: run, data }]);
    for (const entry of entries) session.tell(entry);
    const state = entries.reduce<RunState | undefined>(afterEntry, undefined);
    if (!state) throw new Error('the journal gave back no entry');
    return advance(courseOf(session, book, state, book.targets(inputs)));
  });
}

/** Continues what `start` began. A finished run reports again; another definition is refused; doubts are settled first or named. */
export async function resume(run: string, book: Runbook, session: Session): Promise<Ended> {
  const before = await stateOf(run, session);
  if (before.closed) return endedOf(before);
  await insistMayAct(session);
  return locking(book, before.inputs, run, session, async () => {
    const state = await stateOf(run, session);
    if (state.closed) return endedOf(state);
    await sameDefinition(book, state, session);
    const course = courseOf(session, book, state, book.targets(state.inputs));
    await record(course, { type: 'run.resumed', data: { epoch: session.world.now().getTime() } });
    return guarded(course, undefined, async () => {
      await settleAll(course);
      if (course.state.unwinding !== undefined) return unwind(course, course.state.unwinding);
      return advance(course);
    });
  });
}

/** The run itself and its declared targets are locked as long as this process works on it. */
function locking<T>(book: Runbook, inputs: Inputs, run: string, session: Session, work: () => Promise<T>): Promise<T> {
  const names = [run, ...book.targets(inputs)];
  return session.world.keep.hold(names, { operator: session.operator, why: `${book.name} ${run}` }, work);
}

async function advance(course: Course): Promise<Ended> {
  for (const step of course.book.steps) {
    const phase = course.state.steps[step.id];
    if (phase === 'ended' || phase === 'skipped') continue;
    const ended = await guarded(course, step, () => play(course, step));
    if (ended) return ended;
  }
  return close(course, judged(latestFindings(course.state)));
}

async function play(course: Course, step: Step): Promise<Ended | undefined> {
  heedSignal(course.session);
  const reason = step.skip?.(momentOf(course));
  if (reason) {
    await record(course, { type: 'step.skipped', step: step.id, data: { reason } });
    return undefined;
  }
  if (!(step.id in course.state.steps))
    await record(course, { type: 'step.began', step: step.id, data: { title: step.title } });
  const ended = await playKind(course, step);
  if (!ended) await record(course, { type: 'step.ended', step: step.id, data: {} });
  return ended;
}

async function playKind(course: Course, step: Step): Promise<Ended | undefined> {
  switch (step.kind) {
    case 'ask':
      await playAsk(course, step);
      return undefined;
    case 'approve':
      return playApprove(course, step);
    case 'check':
      await playCheck(course, step);
      return undefined;
    case 'act':
      await playAct(course, step);
      return undefined;
    case 'watch':
      return playWatch(course, step);
    case 'produce':
      await playProduce(course, step);
      return undefined;
  }
}

/** Turns a Stop into how the run stands: failures go to the step's policy, all else suspends it where it is. */
async function guarded(course: Course, step: Step | undefined, work: () => Promise<Ended | undefined>): Promise<Ended>;
async function guarded(course: Course, step: Step, work: () => Promise<Ended | undefined>): Promise<Ended | undefined>;
async function guarded(
  course: Course,
  step: Step | undefined,
  work: () => Promise<Ended | undefined>,
): Promise<Ended | undefined> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      const failure = ['failed', 'unreachable', 'findings'].includes(error.verdict);
      // A look that a signal cut off says nothing about the step: its policy is not asked, least of all for a rollback.
      if (failure && course.session.signal.aborted) return halt(course, step, interruption());
      if (!step || !failure) return halt(course, step, error);
      const decided = await failed(course, step, error).catch((stop: unknown) => halt(course, step, stop));
      if (decided === 'on') return undefined;
      if (decided !== 'again') return decided;
    }
  }
}

/** Suspends for a Stop that is not the step's failure, keeping its words and its next commands. */
async function halt(course: Course, step: Step | undefined, error: unknown): Promise<Ended> {
  if (!(error instanceof Stop)) throw error;
  const why = HALTS[error.verdict] ?? 'refused';
  const next = error.detail.next ?? (why === 'answer' ? [`gxops runbook resume ${course.state.run}`] : undefined);
  try {
    return await suspend(course, why, error.verdict, error.text, next, step?.id);
  } catch (second) {
    // The journal cannot even take the suspension: the first message is the one that matters.
    if (second instanceof Stop) throw error;
    throw second;
  }
}

/** Why a run is suspended, by the verdict of what stopped it; anything else is a refusal. */
const HALTS: Readonly<Partial<Record<Verdict, 'answer' | 'interrupted' | 'in-doubt'>>> = {
  waiting: 'answer',
  interrupted: 'interrupted',
  'in-doubt': 'in-doubt',
};
