/** `rollback show`: the way back of a run, looked at now. */
import type { Report } from '../../core/report.ts';
import { t } from '../../core/text.ts';
import { rehearseUndo } from '../../engine/undo.ts';
import type { Call } from '../command.ts';
import { changeTable } from '../runbook/report.ts';
import { runNamed } from '../runbook/resume.ts';
import { undoReport } from './plan.ts';

/** Data as `rollback run` without `--execute`. */
export async function run({ args, session }: Call): Promise<Report> {
  const state = await runNamed(args[0] ?? '', session);
  const report = undoReport(await rehearseUndo(state.run, session));
  const sections = state.changes.length > 0 ? [...report.sections, changeTable(state.changes)] : report.sections;
  return { ...report, title: t('The way back of {run}', { run: state.run }), sections };
}
