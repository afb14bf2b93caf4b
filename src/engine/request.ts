/** Asking for an approval: the plan is stored by hash, the request is recorded, and nobody waits. */
import type { Draft } from '../core/event.ts';
import { canonical } from '../core/json.ts';
import type { Seat } from '../core/operator.ts';
import type { Plan } from '../core/plan.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { sidePath } from './course.ts';

export interface Request {
  /** R-…, E-… or O-… */
  readonly subject: string;
  readonly kind: 'run' | 'extract' | 'operator';
  readonly title: Text;
  readonly seats: readonly Seat[];
  /** Milliseconds from now. */
  readonly expires: number;
  /** The run it belongs to, where it is a run's. */
  readonly run?: string;
}

/** Rule 5: whatever touches production or taxpayer data needs at least one approver of the purchaser; no configuration changes that. */
export function insistOnPurchaser(seats: readonly Seat[]): void {
  if (seats.some((seat) => seat.party === 'purchaser')) return;
  throw new Stop('refused', t('An approval without a seat for the purchaser cannot release a deed.'), {
    notDone: t('Nothing was done.'),
    next: ['gxops runbook lint FILE'],
  });
}

/** Stores a plan durably and returns the file an approval names. */
export async function keepPlan(plan: Plan, subject: string, session: Session) {
  const name = plan.digest.replace('sha256:', '').slice(0, 32);
  return session.world.keep.store(sidePath(subject, 'plans', name), Buffer.from(canonical(plan), 'utf8'));
}

/** Records `approval.requested` for a plan's digest. The requester is the session's operator. */
export async function requestApproval(plan: Plan, request: Request, session: Session): Promise<void> {
  insistOnPurchaser(request.seats);
  const { subject, kind, title, seats, run } = request;
  const expires = new Date(session.world.now().getTime() + request.expires).toISOString();
  const file = await keepPlan(plan, subject, session);
  const data = { digest: plan.digest, plan: file, seats, requester: session.operator, title, expires, kind };
  const draft: Draft = { type: 'approval.requested', subject, data, ...(run === undefined ? {} : { run }) };
  for (const entry of await session.world.keep.append([draft])) session.tell(entry);
}
