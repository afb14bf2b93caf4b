/** A run under way: its runbook, its folded state, and the one way to add to its record. */

import type { Draft } from '../core/event.ts';
import { sha256 } from '../core/json.ts';
import type { Moment, Runbook, Step } from '../core/runbook.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';
import { afterEntry, inDoubt, type RunState } from '../records/run.ts';

export interface Course {
  readonly session: Session;
  readonly book: Runbook;
  /** Targets locked for as long as this invocation works on the run. */
  readonly held: readonly string[];
  /** Held targets that were seen free of other runs' doubts; they stay so while they are held. */
  readonly clear: Set<string>;
  /** Digests whose approval was proven in this invocation. */
  readonly proven: Set<string>;
  /** Parsed side files by hash: a plan of hundreds of steps is read once. */
  readonly parsed: Map<string, unknown>;
  /** Replaced after each entry; read it afresh. */
  state: RunState;
}

/** A course at its beginning, with the targets its invocation has locked. */
export function courseOf(session: Session, book: Runbook, state: RunState, held: readonly string[] = []): Course {
  return { session, book, state, held, clear: new Set(), proven: new Set(), parsed: new Map() };
}

/** Locks the targets that are not locked yet for the time of `work`. */
export function holding<T>(
  course: Course,
  targets: readonly string[],
  why: string,
  work: () => Promise<T>,
): Promise<T> {
  const rest = targets.filter((target) => !course.held.includes(target));
  if (rest.length === 0) return work();
  return course.session.world.keep.hold(rest, { operator: course.session.operator, why }, work);
}

/** How a start, resume, undo or settlement left the run. */
export interface Ended {
  readonly run: string;
  readonly verdict: Verdict;
  readonly text?: Text;
  readonly next: readonly string[];
  readonly waitingFor?: {
    readonly step: string;
    readonly kind: 'approval' | 'answer' | 'decision' | 'watch';
    readonly command: string;
  };
  readonly state: RunState;
}

/** Appends to the run's record as one durable group and moves the state on. Nothing may be done before it returns. */
export async function record(course: Course, ...drafts: readonly Draft[]): Promise<void> {
  course.state = await recordFor(course.session, course.state, ...drafts);
}

/** The same for a run without its runbook at hand (undo, settle). */
export async function recordFor(session: Session, state: RunState, ...drafts: readonly Draft[]): Promise<RunState> {
  const entries = await session.world.keep.append(
    drafts.map((draft) => ({ ...draft, run: state.run, subject: state.run })),
  );
  let after = state;
  for (const entry of entries) {
    after = afterEntry(after, entry) ?? after;
    session.tell(entry);
  }
  return after;
}

/** What a step may see now. */
export function momentOf(course: Course): Moment {
  const { state, session } = course;
  const { site, world } = session;
  return {
    inputs: state.inputs,
    answers: state.answers,
    findings: state.findings,
    site,
    look: world.look,
    now: world.now(),
  };
}

/** Runs work under the step's time-out; the work itself is told to end by nobody, so looks carry their own limits too. */
export async function within<T>(course: Course, step: Step, work: Promise<T>): Promise<T> {
  if (step.timeout === undefined) return work;
  const done = new AbortController();
  const late = course.session.world.wait(step.timeout, done.signal).then((): T => {
    if (done.signal.aborted) return undefined as T;
    throw new Stop('failed', t('Step {step} took longer than {ms} ms.', { step: step.id, ms: step.timeout ?? 0 }));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => undefined);
  }
}

/** Refuses to go on once a signal came; nothing is under way at that point. */
export function heedSignal(session: Session): void {
  if (session.signal.aborted) throw interruption();
}

export function interruption(): Stop {
  return new Stop('interrupted', t('Stopped by a signal between two deeds.'));
}

type Why = Extract<Draft, { type: 'run.suspended' }>['data']['why'];

