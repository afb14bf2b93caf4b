/** The steps that look or ask: check, ask, watch. */
import type { Finding } from '../core/finding.ts';
import type { Question } from '../core/question.ts';
import type { AskStep, CheckStep, Step, WatchStep } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type Course, type Ended, heedSignal, momentOf, record, suspend, within } from './course.ts';

/** Records what was found; where it `blocks`, a fail or unknown among it is a failed step. */
export async function found(
  course: Course,
  step: string,
  findings: readonly Finding[],
  blocks: boolean,
): Promise<void> {
  await record(course, { type: 'findings.made', step, data: { findings } });
  const bad = findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
  const [first] = bad;
  if (!blocks || !first) return;
  const verdict = bad.some(({ outcome }) => outcome === 'fail') ? 'failed' : 'unreachable';
  throw new Stop(
    verdict,
    t('{count} finding(s) of step {step} stand in the way, first {rule} on {subject}: {found}', {
      count: bad.length,
      step,
      rule: first.rule,
      subject: first.subject,
      found: first.found,
    }),
  );
}

/** A look with the step's time-out and retries. What could not be looked at is an unknown Finding, not a crash. */
export async function lookOrUnknown(
  course: Course,
  step: Step,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  for (let left = step.retry?.attempts ?? 0; ; left--) {
    try {
      return await within(course, step, look());
    } catch (error) {
      if (!(error instanceof Stop) || !['unreachable', 'failed'].includes(error.verdict)) throw error;
      heedSignal(course.session);
      if (left <= 0)
        return [
          {
            rule: `step:${step.id}`,
            subject: course.state.runbook,
            outcome: 'unknown',
            found: t('could not look'),
            reason: error.text,
          },
        ];
      await course.session.world.wait(step.retry?.delay ?? 0, course.session.signal);
      heedSignal(course.session);
    }
  }
}

export async function playCheck(course: Course, step: CheckStep): Promise<void> {
  const findings = await lookOrUnknown(course, step, () => step.look(momentOf(course)));
  await found(course, step.id, findings, step.blocks);
}

export async function playAsk(course: Course, step: AskStep): Promise<void> {
  if (step.id in course.state.answers) return;
  const question = { ...step.question(momentOf(course)), id: step.id } as Question;
  const answer = await course.session.world.ask(question);
  // A secret is used in the moment it is given; what is recorded is only that it was.
  await record(course, {
    type: 'answer.given',
    step: step.id,
    data: { answer: question.kind === 'secret' ? true : answer },
  });
  if (question.kind === 'confirm' && answer !== true) {
    throw new Stop('refused', t('Declined at step {step}.', { step: step.id }), {
      notDone: t('Nothing after it was done.'),
    });
  }
}

/** Probes until its time is over. An interruption suspends it: its targets stay reserved and one probe a resume goes on. */
export async function playWatch(course: Course, step: WatchStep): Promise<Ended | undefined> {
  const { world, signal } = course.session;
  const ends = Date.parse(course.state.began[step.id] ?? world.now().toISOString()) + step.during;
  let [failures, inconclusive] = [0, 0];
  for (;;) {
    const findings = await lookOrUnknown(course, step, () => step.probe(momentOf(course)));
    await found(course, step.id, findings, false);
    const outcomes = new Set(findings.map(({ outcome }) => outcome));
    if (outcomes.has('fail')) failures++;
    else if (outcomes.has('warn') || outcomes.has('unknown')) inconclusive++;
    if (failures > step.failureLimit) throw blocked(step, failures);
    if (inconclusive > step.inconclusiveLimit) return undecided(course, step, inconclusive);
    if (world.now().getTime() >= ends) return undefined;
    await world.wait(Math.min(step.every, Math.max(0, ends - world.now().getTime())), signal);
    if (signal.aborted)
      return suspend(
        course,
        'watching',
        'interrupted',
        t('The watch of step {step} was interrupted.', { step: step.id }),
        undefined,
        step.id,
      );
  }
}

function blocked(step: WatchStep, failures: number): Stop {
  return new Stop(
    'failed',
    t('The business is blocked: {failures} failed probe(s) in step {step}.', { failures, step: step.id }),
  );
}

function undecided(course: Course, step: WatchStep, inconclusive: number): Promise<Ended> {
  const text = t('{inconclusive} probe(s) of step {step} told neither good nor bad; a person must decide.', {
    inconclusive,
    step: step.id,
  });
  const { run } = course.state;
  return suspend(
    course,
    'decision',
    'waiting',
    text,
    [`gxops runbook resume ${run}`, `gxops rollback run ${run} --execute`],
    step.id,
  );
}
