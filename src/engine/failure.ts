/** What happens when a step fails: one policy a step, its time-out included; nobody there means the unattended one. */
import type { Policy, Step } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { standing } from '../records/run.ts';
import { type Course, close, type Ended, record, suspend } from './course.ts';
import { unwind } from './undo.ts';

type Decided = Exclude<Policy, 'ask'> | 'retry';

/** 'again': the step is to be tried again. 'on': go on with the next step. Otherwise the run has ended or waits. */
export async function failed(course: Course, step: Step, stop: Stop): Promise<Ended | 'again' | 'on'> {
  const policy = step.onFail ?? 'ask';
  const decided = policy === 'ask' ? await decide(course, step, stop.text) : policy;
  await record(course, { type: 'step.failed', step: step.id, data: { text: stop.text, policy: decided } });
  const { run } = course.state;
  switch (decided) {
    case 'retry':
      return 'again';
    case 'continue':
      await record(course, noted(course, step, stop), { type: 'step.ended', step: step.id, data: {} });
      return 'on';
    case 'suspend':
      return suspend(
        course,
        'decision',
        'waiting',
        stop.text,
        [`gxops runbook resume ${run}`, `gxops rollback run ${run} --execute`],
        step.id,
      );
    case 'rollback':
      return standing(course.state).length === 0 ? close(course, 'failed', stop.text) : unwind(course, stop.text);
    case 'abort':
      return abort(course, stop.text);
  }
}

/** A step that failed and was passed over still shows in the verdict. */
function noted(course: Course, step: Step, stop: Stop) {
  const outcome = stop.verdict === 'unreachable' ? ('unknown' as const) : ('fail' as const);
  const earlier = course.state.findings[step.id] ?? [];
  const finding = {
    rule: `step:${step.id}`,
    subject: course.state.runbook,
    outcome,
    found: stop.text,
    reason: stop.text,
  };
  return { type: 'findings.made' as const, step: step.id, data: { findings: [...earlier, finding] } };
}

function abort(course: Course, text: Text): Promise<Ended> {
  const left = standing(course.state);
  if (left.length === 0) return close(course, 'failed', text);
  const remaining = left.map(({ target, summary }) =>
    t('Decide about what stands on {target}: {summary}', { target, summary }),
  );
  return close(course, 'half-done', text, remaining);
}

async function decide(course: Course, step: Step, text: Text): Promise<Decided> {
  const choices: { value: Decided; title: Text }[] = [
    { value: 'retry', title: t('try this step again') },
    { value: 'rollback', title: t('undo everything this run has changed') },
    { value: 'suspend', title: t('leave it as it is and decide later') },
    { value: 'abort', title: t('end the run; what stands, stands') },
  ];
  const message = t('Step {step} failed: {text} What now?', { step: step.id, text });
  try {
    return (await course.session.world.ask({ id: `${step.id}.failed`, kind: 'choice', message, choices })) as Decided;
  } catch (error) {
    if (error instanceof Stop && error.verdict === 'waiting') return step.unattended ?? 'suspend';
    throw error;
  }
}
