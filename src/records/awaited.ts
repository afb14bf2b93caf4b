/** The approval that a waiting run waits for, as it stands now and not as it stood when the run was suspended. */
import type { Approval } from './approvals.ts';
import type { RunState } from './run.ts';

/** What is signed for a run: the run itself, or the application that an extraction was approved by. */
export function subjectOf({ run, runbook, inputs }: RunState): string {
  return runbook === 'extract' && typeof inputs.id === 'string' ? inputs.id : run;
}

/** The newest request that a run waiting for an approval waits for; undefined where it waits for none. */
export function awaitedBy(run: RunState, approvals: readonly Approval[]): Approval | undefined {
  if (run.closed || run.suspended?.why !== 'approval') return undefined;
  const subject = subjectOf(run);
  return approvals.findLast((one) => one.subject === subject);
}
