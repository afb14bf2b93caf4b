/** A run, folded from its journal entries: what was answered, found, planned, changed, undone, and what is in doubt. */
import type { Made, Spawned } from '../core/change.ts';
import type { Draft, Entry, SideFile, Way } from '../core/event.ts';
import { type Finding, latest } from '../core/finding.ts';
import type { Inputs } from '../core/input.ts';
import type { Artefact } from '../core/product.ts';
import type { Answer } from '../core/question.ts';
import type { Text } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';

/** intended and undoing have no end yet: unless this process is at it, that is doubt. */
export type Phase = 'intended' | 'made' | 'failed' | 'undoing' | 'undone' | 'undo-failed';

export interface ChangeState {
  readonly id: string;
  readonly step: string;
  readonly target: string;
  readonly kind: string;
  readonly summary: string;
  readonly body: SideFile;
  readonly undo: Way;
  readonly pre?: SideFile & { readonly exists: boolean };
  readonly post?: string;
  readonly probe: boolean;
  readonly phase: Phase;
  readonly processes: readonly Spawned[];
  readonly made?: Made;
  readonly by?: 'outcome' | 'probe' | 'person';
  readonly text?: Text;
}

export type StepPhase = 'began' | 'failed' | 'ended' | 'skipped';

export interface RunState {
  readonly run: string;
  readonly runbook: string;
  readonly version: number;
  readonly title: Text;
  readonly digest: string;
  readonly definition: SideFile;
  readonly inputs: Inputs;
  readonly obeys: readonly string[];
  readonly neighbours: readonly string[];
  /** Who opened it: the requester of its approvals. */
  readonly operator: string;
  readonly opened: string;
  /** The newest entry's time. */
  readonly last: string;
  readonly steps: Readonly<Record<string, StepPhase>>;
  /** When each step first began, ISO. */
  readonly began: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly findings: Readonly<Record<string, readonly Finding[]>>;
  /** What was approved, by the approve step's id. */
  readonly plans: Readonly<Record<string, { readonly plan: SideFile; readonly digest: string }>>;
  readonly changes: readonly ChangeState[];
  readonly artefacts: readonly Artefact[];
  readonly suspended?: {
    readonly why: string;
    readonly text: Text;
    readonly next: readonly string[];
    readonly step?: string;
  };
  readonly unwinding?: Text;
  readonly closed?: { readonly verdict: Verdict; readonly text?: Text; readonly remaining: readonly Text[] };
}

/** The state after all entries of one run, in seq order; undefined where no `run.opened` is among them. */
export function foldRun(entries: readonly Entry[]): RunState | undefined {
  let state: RunState | undefined;
  for (const entry of entries) state = afterEntry(state, entry);
  return state;
}

/** Several runs at once, in order of opening. */
export function foldRuns(entries: readonly Entry[]): RunState[] {
  const states = new Map<string, RunState>();
  for (const entry of entries) {
    const state = entry.body.run && afterEntry(states.get(entry.body.run), entry);
    if (state) states.set(state.run, state);
  }
  return [...states.values()];
}

/** The state after one more entry. The state given is used up: only the one returned may be read afterwards. */
export function afterEntry(state: RunState | undefined, entry: Entry): RunState | undefined {
  const { body } = entry;
  if (body.type === 'run.opened' && body.run) return opened(entry, body.run, body.data);
  if (!state || body.run !== state.run) return state;
  return { ...afterEvent(state, body, body.t), last: body.t };
}

function opened(entry: Entry, run: string, data: Extract<Draft, { type: 'run.opened' }>['data']): RunState {
  const { body } = entry;
  return {
    ...data,
    run,
    operator: body.actor.operator ?? body.actor.user,
    opened: body.t,
    last: body.t,
    steps: {},
    began: {},
    answers: {},
    findings: {},
    plans: {},
    changes: [],
    artefacts: [],
  };
}

