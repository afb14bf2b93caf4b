/** `runbook settle`: a person who has looked says whether a change in doubt happened. */
import { notAllowed } from '../../core/nearest.ts';
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { settle } from '../../engine/settle.ts';
import { inDoubt } from '../../records/run.ts';
import type { Call } from '../command.ts';
import { endedReport } from './report.ts';
import { runNamed } from './resume.ts';

/** Ends `done` when recorded; how the run stands now is in data.verdict. */
export async function run({ args, options, session }: Call): Promise<Report> {
  const state = await runNamed(args[0] ?? '', session);
  const change = args[1] ?? '';
  const doubts = inDoubt(state).map(({ id }) => id);
  if (doubts.length > 0 && !doubts.includes(change))
    throw notAllowed('CHANGE', change, doubts, [`gxops runbook runs ${state.run}`]);
  const happened = options.happened === true;
  const rest = {
    notDone: t('Nothing was recorded.'),
    next: [`gxops runbook settle ${state.run} ${change} --happened --reason '…'`],
  };
  if (happened === (options.didNot === true))
    throw new Stop('usage', t('Exactly one of --happened and --did-not is needed.'), rest);
  const reason = typeof options.reason === 'string' ? options.reason.trim() : '';
  if (reason === '' || reason.length > 500)
    throw new Stop(
      'usage',
      t('--reason is missing. Allowed: some words, 500 characters at most; they are recorded.'),
      rest,
    );
  const report = endedReport(await settle(state.run, change, happened, reason, session), session.site);
  return { ...report, verdict: 'done' };
}
