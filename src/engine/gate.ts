/** The gate before every deed: the stored plan is proven to be the approved one, by the signatures and not by the record's word. */
import type { Entry } from '../core/event.ts';
import { canonical } from '../core/json.ts';
import { type Plan, planDigest } from '../core/plan.ts';
import type { ApproveStep, Step } from '../core/runbook.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type Approval, foldApprovals, type Grant, openSeats, validGrants } from '../records/approvals.ts';
import { rosterOf } from '../records/roster.ts';
import { type Course, fetchOnce, momentOf } from './course.ts';

const APPROVAL_TYPES = ['approval.requested', 'approval.granted', 'approval.rejected', 'approval.used'] as const;

/** The requests under a subject that ask for the very seats of the step; one that asks for others was not ours and opens nothing. */
export async function approvalsOf(course: Course, step: ApproveStep, subject: string): Promise<Approval[]> {
  const entries = await course.session.world.keep.entries({ subject, types: APPROVAL_TYPES });
  return approvalsIn(course, step, subject, entries);
}

/** The same among given entries. */
export function approvalsIn(course: Course, step: ApproveStep, subject: string, entries: readonly Entry[]): Approval[] {
  const { state } = course;
  const seats = canonical(step.seats(momentOf(course)));
  return foldApprovals(entries.filter(({ body }) => body.subject === subject)).filter(
    (one) => canonical(one.seats) === seats && (subject !== state.run || one.requester === state.operator),
  );
}

/** 三员分立: the security officer and the auditor look and approve; deeds are for those whom they watch. An unknown operator is none of ours. */
export async function insistMayAct(session: Session): Promise<void> {
  const who = session.operator;
  const operator = (await rosterOf(session.world.keep)).get(who);
  if (!operator?.roles.some((role) => role === 'security' || role === 'auditor')) return;
  throw new Stop(
    'refused',
    t('{who} holds the role security or auditor, which looks and approves but does not act (三员分立).', { who }),
    { notDone: t('Nothing was done.'), next: ['gxops operator list'] },
  );
}

/** Who approves does not carry out, and who carries out does not approve. */
export function insistOnAnother(course: Course, grants: readonly Pick<Grant, 'approver'>[]): void {
  const { session, state } = course;
  const both = grants.find(({ approver }) => approver === session.operator || approver === state.operator);
  if (!both) return;
  const opener = grants.some(({ approver }) => approver === state.operator) ? '' : ` --as ${state.operator}`;
  throw new Stop(
    'refused',
    t('{who} approved it and cannot carry it out; another person must.', { who: both.approver }),
    {
      notDone: t('Nothing was done.'),
      safe: t('The approval stands unused.'),
      next: [`gxops runbook resume ${state.run}${opener}`],
    },
  );
}

/** The plan of the approve step that covers a step; Stop('refused') where none does, or its approval is not proven. */
export async function approvedPlan(course: Course, step: string): Promise<Plan> {
  const before = course.book.steps.slice(
    0,
    course.book.steps.findIndex(({ id }) => id === step),
  );
  const gate = before.findLast(isGate);
  const stored = gate && course.state.plans[gate.id];
  if (!stored) throw refused(course, t('Step {step} has no approve step before it.', { step }));
  const plan = await fetchOnce<Plan>(course, stored.plan);
  if (course.proven.has(stored.digest)) return plan;
  if (planDigest(plan) !== stored.digest)
    throw refused(course, t('The stored plan of step {step} is not the one its digest names.', { step: gate.id }));
  if (plan.lines.some(({ item }) => item.kind !== 'nothing')) await insistOnUse(course, gate, stored.digest);
  course.proven.add(stored.digest);
  return plan;
}

function isGate(step: Step): step is ApproveStep {
  return step.kind === 'approve';
}

/** This run used an approval of this digest, and its signatures filled every seat when it did. */
async function insistOnUse(course: Course, gate: ApproveStep, digest: string): Promise<void> {
  const { session, state } = course;
  const subject = gate.subject?.(momentOf(course)) ?? state.run;
  for (const one of await approvalsOf(course, gate, subject)) {
    if (one.digest !== digest || one.used?.run !== state.run || one.used.step !== gate.id) continue;
    const [roster, at] = [await rosterOf(session.world.keep, one.used.seq), new Date(one.used.at)];
    if (openSeats(one, roster, at).length > 0) continue;
    insistOnAnother(course, validGrants(one, roster, at));
    return;
  }
  throw refused(course, t('No valid approval stands behind the plan of step {step}.', { step: gate.id }));
}

function refused(course: Course, text: Stop['text']): Stop {
  return new Stop('refused', text, {
    notDone: t('Nothing was done.'),
    safe: t('What the run has done so far stands and can be rolled back.'),
    next: [`gxops audit log --run ${course.state.run}`, 'gxops audit verify --strict'],
  });
}