function afterEvent(state: RunState, event: Draft, at: string): RunState {
  if (event.type.startsWith('change.') || event.type.startsWith('undo.'))
    return { ...state, changes: changesAfter(state.changes, event) };
  if (event.step !== undefined) return { ...state, ...stepAfter(state as Mutable, event, event.step, at) };
  return runAfter(state, event);
}

function runAfter(state: RunState, event: Draft): RunState {
  const { suspended: _, ...awake } = state;
  switch (event.type) {
    case 'run.resumed':
      return awake;
    case 'run.suspended':
      return { ...state, suspended: event.data };
    case 'run.unwinding': {
      const { closed: __, ...reopened } = awake;
      return { ...reopened, unwinding: event.data.why };
    }
    case 'run.closed':
      return { ...awake, closed: { ...event.data, remaining: event.data.remaining ?? [] } };
    default:
      return state;
  }
}

/** Writes into the state's own records: a run of hundreds of steps is folded in linear time. */
function stepAfter(state: Mutable, event: Draft, step: string, at: string): Partial<RunState> {
  switch (event.type) {
    case 'step.began':
      state.began[step] ??= at;
      state.steps[step] = 'began';
      return {};
    case 'step.failed':
      state.steps[step] = 'failed';
      return {};
    case 'step.ended':
      state.steps[step] = 'ended';
      return {};
    case 'step.skipped':
      state.steps[step] = 'skipped';
      return {};
    case 'answer.given':
      state.answers[step] = event.data.answer;
      return {};
    case 'findings.made':
      state.findings[step] = event.data.findings;
      return {};
    case 'step.planned':
      state.plans[step] = event.data;
      return {};
    case 'artefact.made':
      return { artefacts: [...state.artefacts, event.data.artefact] };
    case 'run.suspended':
      return { suspended: { ...event.data, step } };
    default:
      return {};
  }
}

type Mutable = {
  -readonly [K in keyof RunState]: RunState[K] extends Readonly<Record<string, infer V>>
    ? Record<string, V>
    : RunState[K];
};

function changesAfter(changes: readonly ChangeState[], event: Draft): readonly ChangeState[] {
  if (event.type === 'change.intended') {
    const { change: id, ...data } = event.data;
    const fresh: ChangeState = { ...data, id, step: event.step ?? '', phase: 'intended', processes: [] };
    return [...changes.filter((change) => change.id !== id), fresh];
  }
  if (!('data' in event) || !('change' in event.data) || typeof event.data.change !== 'string') return changes;
  const id = event.data.change;
  return changes.map((change) => (change.id === id ? { ...change, ...changeAfter(change, event) } : change));
}

function changeAfter(change: ChangeState, event: Draft): Partial<ChangeState> {
  switch (event.type) {
    case 'change.spawned':
      return { processes: [...change.processes, event.data.process] };
    case 'change.made':
      return { phase: 'made', made: event.data.made, by: event.data.by };
    case 'change.failed':
      return { phase: 'failed', text: event.data.text };
    case 'undo.intended':
      return { phase: 'undoing', processes: [] };
    case 'change.undone':
      return { phase: 'undone', by: event.data.by };
    case 'undo.failed':
      return { phase: 'undo-failed', text: event.data.text };
    default:
      return {};
  }
}

/** Changes whose deed or undo was intended and never ended. */
export function inDoubt(state: RunState): ChangeState[] {
  return state.changes.filter(({ phase }) => phase === 'intended' || phase === 'undoing');
}

/** Changes that stand in the world, newest first: the order in which to undo them. */
export function standing(state: RunState): ChangeState[] {
  return state.changes.filter(({ phase }) => phase === 'made' || phase === 'undo-failed').reverse();
}

/** The latest Finding per rule and subject over all steps, in step order of first sight. */
export function latestFindings(state: RunState): Finding[] {
  return latest(Object.values(state.findings).flat());
}
