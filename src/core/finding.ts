/** The result of looking. */
import type { Text } from './text.ts';

/**
 * `skip`: not applicable, `reason` names the deciding fact. `unknown`: could not look, or a person must; never a pass.
 * `accepted`: a fail under a recorded, unexpired exception.
 */
export type Outcome = 'pass' | 'warn' | 'fail' | 'skip' | 'unknown' | 'accepted';

export interface Finding {
  /** Stable id of the rule or check, e.g. `LNX-ID-05`. */
  readonly rule: string;
  /** What was looked at, e.g. `host:sandbox` or `host:sandbox /etc/login.defs`. */
  readonly subject: string;
  readonly outcome: Outcome;
  readonly title?: Text;
  readonly found: Text;
  readonly wanted?: Text;
  /** Why skip, unknown or accepted; required for those by a test. */
  readonly reason?: Text;
  readonly advice?: Text;
}

/** The latest Finding per rule and subject, in order of first sight: what a verdict is judged by. */
export function latest(findings: Iterable<Finding>): Finding[] {
  const bySubject = new Map<string, Finding>();
  for (const finding of findings) bySubject.set(`${finding.rule}\0${finding.subject}`, finding);
  return [...bySubject.values()];
}

/** done: all pass (skip and accepted do not count); findings: a warn or fail stands; unreachable: only unknowns stand in the way. */
export function judged(findings: Iterable<Finding>): 'done' | 'findings' | 'unreachable' {
  const outcomes = new Set(latest(findings).map((finding) => finding.outcome));
  if (outcomes.has('fail') || outcomes.has('warn')) return 'findings';
  return outcomes.has('unknown') ? 'unreachable' : 'done';
}
