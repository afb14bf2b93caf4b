/** What stands open, as seen by one operator: pure, from folded records to lines with a command each. */
import { type Text, t } from '../../core/text.ts';
import { type Approval, refusalFor, standingOf } from '../../records/approvals.ts';
import { awaitedBy, subjectOf } from '../../records/awaited.ts';
import type { Roster } from '../../records/roster.ts';
import type { ChangeState, RunState } from '../../records/run.ts';
import { approveCommand } from '../../records/signers.ts';

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
  readonly kind: 'approval' | 'run' | 'extract';
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

/** Requests still open: `yours` are those that you may sign and did not ask for. A run's that you may not sign is told as the run. */
export function ofApprovals(standings: Standings): Split {
  const yours: Item[] = [];
  const others: Item[] = [];
  for (const approval of newest(standings.approvals)) {
    const standing = standingOf(approval, standings.roster, standings.now);
    if (standing === 'granted' && approval.kind === 'extract' && !ofRun(approval, standings)) {
      (approval.requester === standings.operator ? yours : others).push(extractItem(approval, standings));
    }
    if (standing !== 'waiting') continue;
    const may = refusalFor(approval, standings.roster, standings.operator, standings.now) === undefined;
    if (may) yours.push(approvalItem(approval, standings));
    else if (!ofRun(approval, standings)) {
      const command = approveCommand(approval, standings.roster, standings.now);
      others.push({ ...approvalItem(approval, standings), command });
    }
  }
  return { yours, others };
}

/** A run that waits for it is listed: once is enough. */
function ofRun({ subject }: Approval, { runs }: Standings): boolean {
  return runs.some((run) => run.suspended?.why === 'approval' && subjectOf(run) === subject);
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
  const items = standings.runs
    .filter((run) => !isYoursToSign(run, standings))
    .map((run) => ({ run, item: runItem(run, standings) }));
  const isYours = (run: RunState) => run.operator === standings.operator && !waitsForOthers(run, standings);
  return {
    yours: items.filter(({ run }) => isYours(run)).map(({ item }) => item),
    others: items.filter(({ run }) => !isYours(run)).map(({ item }) => item),
  };
}

function approvalOf(run: RunState, { approvals }: Standings): Approval | undefined {
  return awaitedBy(run, approvals);
}

function waitsForOthers(run: RunState, standings: Standings): boolean {
  const approval = approvalOf(run, standings);
  if (run.suspended?.why !== 'approval' || approval === undefined) return false;
  return standingOf(approval, standings.roster, standings.now) === 'waiting';
}

/** Listed once, as the approval: that is what this person can do about it. */
function isYoursToSign(run: RunState, standings: Standings): boolean {
  if (!waitsForOthers(run, standings)) return false;
  const approval = approvalOf(run, standings);
  const { roster, operator, now } = standings;
  return approval !== undefined && refusalFor(approval, roster, operator, now) === undefined;
}

function runItem(run: RunState, standings: Standings): Item {
  const approval = approvalOf(run, standings);
  return {
    id: run.run,
    kind: 'run',
    title: run.title,
    state: stateOf(run, standings),
    command:
      approval && waitsForOthers(run, standings)
        ? approveCommand(approval, standings.roster, standings.now)
        : resume(run.run),
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
