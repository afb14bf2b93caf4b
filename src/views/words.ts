/** The fixed vocabulary as sentences, so that every view and every language uses the same words. */
import type { Finding, Outcome } from '../core/finding.ts';
import type { Party, Role, Seat } from '../core/operator.ts';
import { type Text, t } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';

/** The word in the mark before a finding. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, Text>> = {
  pass: t('pass'),
  warn: t('warn'),
  fail: t('fail'),
  skip: t('skip'),
  unknown: t('unknown'),
  accepted: t('accepted'),
};

/** The word for the state the system is in. */
export const VERDICT_WORDS: Readonly<Record<Verdict, Text>> = {
  done: t('done'),
  findings: t('findings'),
  usage: t('not understood'),
  refused: t('refused'),
  waiting: t('waiting'),
  undone: t('undone'),
  'half-done': t('half-done'),
  'in-doubt': t('in doubt'),
  unreachable: t('unreachable'),
  failed: t('failed'),
  bug: t('our bug'),
  interrupted: t('interrupted'),
};

/** What a role is called. */
export const ROLE_WORDS: Readonly<Record<Role, Text>> = {
  data: t('data support'),
  system: t('system assurance'),
  app: t('application support'),
  approver: t('approver'),
  owner: t('business owner'),
  recipient: t('recipient'),
  security: t('security officer'),
  auditor: t('auditor'),
};

/** Whose person it is. */
export const PARTY_WORDS: Readonly<Record<Party, Text>> = {
  purchaser: t('purchaser'),
  contractor: t('contractor'),
  vendor: t('vendor'),
};

/** One signature: any of these roles, of that party. */
export function seatText(seat: Seat): Text {
  const roles = seat.roles
    .map((role) => ROLE_WORDS[role])
    .reduce<Text>((line, role) => (line === '' ? role : t('{one} or {other}', { one: line, other: role })), '');
  return seat.party === undefined ? roles : t('{roles} of the {party}', { roles, party: PARTY_WORDS[seat.party] });
}

/** Worst first: what a reader must see before anything else. */
const ORDER: readonly Outcome[] = ['fail', 'unknown', 'warn', 'accepted', 'pass', 'skip'];

/** Findings by weight, those of one weight in their own order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
}

/** How many of each outcome, worst first, only those that occur. */
export function tally(findings: readonly Finding[]): (readonly [Outcome, number])[] {
  return ORDER.map((outcome) => [outcome, findings.filter((one) => one.outcome === outcome).length] as const).filter(
    ([, count]) => count > 0,
  );
}

/** The labelled lines beneath a finding: what was found, wanted, why, and what to do. */
export function particulars(finding: Finding): (readonly [Text, Text])[] {
  const lines: [Text, Text | undefined][] = [
    [t('found'), finding.found],
    [t('wanted'), finding.outcome === 'pass' || finding.outcome === 'skip' ? undefined : finding.wanted],
    [t('reason'), finding.reason],
    [t('advice'), finding.advice],
  ];
  return lines.flatMap(([label, text]) => (text === undefined || text === '' ? [] : [[label, text] as const]));
}
