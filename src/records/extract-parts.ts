/** The parts of an artefact that a run has recorded: how it was cut, and which parts are sealed. */
import type { Draft, Entry, EventType } from '../core/event.ts';

type Sliced = Extract<Draft, { type: 'extract.sliced' }>['data'];
type Sealed = Extract<Draft, { type: 'extract.part' }>['data'];

/** The entry types that parts are folded from. */
export const PART_TYPES: readonly EventType[] = [
  'extract.sliced',
  'extract.part',
  'extract.part-lost',
  'extract.parts-dropped',
];

export interface PartsState {
  readonly sliced?: Sliced;
  /** By their numbers; what was lost or dropped is not among them. */
  readonly sealed: readonly Sealed[];
}

/** What stands after the entries of one run. */
export function foldParts(entries: readonly Entry[]): PartsState {
  let sliced: Sliced | undefined;
  const sealed = new Map<number, Sealed>();
  for (const { body } of entries) {
    if (body.type === 'extract.sliced') {
      sliced = body.data;
      sealed.clear();
    } else if (body.type === 'extract.part') sealed.set(body.data.part, body.data);
    else if (body.type === 'extract.part-lost') sealed.delete(body.data.part);
    else if (body.type === 'extract.parts-dropped') {
      sliced = undefined;
      sealed.clear();
    }
  }
  return {
    ...(sliced === undefined ? {} : { sliced }),
    sealed: [...sealed.values()].sort((a, b) => a.part - b.part),
  };
}