/** What is waited for, by why the run is suspended; the other reasons wait for nobody in particular. */
const WAITS: Readonly<Partial<Record<Why, NonNullable<Ended['waitingFor']>['kind']>>> = {
  approval: 'approval',
  answer: 'answer',
  decision: 'decision',
  watching: 'watch',
};

/** Suspends the run: it can be resumed, and says how. */
export async function suspend(
  course: Course,
  why: Why,
  verdict: Verdict,
  text: Text,
  next: readonly string[] = [`gxops runbook resume ${course.state.run}`],
  step?: string,
): Promise<Ended> {
  await record(course, { type: 'run.suspended', data: { why, text, next }, ...(step === undefined ? {} : { step }) });
  const kind = WAITS[why];
  const waitingFor = kind && step !== undefined ? { waitingFor: { step, kind, command: next[0] ?? '' } } : {};
  return { run: course.state.run, verdict, text, next, ...waitingFor, state: course.state };
}

/** Closes the run with its verdict. */
export async function close(
  course: Course,
  verdict: Verdict,
  text?: Text,
  remaining: readonly Text[] = [],
): Promise<Ended> {
  await record(course, {
    type: 'run.closed',
    data: { verdict, ...(text ? { text } : {}), ...(remaining.length ? { remaining } : {}) },
  });
  return endedOf(course.state);
}

/** How a run that nobody is working on stands: closed with its verdict, in doubt, or suspended. */
export function endedOf(state: RunState): Ended {
  const { run, closed, suspended } = state;
  const doubts = inDoubt(state);
  if (closed)
    return {
      run,
      verdict: closed.verdict,
      ...(closed.text ? { text: closed.text } : {}),
      next: nextAfter(state),
      state,
    };
  if (doubts.length > 0) {
    const next = doubts.map((change) => `gxops runbook settle ${run} ${change.id} --happened --reason '…'`);
    return { run, verdict: 'in-doubt', text: doubtText(doubts.length), next, state };
  }
  return {
    run,
    verdict: 'waiting',
    ...(suspended ? { text: suspended.text } : {}),
    next: suspended?.next ?? [`gxops runbook resume ${run}`],
    state,
  };
}

export function doubtText(count: number): Text {
  return t(
    'It is not known whether {count} change(s) happened. Nothing is repeated and nothing is undone until somebody has looked.',
    { count },
  );
}

function nextAfter(state: RunState): string[] {
  if (state.closed?.verdict === 'half-done')
    return [`gxops runbook runs ${state.run}`, `gxops rollback run ${state.run} --execute`];
  return state.changes.some(({ phase }) => phase === 'made') ? [`gxops rollback run ${state.run}`] : [];
}

/** The file-safe, content-free name of side files of one change. */
export function sidePath(run: string, folder: 'pre' | 'changes' | 'plans', name: string): string {
  const safe = /^[\w.-]{1,80}$/.test(name) && !name.startsWith('.') ? name : sha256(name).slice(0, 32);
  return `runs/${run}/${folder}/${safe}.json`;
}

/** Canonical JSON of a side file, parsed after its hash was compared. */
export async function fetchJson<T>(
  session: Session,
  file: { readonly path: string; readonly sha256: string },
): Promise<T> {
  const bytes = await session.world.keep.fetch(file.path, file.sha256);
  if (!bytes) {
    throw new Stop(
      'refused',
      t('The side file {path} is gone; without it this run can be neither continued nor undone.', { path: file.path }),
      {
        notDone: t('Nothing was done.'),
        safe: t('The journal names its hash {sha256}; a copy with that hash may be put back.', { sha256: file.sha256 }),
      },
    );
  }
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
}

/** `fetchJson`, read once a course: a side file's hash names its content for ever. */
export async function fetchOnce<T>(
  course: Course,
  file: { readonly path: string; readonly sha256: string },
): Promise<T> {
  const known = course.parsed.get(file.sha256) ?? (await fetchJson<T>(course.session, file));
  course.parsed.set(file.sha256, known);
  return known as T;
}
