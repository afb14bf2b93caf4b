/** Approvals, folded: who must sign what digest, who has, and whether that still counts. */
import { verify } from 'node:crypto';
import type { Draft, Entry, SideFile } from '../core/event.ts';
import { canonical } from '../core/json.ts';
import type { Operator, Seat } from '../core/operator.ts';
import type { Text } from '../core/text.ts';
import type { Roster } from './roster.ts';

type GrantData = Extract<Draft, { type: 'approval.granted' }>['data'];

/** One signature as recorded; `seq` is its entry. */
export interface Grant extends GrantData {
  readonly seq: number;
  readonly at: string;
}

/** One request under a subject (R-…, E-…, O-…). A later request of the same subject is another Approval. */
export interface Approval {
  readonly subject: string;
  /** The request's seq: part of what is signed, so that a signature fits one request only. */
  readonly request: number;
  readonly log: string;
  readonly digest: string;
  readonly plan: SideFile;
  readonly seats: readonly Seat[];
  readonly requester: string;
  readonly title: Text;
  readonly kind: 'run' | 'extract' | 'operator' | 'dictionary';
  readonly asked: string;
  /** The request's own end, ISO. */
  readonly expires: string;
  readonly grants: readonly Grant[];
  readonly rejected?: { readonly approver: string; readonly reason: string; readonly at: string };
  /** The first use; `seq` is its entry. No later entry takes it over. */
  readonly used?: { readonly run: string; readonly step: string; readonly seq: number; readonly at: string };
}

/** All approvals among the entries, oldest request first. */
export function foldApprovals(entries: readonly Entry[]): Approval[] {
  const approvals: Approval[] = [];
  for (const { body, seq } of entries) {
    const subject = body.subject ?? body.run ?? '';
    if (body.type === 'approval.requested') {
      approvals.push({ ...body.data, subject, request: seq, log: body.log, asked: body.t, grants: [] });
      continue;
    }
    const at = approvals.findLastIndex((one) => one.subject === subject && digestFits(one, body));
    const approval = approvals[at];
    if (approval) approvals[at] = { ...approval, ...afterAnswer(approval, body, seq) };
  }
  return approvals;
}

function digestFits(approval: Approval, event: Draft): boolean {
  return event.type.startsWith('approval.') && 'digest' in event.data && event.data.digest === approval.digest;
}

function afterAnswer(approval: Approval, event: Entry['body'], seq: number): Partial<Approval> {
  switch (event.type) {
    case 'approval.granted':
      return { grants: [...approval.grants, { ...event.data, seq, at: event.t }] };
    case 'approval.rejected':
      return approval.rejected ? {} : { rejected: { ...event.data, at: event.t } };
    case 'approval.used':
      return approval.used ? {} : { used: { run: event.data.run, step: event.data.step, seq, at: event.t } };
    default:
      return {};
  }
}

/** What an approver's key signs: one request, one digest, one person, one end. RFC 8785 text. */
export function statementOf(
  approval: Pick<Approval, 'subject' | 'request' | 'log' | 'digest'>,
  approver: string,
  expires: string,
): string {
  const { subject, request, log, digest } = approval;
  return canonical({ purpose: 'gxops approval v1', log, subject, request, digest, approver, expires });
}

/** Does a base64 Ed25519 signature of the statement fit the public key (PEM)? Any malformed input is a no. */
export function signatureFits(statement: string, signature: string, key: string): boolean {
  try {
    return verify(null, Buffer.from(statement, 'utf8'), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** Can this operator sit on this seat? */
export function fits(seat: Seat, operator: Operator): boolean {
  return seat.roles.some((role) => operator.roles.includes(role)) && (!seat.party || seat.party === operator.party);
}

/** Grants that count now: valid signature (or a countersigned sheet) of an active operator other than the requester, not expired. */
export function validGrants(approval: Approval, roster: Roster, now: Date): Grant[] {
  return approval.grants.filter((grant) => {
    const approver = roster.get(grant.approver);
    if (!approver || approver.retired || grant.approver === approval.requester) return false;
    const end = Date.parse(grant.expires);
    // Asked this way round, a time that cannot be read is no time.
    if (!(end > now.getTime() && end <= Date.parse(approval.expires))) return false;
    return signed(approval, grant, roster);
  });
}

/** On paper the sheet proves the approver; the countersigner's key proves that a second person saw it. */
function signed(approval: Approval, grant: Grant, roster: Roster): boolean {
  const signer = roster.get(grant.paper ? (grant.countersign ?? '') : grant.approver);
  if (!signer || signer.retired || signer.name === approval.requester || !grant.signature) return false;
  if (grant.paper && signer.name === grant.approver) return false;
  return (
    grant.statement === statementOf(approval, grant.approver, grant.expires) &&
    signatureFits(grant.statement, grant.signature, signer.key)
  );
}

/** Seats that no valid grant fills yet; each person fills one seat only. */
export function openSeats(approval: Approval, roster: Roster, now: Date): Seat[] {
  const people = [...new Set(validGrants(approval, roster, now).map((grant) => grant.approver))];
  const filled = bestSeating(
    approval.seats,
    people.flatMap((name) => roster.get(name) ?? []),
  );
  return approval.seats.filter((seat) => !filled.has(seat));
}

function bestSeating(seats: readonly Seat[], people: readonly Operator[]): Set<Seat> {
  const [person, ...others] = people;
  if (!person) return new Set();
  const choices = seats.filter((seat) => fits(seat, person));
  const seatings = choices.map((seat) =>
    bestSeating(
      seats.filter((one) => one !== seat),
      others,
    ).add(seat),
  );
  return [...seatings, bestSeating(seats, others)].reduce((best, one) => (one.size > best.size ? one : best));
}

export type Standing = 'waiting' | 'granted' | 'expired' | 'rejected' | 'used';

/** Where an approval stands now. `used` wins over all; a grant that ran out is `expired`, as is a request nobody answered in time. */
export function standingOf(approval: Approval, roster: Roster, now: Date): Standing {
  if (approval.used) return 'used';
  if (approval.rejected) return 'rejected';
  if (openSeats(approval, roster, now).length === 0) return 'granted';
  const ranOut = approval.grants.some((grant) => Date.parse(grant.expires) <= now.getTime());
  return ranOut || Date.parse(approval.expires) <= now.getTime() ? 'expired' : 'waiting';
}

/** Why this operator may not sign; undefined when he may. The caller turns the word into a sentence. */
export function refusalFor(
  approval: Approval,
  roster: Roster,
  who: string,
  now: Date,
): 'unknown' | 'retired' | 'requester' | 'signed' | 'role' | undefined {
  const operator = roster.get(who);
  if (!operator) return 'unknown';
  if (operator.retired) return 'retired';
  if (approval.requester === who) return 'requester';
  if (validGrants(approval, roster, now).some((grant) => grant.approver === who)) return 'signed';
  return openSeats(approval, roster, now).some((seat) => fits(seat, operator)) ? undefined : 'role';
}
