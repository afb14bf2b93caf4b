/** Changes of the roster behind which no security officer's signature stands, found while the lines are verified. */
import type { Entry, EventType } from '../core/event.ts';
import { entryOf } from '../core/line.ts';
import type { StoredLine } from '../core/world.ts';
import type { Problem } from './chain.ts';
import { unsignedChanges } from './roster.ts';

export interface RosterCheck {
  take(line: StoredLine): void;
  end(): readonly Problem[];
}

type Place = Pick<StoredLine, 'segment' | 'offset'>;

const TYPES: readonly EventType[] = [
  'log.genesis',
  'operator.changed',
  'approval.requested',
  'approval.granted',
  'approval.rejected',
];
const MARKS = TYPES.map((type) => Buffer.from(`"type":"${type}"`));

/** Takes line after line and keeps only what the roster is folded from, so that a journal of years fits. Never throws for what a line holds. */
export function rosterCheck(): RosterCheck {
  const kept: Entry[] = [];
  const places = new Map<number, Place>();
  const subjects = new Set<string>();
  return {
    take({ bytes, whole, segment, offset }) {
      const line = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
      if (!whole || !MARKS.some((mark) => line.includes(mark))) return;
      const entry = entryOf(line);
      if (entry === undefined || !concerns(entry, subjects)) return;
      kept.push(entry);
      if (entry.body.type === 'operator.changed') places.set(entry.seq, { segment, offset });
    },
    end: () =>
      unsignedIn(kept).flatMap((seq) => {
        const place = places.get(seq);
        return place ? [{ seq, kind: 'unsigned' as const, ...place }] : [];
      }),
  };
}

/** `subjects` collects those of requests for a change of the roster. */
function concerns({ body }: Entry, subjects: Set<string>): boolean {
  const { type, subject = '' } = body;
  if (type === 'approval.requested' && body.data?.kind === 'operator') subjects.add(subject);
  return type === 'log.genesis' || type === 'operator.changed' || (TYPES.includes(type) && subjects.has(subject));
}

/** Where the entries are not of their form, nothing is proven by them. */
function unsignedIn(entries: readonly Entry[]): readonly number[] {
  try {
    return unsignedChanges(entries);
  } catch {
    return entries.filter(({ body }) => body.type === 'operator.changed').map(({ seq }) => seq);
  }
}
