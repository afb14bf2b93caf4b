/** How a run stands now that it may have been signed, refused or left to expire since it was suspended. */
import { shortCode } from '../../core/plan.ts';
import type { Session } from '../../core/session.ts';
import { t } from '../../core/text.ts';
import { type Ended, endedOf } from '../../engine/course.ts';
import { type Approval, foldApprovals, openSeats, standingOf } from '../../records/approvals.ts';
import { awaitedBy, subjectOf } from '../../records/awaited.ts';
import { type Roster, rosterOf } from '../../records/roster.ts';
import type { RunState } from '../../records/run.ts';
import { approveCommand } from '../../records/signers.ts';
import { APPROVAL_TYPES } from '../approve/request.ts';

/** The same as `endedOf`, with the words and the next command of an approval as it stands at this moment. Reads only. */
export async function standingNow(state: RunState, session: Session): Promise<Ended> {
  const ended = endedOf(state);
  if (ended.verdict !== 'waiting' || state.suspended?.why !== 'approval') return ended;
  const { keep } = session.world;
  const approvals = foldApprovals(await keep.entries({ subject: subjectOf(state), types: APPROVAL_TYPES }));
  const approval = awaitedBy(state, approvals);
  if (approval === undefined) return ended;
  return { ...ended, ...saying(state, approval, await rosterOf(keep), session.world.now()) };
}

function saying({ run, operator }: RunState, approval: Approval, roster: Roster, now: Date): Partial<Ended> {
  const { subject, digest, rejected } = approval;
  const resume = [`gxops runbook resume ${run}`];
  switch (standingOf(approval, roster, now)) {
    case 'waiting': {
      const values = { seats: openSeats(approval, roster, now).length, subject, code: shortCode(digest) };
      const text = t('Waiting for {seats} signature(s) on {subject}, code {code}.', values);
      return { text, next: [approveCommand(approval, roster, now), ...resume] };
    }
    case 'granted':
      return { text: t('{subject} is approved. The run goes on when it is resumed.', { subject }), next: resume };
    case 'expired':
      return { text: t('the approval has expired; resuming asks again, by {who}', { who: operator }), next: resume };
    case 'rejected': {
      const values = { subject, who: rejected?.approver ?? '', reason: rejected?.reason ?? '' };
      const text = t('{subject} was rejected by {who}: {reason}', values);
      return { text, next: [`gxops audit log --subject ${subject}`] };
    }
    case 'used':
      return {};
  }
}
