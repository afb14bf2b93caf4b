/** `rollback list`: runs whose changes stand. */
import type { Report } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import { type RunState, standing } from '../../records/run.ts';
import type { Call } from '../command.ts';
import { standOf, statesOf } from '../runbook/runs.ts';

const MOST = 200;

/** Data `{runs: [{run, runbook, state, standing, irreversible}]}`, newest first; runs further back than 200 are left out and said so. */
export async function run({ session }: Call): Promise<Report> {
  const made = await session.world.keep.entries({ types: ['change.made'] });
  const ids = [...new Set(made.map(({ body }) => body.run ?? ''))].reverse();
  const states = (await statesOf(ids.slice(0, MOST), session)).filter((state) => standing(state).length > 0);
  const left = Math.max(0, ids.length - MOST);
  return {
    title: t('Runs whose changes stand: {count}', { count: states.length }),
    verdict: 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Runs'),
        columns: [t('run'), t('runbook'), t('state'), t('changes that stand'), t('without a way back')],
        rows: states.map(rowOf),
      },
      ...(left > 0 ? [{ kind: 'text' as const, lines: [t('{left} older run(s) were not looked at.', { left })] }] : []),
    ],
    data: { runs: states.map(dataOf), left },
    ...(states[0] ? { next: [`gxops rollback show ${states[0].run}`] } : {}),
  };
}

const stuck = (state: RunState): number => standing(state).filter(({ undo }) => typeof undo === 'object').length;

function rowOf(state: RunState): Text[] {
  return [state.run, state.runbook, standOf(state), `${standing(state).length}`, `${stuck(state)}`];
}

function dataOf(state: RunState) {
  const { run, runbook } = state;
  return { run, runbook, state: standOf(state), standing: standing(state).length, irreversible: stuck(state) };
}
