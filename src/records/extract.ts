/** Extractions, folded: applied for, approved, run, handed over, received, destroyed. */
import type { Draft, Entry, EventType, Statement } from '../core/event.ts';
import type { Artefact } from '../core/product.ts';
import { type Approval, foldApprovals, type Standing, standingOf } from './approvals.ts';
import type { Roster } from './roster.ts';

type Applied = Extract<Draft, { type: 'extract.applied' }>['data'];
type HandedOver = Extract<Draft, { type: 'extract.handed-over' }>['data'];

/** A statement as recorded. */
export type Stated = Statement & { readonly at: string };

/** One copy that left us: its receipt, and its receiver's word that it was destroyed. */
export interface Copy extends HandedOver {
  readonly at: string;
  readonly by: string;
  readonly received?: Stated;
  readonly destroyed?: Stated;
}

/** Our own file's end. Without `at` its removal was begun and its end is not recorded. */
export interface Destroyed {
  readonly begun: string;
  readonly by: string;
  readonly reason: string;
  readonly at?: string;
  readonly leftovers?: readonly string[];
}

/** One application. `tool` is the version that recorded it. */
export interface Extraction extends Applied {
  readonly id: string;
  /** The application's own entry. */
  readonly seq: number;
  readonly at: string;
  readonly tool: string;
  readonly approval?: Approval;
  readonly run?: string;
  readonly artefact?: Artefact;
  /** Who made the file. */
  readonly executor?: string;
  readonly copies: readonly Copy[];
  readonly destroyed?: Destroyed;
}

/** The entry types that extractions are folded from. */
export const EXTRACT_TYPES: readonly EventType[] = [
  'extract.applied',
  'extract.handed-over',
  'extract.received',
  'extract.stated',
  'extract.destroying',
  'extract.destroyed',
  'approval.requested',
  'approval.granted',
  'approval.rejected',
  'approval.used',
  'artefact.made',
];

/** All applications among the entries, oldest first. */
export function foldExtractions(entries: readonly Entry[]): Extraction[] {
  const approvals = foldApprovals(entries);
  const artefacts = new Map<string, { artefact: Artefact; executor: string }>();
  const acts = new Map<string, Entry['body'][]>();
  for (const { body } of entries) {
    if (body.type === 'artefact.made' && body.run !== undefined)
      artefacts.set(body.run, { artefact: body.data.artefact, executor: body.actor.operator ?? '' });
    if (body.type.startsWith('extract.') && body.subject !== undefined)
      acts.set(body.subject, [...(acts.get(body.subject) ?? []), body]);
  }
  return entries.flatMap(({ body, seq }) => {
    if (body.type !== 'extract.applied' || body.subject === undefined) return [];
    const approval = approvals.findLast(
      ({ subject, digest }) => subject === body.subject && digest === body.data.digest,
    );
    const run = approval?.used?.run;
    const made = run === undefined ? undefined : artefacts.get(run);
    const later = acts.get(body.subject) ?? [];
    const destroyed = destroyedIn(later);
    return [
      {
        ...{ ...body.data, id: body.subject, seq, at: body.t, tool: body.app.ver, copies: copiesIn(later) },
        ...(approval === undefined ? {} : { approval }),
        ...(run === undefined ? {} : { run }),
        ...made,
        ...(destroyed === undefined ? {} : { destroyed }),
      },
    ];
  });
}

function copiesIn(acts: readonly Entry['body'][]): readonly Copy[] {
  const copies: Copy[] = [];
  for (const act of acts) {
    const by = act.actor.operator ?? '';
    if (act.type === 'extract.handed-over') copies.push({ ...act.data, at: act.t, by });
    if (act.type !== 'extract.received' && act.type !== 'extract.stated') continue;
    const at = copies.findIndex(({ copy }) => copy === act.data.copy);
    const copy = copies[at];
    const key = act.type === 'extract.received' ? 'received' : 'destroyed';
    // The first word counts: nobody's receipt is replaced by a later one.
    if (copy && copy[key] === undefined) copies[at] = { ...copy, [key]: { ...act.data, at: act.t } };
  }
  return copies;
}

function destroyedIn(acts: readonly Entry['body'][]): Destroyed | undefined {
  const begun = acts.findLast((act) => act.type === 'extract.destroying');
  if (begun?.type !== 'extract.destroying') return undefined;
  const ended = acts.findLast((act) => act.type === 'extract.destroyed');
  return {
    ...{ begun: begun.t, by: begun.actor.operator ?? '', reason: begun.data.reason },
    ...(ended?.type === 'extract.destroyed' ? { at: ended.t, leftovers: ended.data.leftovers } : {}),
  };
}

/** Where an extraction stands, from the application to its end. */
export type ExtractionStanding = Standing | 'made' | 'handed-over' | 'received' | 'destroying' | 'destroyed';

/** `made` to `destroyed` tell of our file and its copies; else where its approval stands; `waiting` while nothing was asked. */
export function extractionStanding(extraction: Extraction, roster: Roster, now: Date): ExtractionStanding {
  const { artefact, approval, copies, destroyed } = extraction;
  if (destroyed !== undefined) return destroyed.at === undefined ? 'destroying' : 'destroyed';
  if (copies.length > 0) return copies.every(({ received }) => received !== undefined) ? 'received' : 'handed-over';
  if (artefact !== undefined) return 'made';
  return approval === undefined ? 'waiting' : standingOf(approval, roster, now);
}
