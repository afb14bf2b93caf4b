/** Extractions, folded: applied for, approved, run, opened. */
import type { Draft, Entry, EventType } from '../core/event.ts';
import type { Artefact } from '../core/product.ts';
import { type Approval, foldApprovals, type Standing, standingOf } from './approvals.ts';
import type { Roster } from './roster.ts';

type Applied = Extract<Draft, { type: 'extract.applied' }>['data'];

/** One application. `tool` is the version that recorded it. */
export interface Extraction extends Applied {
  readonly id: string;
  readonly at: string;
  readonly tool: string;
  readonly approval?: Approval;
  readonly run?: string;
  readonly artefact?: Artefact;
}

/** The entry types that extractions are folded from. */
export const EXTRACT_TYPES: readonly EventType[] = [
  'extract.applied',
  'approval.requested',
  'approval.granted',
  'approval.rejected',
  'approval.used',
  'artefact.made',
];

/** All applications among the entries, oldest first. */
export function foldExtractions(entries: readonly Entry[]): Extraction[] {
  const approvals = foldApprovals(entries);
  const artefacts = new Map<string, Artefact>();
  for (const { body } of entries)
    if (body.type === 'artefact.made' && body.run !== undefined) artefacts.set(body.run, body.data.artefact);
  return entries.flatMap(({ body }) => {
    if (body.type !== 'extract.applied' || body.subject === undefined) return [];
    const approval = approvals.findLast(
      ({ subject, digest }) => subject === body.subject && digest === body.data.digest,
    );
    const run = approval?.used?.run;
    const artefact = run === undefined ? undefined : artefacts.get(run);
    return [
      {
        ...{ ...body.data, id: body.subject, at: body.t, tool: body.app.ver },
        ...(approval === undefined ? {} : { approval }),
        ...(run === undefined ? {} : { run }),
        ...(artefact === undefined ? {} : { artefact }),
      },
    ];
  });
}

/** made: the file exists; else where its approval stands; `waiting` while nothing was asked. */
export function extractionStanding(extraction: Extraction, roster: Roster, now: Date): Standing | 'made' {
  if (extraction.artefact !== undefined) return 'made';
  return extraction.approval === undefined ? 'waiting' : standingOf(extraction.approval, roster, now);
}
