/** `reject`: ends a request for good, with the reason. */
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { fits, standingOf } from '../../records/approvals.ts';
import type { Call } from '../command.ts';
import { findRequest, type Request, requestData, requestFacts } from './request.ts';

/** Data `{id, digest, approver, reason}`. The requester may withdraw; else whoever could sit on a seat. */
export async function run({ args, options, session }: Call): Promise<Report> {
  const { approval } = await findRequest(args[0] ?? '', session);
  const reason = typeof options.reason === 'string' ? options.reason.trim() : '';
  if (reason === '' || reason.length > 500)
    throw new Stop('usage', t('--reason is missing. Allowed: some words, 500 characters at most; they are recorded.'), {
      notDone: NOTHING,
      next: [`gxops reject ${approval.subject} --reason '…'`],
    });
  const { subject } = approval;
  // Judged with the request to ourselves: what is being used or signed just now is not rejected underneath.
  return session.world.keep.hold(
    [`approval-${subject}`],
    { operator: session.operator, why: `reject ${subject}` },
    async () => rejected(session, await findRequest(subject, session), reason),
  );
}

async function rejected(session: Session, request: Request, reason: string): Promise<Report> {
  insistMayReject(request, session.operator, session.world.now());
  const { subject, digest } = request.approval;
  const about = { subject, ...(subject.startsWith('R-') ? { run: subject } : {}) };
  const data = { digest, approver: session.operator, reason };
  for (const entry of await session.world.keep.append([{ type: 'approval.rejected', ...about, data }]))
    session.tell(entry);
  return {
    title: t('Rejected: {id}', { id: subject }),
    verdict: 'done',
    sections: [
      { kind: 'text', lines: [t('{who}: {reason}', { who: session.operator, reason })] },
      requestFacts(request),
    ],
    data: { ...requestData(request), approver: session.operator, reason },
  };
}

const NOTHING = t('Nothing was recorded.');

function insistMayReject({ approval, roster }: Request, who: string, now: Date): void {
  const { subject } = approval;
  const standing = standingOf(approval, roster, now);
  const over = { used: t('used already'), rejected: t('rejected already'), expired: t('expired') } as const;
  if (standing in over)
    throw new Stop('refused', t('{subject} is {over}.', { subject, over: over[standing as keyof typeof over] }), {
      notDone: NOTHING,
    });
  const operator = roster.get(who);
  if (who === approval.requester || (operator && approval.seats.some((seat) => fits(seat, operator)))) return;
  throw new Stop(
    'refused',
    t('{who} neither asked for {subject} nor could approve it.', { who: who || '?', subject }),
    { notDone: NOTHING },
  );
}
