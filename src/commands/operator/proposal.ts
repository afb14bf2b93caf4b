/** A proposed change of the roster: judged, stored, recorded, and waiting for the security officer. */
import { canonical, digestOf } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import { shortCode } from '../../core/plan.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { type Text, t } from '../../core/text.ts';
import { conflictOf, ROSTER_SEATS, type Roster, rosterOf } from '../../records/roster.ts';
import { firstApproveCommand } from '../../records/signers.ts';
import type { OperatorProposal } from '../approve/request.ts';

/** Why the roster of now cannot take it; undefined when it can. */
export function troubleWith({ change, operator }: OperatorProposal, roster: Roster): Text | undefined {
  const { name } = operator;
  const active = [...roster.values()].filter(({ retired }) => !retired);
  if (change === 'retire') {
    if (!active.some((one) => one.name === name)) return t('{name} is no active operator', { name });
    const officers = active.filter(({ roles }) => roles.includes('security'));
    return officers.length === 1 && officers[0]?.name === name
      ? t('{name} is the only security officer; without one nobody could approve operators', { name })
      : undefined;
  }
  if (roster.has(name)) return t('{name} exists already; a name is never used twice', { name });
  const conflict = conflictOf(operator.roles);
  if (conflict) return conflict;
  const twin = [...roster.values()].find(({ key }) => key === operator.key);
  if (twin) return t('this public key is already that of {twin}; one person has one name', { twin: twin.name });
  const mapped = active.find(({ account }) => account !== undefined && account === operator.account);
  if (mapped)
    return t('the OS account {account} is mapped to {mapped} already', {
      account: mapped.account ?? '',
      mapped: mapped.name,
    });
  return undefined;
}

/** Records `operator.proposed` and `approval.requested` as one group. Data `{id, digest, change, operator}`. */
export async function propose(proposal: OperatorProposal, title: Text, session: Session): Promise<Report> {
  const { keep } = session.world;
  const id = keep.newId('O');
  const digest = digestOf(proposal);
  const plan = await keep.store(`operators/${id}.json`, Buffer.from(canonical(proposal), 'utf8'));
  const expires = new Date(session.world.now().getTime() + session.site.limits.approvalExpires).toISOString();
  const { change, operator } = proposal;
  const requester = session.operator;
  const entries = await keep.append([
    { type: 'operator.proposed', subject: id, data: { change, operator, digest } },
    {
      type: 'approval.requested',
      subject: id,
      data: { digest, plan, seats: ROSTER_SEATS, requester, title, expires, kind: 'operator' },
    },
  ]);
  for (const entry of entries) session.tell(entry);
  return {
    title,
    verdict: 'done',
    sections: [
      {
        kind: 'text',
        lines: [
          t('Proposed as {id}, code {code}. It takes effect when a security officer approves it before {expires}.', {
            id,
            code: shortCode(digest),
            expires: localTime(expires, session.site.timeZone),
          }),
        ],
      },
    ],
    data: { id, digest, change, operator: operator.name, expires, command: `gxops approve ${id}` },
    next: [firstApproveCommand({ subject: id, seats: ROSTER_SEATS, requester }, await rosterOf(keep))],
  };
}
