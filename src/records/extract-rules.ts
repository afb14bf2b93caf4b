/** Which rules of extraction were approved: those the site began with, and those under which somebody entitled has signed. */
import type { Draft, EventType } from '../core/event.ts';
import type { Role } from '../core/operator.ts';
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

/** Digests that hold now, or held when entry `upTo` was the newest. */
export async function approvedRules(keep: Pick<Keep, 'entries'>, upTo?: number): Promise<ReadonlySet<string>> {
  const entries = await keep.entries({ types: TYPES, ...(upTo === undefined ? {} : { upTo }) });
  const approvals = foldApprovals(entries);
  const holding = new Set<string>();
  for (const entry of entries) {
    const { body } = entry;
    if (body.type === 'log.genesis') for (const digest of body.data.rules ?? []) holding.add(digest);
    if (body.type !== 'extract.applied' && body.type !== 'extract.classified') continue;
    for (const [digest, role] of wordsOf(body)) {
      const own = approvals.filter((one) => one.subject === body.subject && one.digest === body.data.digest);
      if ((await Promise.all(own.map((one) => signedBy(one, role, keep)))).includes(true)) holding.add(digest);
    }
  }
  return holding;
}

/** The digests that an entry is about, and whose signature makes each hold. */
function wordsOf(body: Extract<Draft, { type: 'extract.applied' | 'extract.classified' }>): [string, Role][] {
  if (body.type === 'extract.classified') return [[body.data.holds, 'owner']];
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
