/** Who exists: the operators, folded from the journal's first entry and from the changes that the security officer approved. */
import type { Entry, EventType } from '../core/event.ts';
import type { Operator, Role } from '../core/operator.ts';
import { type Text, t } from '../core/text.ts';

/** An operator as of now. `since` is the seq of the entry that brought him or her in; `retired` the time (UTC) of leaving. */
export interface RosterLine extends Operator {
  readonly since: number;
  readonly retired?: string;
}

/** By name; retired operators stay listed, so that earlier signatures still verify. */
export type Roster = ReadonlyMap<string, RosterLine>;

/** The entry types that a roster is folded from. */
export const ROSTER_TYPES: readonly EventType[] = ['log.genesis', 'operator.changed'];

/** The roster after all entries, in seq order. */
export function foldRoster(entries: readonly Entry[]): Roster {
  const roster = new Map<string, RosterLine>();
  for (const { seq, body } of entries) {
    if (body.type === 'log.genesis' && roster.size === 0)
      for (const operator of body.data.operators) roster.set(operator.name, { ...operator, since: seq });
    if (body.type !== 'operator.changed') continue;
    const { change, operator } = body.data;
    if (change === 'add') roster.set(operator.name, { ...operator, since: seq });
    const known = roster.get(operator.name);
    if (change === 'retire' && known) roster.set(operator.name, { ...known, retired: body.t });
  }
  return roster;
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
