/** The way back of a run, as a Report: what would be undone, newest first, and what cannot be. */
import { summaryOf } from '../../core/change.ts';
import type { Report, Section } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import type { UndoLine, UndoPlan } from '../../engine/undo.ts';
import { inDoubt } from '../../records/run.ts';

/** Verdict `findings` where something cannot be undone or is in doubt. Data as `runbook run`, each change with its way. */
export function undoReport({ state, lines }: UndoPlan): Report {
  const { run } = state;
  const doubts = inDoubt(state);
  const stuck = lines.filter(({ way }) => way === undefined);
  const verdict = stuck.length > 0 || doubts.length > 0 ? 'findings' : 'done';
  return {
    title: t('Rehearsal of the rollback of {run}: nothing was changed', { run }),
    verdict,
    run,
    sections: [summary(lines, stuck.length, doubts.length), ...table(lines)],
    data: {
      run,
      verdict,
      inDoubt: doubts.map(({ id, target, summary: what }) => ({ change: id, target, what })),
      findings: [],
      changes: lines.map(({ change, way }) => ({
        ...{ change: change.id, step: change.step, target: change.target, kind: change.kind },
        ...{ what: change.summary, state: change.phase, undo: way?.map(summaryOf) ?? null },
      })),
    },
    next: lines.length > 0 || doubts.length > 0 ? [`gxops rollback run ${run} --execute`] : [],
  };
}

function summary(lines: readonly UndoLine[], stuck: number, doubts: number): Section {
  const text: Text[] = [
    lines.length === 0
      ? t('Nothing of this run stands; there is nothing to undo.')
      : t('{count} change(s) stand and would be undone in this order.', { count: lines.length }),
    ...(stuck > 0 ? [t('{stuck} of them cannot be undone: the rollback would stop there, half-done.', { stuck })] : []),
    ...(doubts > 0 ? [t('{doubts} change(s) are in doubt and must be settled first.', { doubts })] : []),
  ];
  return { kind: 'text', lines: text };
}

function table(lines: readonly UndoLine[]): Section[] {
  if (lines.length === 0) return [];
  const rows = lines.map(({ change, way, because }): Text[] => [
    change.id,
    change.target,
    change.summary,
    way
      ? change.undo === 'pre-image'
        ? t('give back what was there before')
        : way.map(summaryOf).join('; ')
      : (because ?? ''),
  ]);
  return [
    { kind: 'table', heading: t('The way back'), columns: [t('change'), t('target'), t('what'), t('undo')], rows },
  ];
}
