/** Who exists: the operators, folded from the journal's first entry and from the changes that the security officer approved. */
import type { Draft, Entry, EventType } from '../core/event.ts';
import { digestOf } from '../core/json.ts';
import type { Operator, Role, Seat } from '../core/operator.ts';
import { type Text, t } from '../core/text.ts';
import type { Keep } from '../core/world.ts';
import { foldApprovals, openSeats } from './approvals.ts';

/** An operator as of now. `since` is the seq of the entry that brought him or her in; `retired` the time (UTC) of leaving. */
export interface RosterLine extends Operator {
  readonly since: number;
  readonly retired?: string;
}

/** By name; retired operators stay listed, so that earlier signatures still verify. */
export type Roster = ReadonlyMap<string, RosterLine>;

/** Who must sign a change of the roster; a request that asks for less counts for nothing. */
export const ROSTER_SEATS: readonly Seat[] = [{ roles: ['security'] }];

const CHANGE_TYPES: readonly EventType[] = ['log.genesis', 'operator.changed'];
const SIGNED_TYPES: readonly EventType[] = ['approval.requested', 'approval.granted', 'approval.rejected'];

/** The roster of a journal, as of an entry (`upTo`) or of now. Reads no more approvals than there were changes. */
export async function rosterOf(keep: Pick<Keep, 'entries'>, upTo?: number): Promise<Roster> {
  const until = upTo === undefined ? {} : { upTo };
  const entries = await keep.entries({ types: CHANGE_TYPES, ...until });
  const changed = entries.filter(({ body }) => body.type === 'operator.changed');
  const subjects = new Set(changed.flatMap(({ body }) => body.subject ?? []));
  const signed = await Promise.all(
    [...subjects].map((subject) => keep.entries({ subject, types: SIGNED_TYPES, ...until })),
  );
  return foldRoster([...entries, ...signed.flat()].sort((a, b) => a.seq - b.seq));
}

/**
 * The roster after all entries, in seq order. A change counts only where the signature of a security officer over exactly
 * this change stands before it, and once: who can append to the journal cannot make an operator by that alone.
 */
export function foldRoster(entries: readonly Entry[]): Roster {
  return folded(entries).roster;
}

/** The seqs of the changes that count for nothing, because nobody entitled signed them or the signature was spent already. */
export function unsignedChanges(entries: readonly Entry[]): readonly number[] {
  return folded(entries).unsigned;
}

function folded(entries: readonly Entry[]): { roster: Roster; unsigned: readonly number[] } {
  const roster = new Map<string, RosterLine>();
  const unsigned: number[] = [];
  const spent = new Set<number>();
  for (const [at, { seq, body }] of entries.entries()) {
    if (body.type === 'log.genesis' && roster.size === 0)
      for (const operator of body.data.operators) roster.set(operator.name, { ...operator, since: seq });
    if (body.type !== 'operator.changed') continue;
    const request = signedRequest(entries.slice(0, at), body, roster);
    if (request === undefined || spent.has(request)) {
      unsigned.push(seq);
      continue;
    }
    spent.add(request);
    const { change, operator } = body.data;
    if (change === 'add') roster.set(operator.name, { ...operator, since: seq });
    const known = roster.get(operator.name);
    if (change === 'retire' && known) roster.set(operator.name, { ...known, retired: body.t });
  }
  return { roster, unsigned };
}

type Changed = Extract<Draft, { type: 'operator.changed' }> & Pick<Entry['body'], 't'>;

/** The seq of the request that a change of the roster was signed under; undefined where nobody entitled signed this very change. */
function signedRequest(
  before: readonly Entry[],
  { subject, data, t: at }: Changed,
  roster: Roster,
): number | undefined {
  const { by: _, ...proposal } = data;
  const digest = digestOf(proposal);
  const own = before.filter(({ body }) => subject !== undefined && body.subject === subject);
  const signed = foldApprovals(own).find(
    (one) =>
      one.kind === 'operator' &&
      one.digest === digest &&
      one.rejected === undefined &&
      openSeats({ ...one, seats: ROSTER_SEATS }, roster, new Date(at)).length === 0,
  );
  return signed?.request;
}

/** The active operator that an OS account is mapped to. */
export function operatorOf(roster: Roster, account: string): RosterLine | undefined {
  return [...roster.values()].find((one) => one.account === account && !one.retired);
}

const APART: readonly Role[] = ['system', 'security', 'auditor'];

/** Why these roles cannot be one person's (三员分立: nobody holds two of system, security, auditor); undefined when they can. */
export function conflictOf(roles: readonly Role[]): Text | undefined {
  const held = APART.filter((role) => roles.includes(role));
  return held.length > 1
    ? t('nobody may hold two of system, security and auditor; asked for: {held}', { held: held.join(', ') })
    : undefined;
}
