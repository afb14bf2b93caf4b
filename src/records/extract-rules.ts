/** Which rules of extraction were approved: those the site began with, and those under which somebody entitled has signed. */
import type { Draft, EventType } from '../core/event.ts';
import { digestOf } from '../core/json.ts';
import type { Role, Seat } from '../core/operator.ts';
import type { Keep } from '../core/world.ts';
import { type Approval, foldApprovals, validGrants } from './approvals.ts';
import { rosterOf } from './roster.ts';

const TYPES: readonly EventType[] = [
  'log.genesis',
  'extract.applied',
  'extract.classified',
  'approval.requested',
  'approval.granted',
  'approval.rejected',
  'approval.used',
];

/** Who confirms a dictionary: the business owner, whose data it is. */
export const DICTIONARY_SEATS: readonly Seat[] = [{ roles: ['owner'], party: 'purchaser' }];

/** A proposed dictionary as its approval names it. */
export type DictionaryProposal = { readonly change: 'dictionary' } & Omit<Classified, 'digest'>;
type Classified = Extract<Draft, { type: 'extract.classified' }>['data'];

/** What is signed of a recorded proposal: all its facts, so that no entry can claim another dictionary for a signature. */
export function dictionaryProposal({ digest: _, ...facts }: Classified): DictionaryProposal {
  return { change: 'dictionary', ...facts };
}

/** Digests that hold now, or held when entry `upTo` was the newest. */
export async function approvedRules(keep: Pick<Keep, 'entries'>, upTo?: number): Promise<ReadonlySet<string>> {
  const entries = await keep.entries({ types: TYPES, ...(upTo === undefined ? {} : { upTo }) });
  const approvals = foldApprovals(entries);
  const holding = new Set<string>();
  const dictionaries = new Map<string, string[]>();
  for (const entry of entries) {
    const { body } = entry;
    if (body.type === 'log.genesis') for (const digest of body.data.rules ?? []) holding.add(digest);
    if (body.type !== 'extract.applied' && body.type !== 'extract.classified') continue;
    for (const [digest, role] of wordsOf(body)) {
      const own = approvals.filter((one) => one.subject === body.subject && one.digest === body.data.digest);
      if (!(await Promise.all(own.map((one) => signedBy(one, role, keep)))).includes(true)) continue;
      if (body.type === 'extract.classified') lapse(holding, dictionaries, body.data);
      if (body.type === 'extract.classified' || digest === body.data.dictionary)
        dictionaries.set(body.data.database, [...(dictionaries.get(body.data.database) ?? []), digest]);
      holding.add(digest);
    }
  }
  return holding;
}

/** A newer dictionary ends the older ones of its database: an old file put back is not the confirmed one. */
function lapse(holding: Set<string>, known: Map<string, string[]>, { database, replaces }: Classified): void {
  for (const digest of [...(known.get(database) ?? []), replaces]) holding.delete(digest);
  known.delete(database);
}

/** The digests that an entry is about, and whose signature makes each hold. */
function wordsOf(body: Extract<Draft, { type: 'extract.applied' | 'extract.classified' }>): [string, Role][] {
  if (body.type === 'extract.classified')
    return digestOf(dictionaryProposal(body.data)) === body.data.digest ? [[body.data.holds, 'owner']] : [];
  const { rules, dictionary, template } = body.data;
  return [
    ...(rules === undefined ? [] : [[rules, 'security'] as [string, Role]]),
    ...(dictionary === undefined ? [] : [[dictionary, 'owner'] as [string, Role]]),
    ...(template === undefined ? [] : [[template, 'owner'] as [string, Role]]),
  ];
}

/** Somebody of that role signed it, validly as things stood then; a rejected request proves nothing. */
async function signedBy(approval: Approval, role: Role, keep: Pick<Keep, 'entries'>): Promise<boolean> {
  if (approval.rejected !== undefined) return false;
  const asked = approval.seats.some(({ roles }) => roles.includes(role));
  for (const grant of asked ? approval.grants : []) {
    const roster = await rosterOf(keep, grant.seq);
    const valid = validGrants(approval, roster, new Date(grant.at)).some(({ seq }) => seq === grant.seq);
    if (valid && roster.get(grant.approver)?.roles.includes(role)) return true;
  }
  return false;
}
