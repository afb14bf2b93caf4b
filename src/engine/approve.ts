/** The approve step: the plan of the stretch it binds is made again each time, and only its very digest opens the gate. */
import type { Entry } from '../core/event.ts';
import { type Plan, shortCode } from '../core/plan.ts';
import type { ApproveStep } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type Approval, openSeats, standingOf, validGrants } from '../records/approvals.ts';
import { rosterOf } from '../records/roster.ts';
import { soberTime } from '../records/sober-time.ts';
import { type Course, type Ended, momentOf, record, suspend } from './course.ts';
import { approvalsIn, approvalsOf, insistOnAnother } from './gate.ts';
import { planOf, stretchAfter } from './plan.ts';
import { insistOnPurchaser, keepPlan, requestApproval } from './request.ts';

/** undefined: go on. Otherwise the run is suspended for a signature. */
export async function playApprove(course: Course, step: ApproveStep): Promise<Ended | undefined> {
  const { session, book, state } = course;
  const moment = momentOf(course);
  const seats = step.seats(moment);
  insistOnPurchaser(seats);
  const plan = await planOf(book, state.inputs, stretchAfter(book, step.id), seats, moment);
  insistOnKnowable(plan);
  if (plan.lines.every(({ item }) => item.kind === 'nothing')) return use(course, step, plan, []);
  const subject = step.subject?.(moment) ?? state.run;
  // One at a time under a subject: of two runs that both see an unused approval, one uses it.
  const holder = { operator: session.operator, why: `${book.name} ${state.run}` };
  return session.world.keep.hold([`approval-${subject}`], holder, () => judge(course, step, plan, subject));
}

function insistOnKnowable(plan: Plan): void {
  const waiting = plan.lines.find(({ certainty }) => typeof certainty === 'object');
  if (!waiting || typeof waiting.certainty !== 'object') return;
  throw new Stop(
    'refused',
    t(
      'The plan of step {step} cannot be known before step {until} has been done, so it cannot be approved together with it.',
      { step: waiting.step, until: waiting.certainty.until },
    ),
    {
      notDone: t('Nothing was asked and nothing was done.'),
      next: ['gxops runbook lint FILE'],
    },
  );
}

async function judge(course: Course, step: ApproveStep, plan: Plan, subject: string): Promise<Ended | undefined> {
  const { session, state } = course;
  const { keep } = session.world;
  const approvals = await approvalsOf(course, step, subject);
  const asked = approvals.findLast((one) => one.digest === plan.digest);
  if (!asked) return withoutRequest(course, step, plan, subject, approvals);
  const roster = await rosterOf(keep);
  const since = await keep.entries({ after: asked.request - 1 });
  insistOnAll(since, asked.request);
  const mine = approvalsIn(course, step, subject, since).find(({ request }) => request === asked.request) ?? asked;
  const now = soberTime(session.world.now(), since);
  switch (standingOf(mine, roster, now)) {
    case 'granted': {
      const grants = validGrants(mine, roster, now);
      insistOnAnother(course, grants);
      return use(
        course,
        step,
        plan,
        grants.map(({ seq }) => seq),
        subject,
      );
    }
    case 'waiting':
      return wait(course, step, subject, plan, openSeats(mine, roster, now).length);
    case 'used':
      if (mine.used?.run === state.run) return use(course, step, plan, [], subject);
      throw refused(
        t('The approval of {subject} was already used, by run {run}.', { subject, run: mine.used?.run ?? '' }),
        subject,
      );
    case 'rejected':
      throw refused(
        t('{subject} was rejected by {who}: {reason}', {
          subject,
          who: mine.rejected?.approver ?? '',
          reason: mine.rejected?.reason ?? '',
        }),
        subject,
      );
    case 'expired':
      return renew(course, step, plan, subject);
  }
}

/** Every entry since the request, each behind the one before: an index that leaves some out hides no use and no rejection. */
function insistOnAll(since: readonly Entry[], first: number): void {
  const whole = since.every(({ seq, prev }, i) => seq === first + i && (i === 0 || prev === since[i - 1]?.hash));
  if (whole && since.length > 0) return;
  throw new Stop('refused', t('The index of the journal leaves out entries behind no. {first}.', { first }), {
    notDone: t('Nothing was done.'),
    safe: t('The index holds nothing of its own: journal/index.sqlite may be deleted and is made again.'),
    next: ['gxops audit verify'],
  });
}

function refused(text: Stop['text'], subject: string): Stop {
  return new Stop('refused', text, { notDone: t('Nothing was done.'), next: [`gxops audit log --subject ${subject}`] });
}

async function withoutRequest(
  course: Course,
  step: ApproveStep,
  plan: Plan,
  subject: string,
  others: readonly Approval[],
): Promise<Ended> {
  const other = others.findLast((one) => one.grants.length > 0 && !one.used);
  if (other) {
    throw refused(
      t('What was approved ({approved}) is not what would be done now ({now}).', {
        approved: shortCode(other.digest),
        now: shortCode(plan.digest),
      }),
      subject,
    );
  }
  if (subject !== course.state.run)
    throw refused(t('{subject} has no open request for an approval of this plan.', { subject }), subject);
  await ask(course, step, plan, subject);
  return wait(course, step, subject, plan, plan.seats.length);
}

async function ask(course: Course, step: ApproveStep, plan: Plan, subject: string): Promise<void> {
  const { session, state } = course;
  const expires = step.expires ?? session.site.limits.approvalExpires;
  const seats = step.seats(momentOf(course));
  await requestApproval(
    plan,
    { subject, kind: subject === state.run ? 'run' : 'extract', title: state.title, seats, expires, run: state.run },
    { ...session, operator: state.operator },
  );
}

/** An expired approval never opens the gate; it is asked for again, so that the approver can sign anew. */
async function renew(course: Course, step: ApproveStep, plan: Plan, subject: string): Promise<Ended> {
  if (subject !== course.state.run) throw refused(t('The approval of {subject} has expired.', { subject }), subject);
  await ask(course, step, plan, subject);
  throw new Stop('refused', t('The approval of {subject} has expired. It was asked for again.', { subject }), {
    notDone: t('Nothing was done.'),
    next: [`gxops approve ${subject}`],
  });
}

function wait(course: Course, step: ApproveStep, subject: string, plan: Plan, seats: number): Promise<Ended> {
  const text = t('Waiting for {seats} signature(s) on {subject}, code {code}.', {
    seats,
    subject,
    code: shortCode(plan.digest),
  });
  const next = [`gxops approve ${subject}`, `gxops runbook resume ${course.state.run}`];
  return suspend(course, 'approval', 'waiting', text, next, step.id);
}

async function use(
  course: Course,
  step: ApproveStep,
  plan: Plan,
  grants: readonly number[],
  subject?: string,
): Promise<undefined> {
  const { session, state } = course;
  const file = await keepPlan(plan, state.run, session);
  const changes = plan.lines.filter(({ item }) => item.kind !== 'nothing').length;
  if (subject !== undefined && grants.length > 0) {
    const data = { digest: plan.digest, run: state.run, step: step.id, grants };
    for (const entry of await session.world.keep.append([{ type: 'approval.used', subject, run: state.run, data }]))
      session.tell(entry);
  }
  await record(course, { type: 'step.planned', step: step.id, data: { plan: file, digest: plan.digest, changes } });
  return undefined;
}
