/** Settling a doubt: a person who has looked says what happened, with a reason that is recorded. */
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type ChangeState, inDoubt, type RunState } from '../records/run.ts';
import { type Ended, endedOf, recordFor } from './course.ts';
import { insistMayAct } from './gate.ts';
import { stateOf } from './undo.ts';

/** Ends one doubt. `happened` speaks of the deed, or of the undo where that is what is in doubt. */
export async function settle(
  run: string,
  change: string,
  happened: boolean,
  reason: string,
  session: Session,
): Promise<Ended> {
  if (reason.trim() === '') throw new Stop('usage', t('--reason needs some words: what was seen, and where.'));
  await insistMayAct(session);
  return session.world.keep.hold([run], { operator: session.operator, why: `settle ${run}` }, async () => {
    const state = await stateOf(run, session);
    const doubt = inDoubt(state).find(({ id }) => id === change);
    if (!doubt) throw notInDoubt(state, change);
    await insistItIsOver(session, doubt);
    return endedOf(await recordFor(session, state, settled(doubt, happened, reason)));
  });
}

function notInDoubt(state: RunState, change: string): Stop {
  const open = inDoubt(state)
    .map(({ id }) => id)
    .join(', ');
  const text = open
    ? t('Change {change} of run {run} is not in doubt; these are: {open}', { change, run: state.run, open })
    : t('No change of run {run} is in doubt.', { run: state.run });
  return new Stop('usage', text, { notDone: t('Nothing was recorded.'), next: [`gxops runbook runs ${state.run}`] });
}

async function insistItIsOver(session: Session, doubt: ChangeState): Promise<void> {
  for (const process of doubt.processes) {
    if (await session.world.look.alive(process).catch(() => undefined)) {
      throw new Stop(
        'refused',
        t('Process {pid} on {host} still runs; how it ends cannot be settled before it has.', {
          pid: process.pid,
          host: process.host,
        }),
        {
          notDone: t('Nothing was recorded.'),
        },
      );
    }
  }
}

function settled(doubt: ChangeState, happened: boolean, reason: string) {
  const { id: change, step } = doubt;
  const by = 'person' as const;
  const made = doubt.post === undefined ? {} : { post: doubt.post };
  const stands = { type: 'change.made' as const, step, data: { change, made, by, reason } };
  if (doubt.phase === 'undoing')
    return happened ? { type: 'change.undone' as const, step, data: { change, by, reason } } : stands;
  return happened
    ? stands
    : {
        type: 'change.failed' as const,
        step,
        data: { change, text: t('A person settled that it did not happen: {reason}', { reason }) },
      };
}
