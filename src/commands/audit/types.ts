/** All types of records, for filters. */
import type { EventType } from '../../core/event.ts';

const TYPES: Readonly<Record<EventType, true>> = {
  'run.opened': true,
  'run.resumed': true,
  'run.suspended': true,
  'run.unwinding': true,
  'run.closed': true,
  'step.began': true,
  'step.skipped': true,
  'step.planned': true,
  'step.failed': true,
  'step.ended': true,
  'answer.given': true,
  'findings.made': true,
  'change.intended': true,
  'change.spawned': true,
  'change.made': true,
  'change.failed': true,
  'undo.intended': true,
  'change.undone': true,
  'undo.failed': true,
  'artefact.intended': true,
  'artefact.made': true,
  'artefact.failed': true,
  'approval.requested': true,
  'approval.granted': true,
  'approval.rejected': true,
  'approval.used': true,
  'log.genesis': true,
  'operator.proposed': true,
  'operator.changed': true,
  'site.noted': true,
  'extract.applied': true,
  'extract.opened': true,
  'extract.handed-over': true,
  'extract.received': true,
  'extract.destroying': true,
  'extract.destroyed': true,
  'extract.stated': true,
  'extract.traced': true,
  'extract.classified': true,
  'extract.sliced': true,
  'extract.part': true,
  'extract.part-lost': true,
  'extract.parts-dropped': true,
  'query.ran': true,
  'recover.torn': true,
  'clock.anomaly': true,
  'audit.read': true,
};

/** Every type a record can have, in alphabetical order. */
export const EVENT_TYPES: readonly string[] = Object.keys(TYPES).sort();

/** True for a known type. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(TYPES, type);
}
