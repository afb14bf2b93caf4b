/** `rollback run`: rehearses the way back of a run; with --execute goes it, each step verified. */
import type { Report } from '../../core/report.ts';
import { endedOf } from '../../engine/course.ts';
import { rehearseUndo, undo } from '../../engine/undo.ts';
import type { Call } from '../command.ts';
import { endedReport } from '../runbook/report.ts';
import { runNamed } from '../runbook/resume.ts';
import { undoReport } from './plan.ts';

/** Exits with the run's verdict after `--execute`; an undone run reports again. */
export async function run({ args, execute, session }: Call): Promise<Report> {
  const state = await runNamed(args[0] ?? '', session);
  if (state.closed?.verdict === 'undone') return endedReport(endedOf(state), session.site);
  if (!execute) return undoReport(await rehearseUndo(state.run, session));
  return endedReport(await undo(state.run, session), session.site);
}
