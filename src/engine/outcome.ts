/** The outcome of a deed goes into the journal, or the failure to record it is said louder than anything else. */
import type { Draft } from '../core/event.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { ChangeState } from '../records/run.ts';
import { type Course, record } from './course.ts';

/** Records that a change was made or undone. If the journal cannot take it: Stop('in-doubt'), since only a look can tell from now on. */
export async function recordOutcome(
  course: Course,
  change: Pick<ChangeState, 'id' | 'summary'>,
  draft: Draft,
): Promise<void> {
  try {
    await record(course, draft);
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    throw auditIncomplete(course.state.run, change, cause);
  }
}

function auditIncomplete(run: string, { id, summary }: Pick<ChangeState, 'id' | 'summary'>, cause: Stop): Stop {
  const values = { what: summary, id, run, cause: cause.text };
  return new Stop(
    'in-doubt',
    t(
      'ACTION DONE, AUDIT INCOMPLETE: {what} (change {id} of run {run}) was done or undone, but the journal could not take its outcome: {cause}',
      values,
    ),
    {
      notDone: t('Nothing after it was begun.'),
      safe: t(
        'Its intent is recorded. Write this line down, make room for the journal, then resume: the run looks before it goes on.',
      ),
      next: [`gxops runbook resume ${run}`],
      cause,
    },
  );
}
