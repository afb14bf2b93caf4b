/** `runbook runs`: the runs of this site, newest first, or one of them in full. */
import { localTime } from '../../core/local-time.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { foldRun, inDoubt, type RunState } from '../../records/run.ts';
import type { Call } from '../command.ts';
import { endedReport } from './report.ts';
import { runNamed } from './resume.ts';
import { standingNow } from './standing.ts';

/** Data `{runs: [{run, runbook, state, operator, opened, last, inDoubt}]}`, or a run's own data. */
export async function run({ args, options, session }: Call): Promise<Report> {
  if (args[0] !== undefined)
    return {
      ...endedReport(await standingNow(await runNamed(args[0], session), session), session.site),
      verdict: 'done',
    };
  const most = mostOf(options.last);
  const { keep } = session.world;
  const query = options.open === true ? { open: true } : {};
  const opened = await keep.entries({ ...query, types: ['run.opened'], last: most });
  const states = await statesOf(opened.map(({ body }) => body.run ?? '').reverse(), session);
  const open = states.find(({ closed }) => !closed);
  return {
    title: t('Runs: {count}', { count: states.length }),
    verdict: 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Runs'),
        columns: [t('run'), t('runbook'), t('state'), t('by'), t('opened')],
        rows: states.map((state) => rowOf(state, session.site.timeZone)),
      },
    ],
    data: { runs: states.map(dataOf) },
    ...(open ? { next: [`gxops runbook runs ${open.run}`, ...(await standingNow(open, session)).next] } : {}),
  };
}

/** The states of runs by id; ids without a record are left out. */
export async function statesOf(ids: readonly string[], session: Session): Promise<RunState[]> {
  const states: RunState[] = [];
  for (const run of new Set(ids)) {
    const state = foldRun(await session.world.keep.entries({ run }));
    if (state) states.push(state);
  }
  return states;
}

function mostOf(given: unknown): number {
  if (given === undefined) return 20;
  if (/^[1-9]\d{0,4}$/.test(String(given))) return Number(given);
  throw new Stop('usage', t('--last: “{given}” does not fit. Allowed: 1 to 99999.', { given: String(given) }));
}

/** closed: its verdict; else why it stands still; `open` where nobody said. */
export function standOf(state: RunState): string {
  if (state.closed) return state.closed.verdict;
  return inDoubt(state).length > 0 ? 'in-doubt' : (state.suspended?.why ?? 'open');
}

/** As much as an 80-column screen holds with the run in one piece, so that it can be copied. */
function rowOf(state: RunState, timeZone: string): Text[] {
  return [state.run, state.runbook, standOf(state), state.operator, localTime(state.opened, timeZone)];
}

function dataOf(state: RunState) {
  const { run, runbook, operator, opened, last } = state;
  return { run, runbook, state: standOf(state), operator, opened, last, inDoubt: inDoubt(state).length };
}
