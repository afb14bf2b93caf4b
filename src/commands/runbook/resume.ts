/** `runbook resume`: goes on where a run stands; a finished one reports again. */
import { nearest } from '../../core/nearest.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { endedOf } from '../../engine/course.ts';
import { resume } from '../../engine/run.ts';
import { foldRun, type RunState } from '../../records/run.ts';
import type { Call } from '../command.ts';
import { bookOfRun } from './find.ts';
import { endedReport } from './report.ts';
import { insistOnAnswers } from './run.ts';

/** Continues what `--execute` began, so it needs no flag of its own; exits with the run's verdict. */
export async function run(call: Call): Promise<Report> {
  const { args, session } = call;
  const state = await runNamed(args[0] ?? '', session);
  if (state.closed) return endedReport(endedOf(state), session.site);
  insistOnOperator(session);
  const book = await bookOfRun(state, session);
  insistOnAnswers(call, book);
  return endedReport(await resume(state.run, book, session), session.site);
}

/** What changes something needs a name to record it under. */
export function insistOnOperator(session: Session): void {
  if (session.operator !== '') return;
  throw new Stop('refused', t('No operator is mapped to this OS account, and --as names none.'), {
    notDone: t('Nothing was done.'),
    next: ['gxops operator list'],
  });
}

/** A run's state; Stop('usage') for an id of another form, or with the nearest for an unknown one. */
export async function runNamed(id: string, session: Session): Promise<RunState> {
  const rest = { notDone: t('Nothing was done.'), next: ['gxops runbook runs'] };
  const formed = /^R-\d{8}-[0-9A-Z]{4,8}$/.test(id);
  const { keep } = session.world;
  const state = formed ? foldRun(await keep.entries({ run: id })) : undefined;
  if (state) return state;
  const known = (await keep.entries({ types: ['run.opened'], last: 500 })).map(({ body }) => body.run ?? '');
  const near = nearest(id, known);
  if (!near && !formed)
    throw new Stop('usage', t('RUN: “{id}” is no run. Allowed: R-… as `gxops runbook runs` lists them.', { id }), rest);
  const text = near
    ? t('RUN: there is no run {id}. Did you mean {near}?', { id, near })
    : t('RUN: there is no run {id}.', { id });
  throw new Stop('usage', text, rest);
}
