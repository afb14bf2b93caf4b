/** What stands open, as seen by one operator: pure, from folded records to lines with a command each. */
import { type Text, t } from '../../core/text.ts';
import { type Approval, refusalFor, standingOf } from '../../records/approvals.ts';
import type { Roster } from '../../records/roster.ts';
import type { ChangeState, RunState } from '../../records/run.ts';

export interface Standings {
  readonly runs: readonly RunState[];
  readonly approvals: readonly Approval[];
  readonly roster: Roster;
  /** '' where nobody is known. */
  readonly operator: string;
  readonly now: Date;
  when(at: string): string;
}

/** One open matter: `since` is ISO, `shown` the same for people. */
export interface Item {
  readonly id: string;
  readonly kind: 'approval' | 'run';
  readonly title: Text;
  readonly state: Text;
  readonly command: string;
  readonly since: string;
  readonly shown: string;
}

/** A change of which nobody knows whether it happened. */
export interface Doubt {
  readonly run: string;
  readonly change: string;
  readonly target: string;
  readonly what: string;
  readonly title: Text;
  readonly command: string;
}

interface Split {
  readonly yours: readonly Item[];
  readonly others: readonly Item[];
}

/** Changes of open runs whose intent or undo has no end. Resuming looks first, and asks only where looking cannot tell. */
export function doubtsOf({ runs }: Standings): Doubt[] {
  return runs.flatMap((run) => run.changes.filter(unended).map((change) => doubtOf(run, change)));
}

function unended({ phase }: ChangeState): boolean {
  return phase === 'intended' || phase === 'undoing';
}

function doubtOf({ run, suspended }: RunState, { id, target, summary }: ChangeState): Doubt {
  const command = suspended?.why === 'in-doubt' ? (suspended.next[0] ?? resume(run)) : resume(run);
  const title = t('find out whether it happened: {summary} on {target}', { summary, target });
  return { run, change: id, target, what: summary, title, command };
}

const resume = (run: string): string => `gxops runbook resume ${run}`;

/** Requests still open: `yours` are those that you may sign and did not ask for. */
export function ofApprovals(standings: Standings): Split {
  const yours: Item[] = [];
  const others: Item[] = [];
  for (const approval of newest(standings.approvals)) {
    const standing = standingOf(approval, standings.roster, standings.now);
    if (standing === 'granted' && approval.kind === 'extract') {
      (approval.requester === standings.operator ? yours : others).push(extractItem(approval, standings));
    }
    if (standing !== 'waiting') continue;
    const may = refusalFor(approval, standings.roster, standings.operator, standings.now) === undefined;
    (may ? yours : others).push(approvalItem(approval, standings));
  }
  return { yours, others };
}

/** A later request of the same subject replaces an earlier one. */
function newest(approvals: readonly Approval[]): Approval[] {
  return [...new Map(approvals.map((one) => [one.subject, one])).values()];
}

function approvalItem(approval: Approval, { when }: Standings): Item {
  return {
    id: approval.subject,
    kind: 'approval',
    title: approval.title,
    state: t('asked for by {who}, expires {at}', { who: approval.requester, at: when(approval.expires) }),
    command: `gxops approve ${approval.subject}`,
    since: approval.asked,
    shown: when(approval.asked),
  };
}

/** An approved extraction that nobody has run yet. */
function extractItem(approval: Approval, standings: Standings): Item {
  return {
    ...approvalItem(approval, standings),
    state: t('approved: can be run, by {who}', { who: approval.requester }),
    command: `gxops extract run ${approval.subject} --execute`,
  };
}

/** Open runs: `yours` are those you opened and can go on with now. */
export function ofRuns(standings: Standings): Split {
  const items = standings.runs.map((run) => ({ run, item: runItem(run, standings) }));
  const isYours = (run: RunState) => run.operator === standings.operator && !waitsForOthers(run, standings);
  return {
    yours: items.filter(({ run }) => isYours(run)).map(({ item }) => item),
    others: items.filter(({ run }) => !isYours(run)).map(({ item }) => item),
  };
}

function approvalOf({ run }: RunState, { approvals }: Standings): Approval | undefined {
  return approvals.findLast((one) => one.subject === run);
}

function waitsForOthers(run: RunState, standings: Standings): boolean {
  const approval = approvalOf(run, standings);
  if (run.suspended?.why !== 'approval' || approval === undefined) return false;
  return standingOf(approval, standings.roster, standings.now) === 'waiting';
}

function runItem(run: RunState, standings: Standings): Item {
  return {
    id: run.run,
    kind: 'run',
    title: run.title,
    state: stateOf(run, standings),
    command: resume(run.run),
    since: run.last,
    shown: standings.when(run.last),
  };
}

function stateOf(run: RunState, standings: Standings): Text {
  const who = { who: run.operator };
  const approval = approvalOf(run, standings);
  if (run.suspended === undefined) return t('under way or interrupted, by {who}', who);
  if (run.suspended.why !== 'approval' || approval === undefined) return run.suspended.text;
  const standing = standingOf(approval, standings.roster, standings.now);
  if (standing === 'granted') return t('approved: can go on, by {who}', who);
  if (standing === 'expired') return t('the approval has expired; resuming asks again, by {who}', who);
  if (standing === 'rejected')
    return t('the approval was refused, by {who}', { who: approval.rejected?.approver ?? '' });
  return t('waits for approval, opened by {who}', who);
}
