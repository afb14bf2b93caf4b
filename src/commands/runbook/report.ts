/** How a run stands, as a Report: the same for run, resume, settle and rollback. */
import { summaryOf, targetOf } from '../../core/change.ts';
import type { Json } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import type { Report, Section } from '../../core/report.ts';
import type { Site } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';
import type { Ended } from '../../engine/course.ts';
import type { Rehearsal } from '../../engine/rehearse.ts';
import { type ChangeState, inDoubt, latestFindings, type Phase, type RunState } from '../../records/run.ts';

/** After `--execute`, resume or rollback. Data `{run, verdict, waitingFor?, inDoubt, findings, changes}`. */
export function endedReport(ended: Ended, { timeZone }: Site): Report {
  const { run, verdict, state, text, next } = ended;
  return {
    title: t('Run {run}: {title}', { run, title: state.title }),
    verdict,
    run,
    sections: [...(text ? [{ kind: 'text' as const, lines: [text] }] : []), ...stateSections(state, timeZone)],
    data: runData(ended),
    next,
  };
}

/** Facts for machines about how a run ended. */
export function runData({ run, verdict, state, waitingFor }: Ended): Record<string, Json> {
  return {
    run,
    verdict,
    ...(waitingFor ? { waitingFor: { ...waitingFor, kind: WAITS[waitingFor.kind] } } : {}),
    inDoubt: inDoubt(state).map(({ id, target, summary }) => ({ change: id, target, what: summary })),
    findings: latestFindings(state) as unknown as Json,
    changes: state.changes.map(({ id, step, target, kind, summary, phase }) => ({
      ...{ change: id, step, target, kind, what: summary, state: phase },
    })),
    artefacts: state.artefacts as unknown as Json,
  };
}

/** What is waited for, by the kind of step that waits. */
const WAITS = { approval: 'approve', answer: 'ask', decision: 'decision', watch: 'watch' } as const;

/** Doubts, findings, changes, artefacts and what remains, as far as there are any. */
function stateSections(state: RunState, timeZone: string): Section[] {
  const findings = latestFindings(state);
  const remaining = state.closed?.remaining ?? [];
  return [
    { kind: 'facts', facts: factsOf(state, timeZone) },
    ...doubtSection(state),
    ...(findings.length > 0 ? [{ kind: 'findings' as const, heading: t('Findings'), findings }] : []),
    ...(state.changes.length > 0 ? [changeTable(state.changes)] : []),
    ...artefactTable(state),
    ...(remaining.length > 0
      ? [{ kind: 'todo' as const, heading: t('What remains, in order'), items: remaining }]
      : []),
  ];
}

function factsOf(state: RunState, timeZone: string): [Text, Text][] {
  return [
    [t('runbook'), `${state.runbook} ${state.version}`],
    [t('digest'), state.digest],
    [t('obeys'), state.obeys.join('; ') || '–'],
    [t('neighbours'), state.neighbours.join('; ') || '–'],
    [t('opened by'), state.operator],
    [t('opened'), localTime(state.opened, timeZone)],
  ];
}

function doubtSection(state: RunState): Section[] {
  const doubts = inDoubt(state);
  if (doubts.length === 0) return [];
  const items = doubts.map(({ id, target, summary }) =>
    t('Look on {target} whether this happened: {summary}; then settle change {id}.', { target, summary, id }),
  );
  return [{ kind: 'todo', heading: t('In doubt'), items }];
}

const PHASES: Readonly<Record<Phase, Text>> = {
  intended: t('in doubt'),
  made: t('made'),
  failed: t('not made'),
  undoing: t('undo in doubt'),
  undone: t('undone'),
  'undo-failed': t('not undone'),
};

/** Each change with its target and where it stands. */
export function changeTable(changes: readonly ChangeState[]): Section {
  return {
    kind: 'table',
    heading: t('Changes'),
    columns: [t('change'), t('step'), t('target'), t('what'), t('state')],
    rows: changes.map(({ id, step, target, summary, phase }) => [id, step, target, summary, PHASES[phase]]),
  };
}

function artefactTable({ artefacts }: RunState): Section[] {
  if (artefacts.length === 0) return [];
  const rows = artefacts.map(({ path, rows: count, bytes, sha256 }) => [path, `${count}`, `${bytes}`, sha256]);
  return [{ kind: 'table', heading: t('Files made'), columns: [t('file'), t('rows'), t('bytes'), t('SHA-256')], rows }];
}

/** Without `--execute`. `again` is the command that does it. */
export function rehearsalReport(rehearsal: Rehearsal, again: string): Report {
  const { plan, findings, skipped, verdict } = rehearsal;
  const acts = plan.lines.some(({ item }) => item.kind !== 'nothing');
  return {
    title: t('Rehearsal of {title}: nothing was changed', { title: plan.runbook.title }),
    verdict,
    sections: [
      ...(findings.length > 0 ? [{ kind: 'findings' as const, heading: t('Findings'), findings }] : []),
      { kind: 'plan', heading: t('What would be done'), plan },
      ...(skipped.length > 0 ? [skippedTable(skipped)] : []),
    ],
    data: {
      run: null,
      verdict,
      digest: plan.digest,
      inDoubt: [],
      findings: findings as unknown as Json,
      changes: plan.lines.flatMap(({ step, certainty, item }) =>
        item.kind === 'change'
          ? [{ step, target: targetOf(item.change), kind: item.change.kind, what: summaryOf(item.change), certainty }]
          : [],
      ) as unknown as Json,
    },
    next: acts || findings.length === 0 ? [again] : [],
  };
}

function skippedTable(skipped: Rehearsal['skipped']): Section {
  const rows = skipped.map(({ step, reason }): Text[] => [step, reason]);
  return { kind: 'table', heading: t('Left out'), columns: [t('step'), t('because')], rows };
}
