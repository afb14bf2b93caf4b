/** Rehearsing: looks and plans every step, asks nothing, records nothing, changes nothing. */
import { type Finding, judged } from '../core/finding.ts';
import type { Inputs } from '../core/input.ts';
import type { Seat } from '../core/operator.ts';
import type { Plan } from '../core/plan.ts';
import type { Moment, Runbook } from '../core/runbook.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { planOf } from './plan.ts';

export interface Rehearsal {
  /** All deeds of the runbook; the digest equals that of the approval where one approve step precedes them all. */
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  readonly skipped: readonly { readonly step: string; readonly reason: Text }[];
  readonly verdict: 'done' | 'findings' | 'unreachable';
}

/** What a run would find and do now. A check that cannot look becomes an unknown Finding; a plan that cannot look stops. */
export async function rehearse(book: Runbook, inputs: Inputs, session: Session): Promise<Rehearsal> {
  const { site, world } = session;
  const found: Record<string, readonly Finding[]> = {};
  const skipped: { step: string; reason: Text }[] = [];
  let seats: readonly Seat[] = [];
  const moment = (): Moment => ({ inputs, answers: {}, findings: found, site, look: world.look, now: world.now() });
  for (const step of book.steps) {
    if (session.signal.aborted)
      throw new Stop('interrupted', t('The rehearsal was interrupted; nothing had been changed.'));
    const reason = step.skip?.(moment());
    if (reason) skipped.push({ step: step.id, reason });
    else if (step.kind === 'check') found[step.id] = await looked(step.id, book.name, () => step.look(moment()));
    else if (step.kind === 'approve') seats = [...seats, ...step.seats(moment())];
  }
  const plan = await planOf(book, inputs, book.steps, seats, moment());
  const findings = Object.values(found).flat();
  return { plan, findings, skipped, verdict: judged(findings) };
}

async function looked(
  step: string,
  subject: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'unreachable') throw error;
    return [{ rule: `step:${step}`, subject, outcome: 'unknown', found: t('could not look'), reason: error.text }];
  }
}
