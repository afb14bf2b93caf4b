/** The act step: the approved Changes, one at a time, then a look whether they did what they should. */
import { type Change, targetOf } from '../core/change.ts';
import { canonical } from '../core/json.ts';
import type { ActStep } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { shutTargets, windowText } from '../core/window.ts';
import { foldRuns, inDoubt } from '../records/run.ts';
import { type Course, heedSignal, holding, momentOf, within } from './course.ts';
import { perform } from './deed.ts';
import { approvedPlan } from './gate.ts';
import { found } from './look.ts';
import { changesIn } from './plan.ts';

/** Performs what is still to be performed, then verifies. */
export async function playAct(course: Course, step: ActStep): Promise<void> {
  const { changes, certain } = changesIn(await approvedPlan(course, step.id), step.id);
  const begun = course.state.changes.some((change) => change.step === step.id);
  if (!begun && certain) await sameStill(course, step, changes);
  const targets = [...new Set(changes.map(targetOf))];
  const why = `${course.book.name} ${course.state.run}`;
  if (changes.length > 0) await holding(course, targets, why, () => performAll(course, step, changes, targets));
  const findings = await within(course, step, step.verify(momentOf(course)));
  await found(course, step.id, findings, true);
}

async function performAll(
  course: Course,
  step: ActStep,
  changes: readonly Change[],
  targets: readonly string[],
): Promise<void> {
  await undoubted(course, targets);
  for (const [at, change] of changes.entries()) {
    const id = `${step.id}.${at + 1}`;
    if (course.state.changes.some((one) => one.id === id && one.phase === 'made')) continue;
    heedSignal(course.session);
    inWindow(course, targetOf(change));
    await perform(course, step.id, id, change);
  }
}

/** Facts may have moved between the approval and now: the plan is made again, and another one is refused. */
async function sameStill(course: Course, step: ActStep, approved: readonly Change[]): Promise<void> {
  const now = await step.plan(momentOf(course));
  if (canonical(now) === canonical(approved)) return;
  throw new Stop('refused', t('What step {step} would do now is no longer what was approved.', { step: step.id }), {
    notDone: t('Nothing of this step was done.'),
    safe: t('Start a new run to plan from what is there now.'),
    next: [`gxops rollback run ${course.state.run}`, `gxops runbook run ${course.book.name}`],
  });
}

function inWindow(course: Course, target: string): void {
  const { site, world } = course.session;
  if (shutTargets(site, [target], world.now()).length === 0) return;
  const windows = (site.windows[target] ?? site.windows.default ?? []).map(windowText).join(', ');
  throw new Stop(
    'refused',
    t('{target} may only be changed in its window: {windows} ({zone}).', { target, windows, zone: site.timeZone }),
    {
      notDone: t('The change was not begun.'),
      next: [`gxops runbook resume ${course.state.run}`],
    },
  );
}

/** A target with an unsettled doubt of another run, or reserved by another run's open watch, takes no further change. */
async function undoubted(course: Course, targets: readonly string[]): Promise<void> {
  if (targets.every((target) => course.clear.has(target))) return;
  const others = foldRuns(await course.session.world.keep.entries({ open: true })).filter(
    ({ run }) => run !== course.state.run,
  );
  for (const other of others) {
    const doubt = inDoubt(other).find(({ target }) => targets.includes(target));
    const watched =
      other.suspended?.why === 'watching' &&
      other.changes.some(({ target, phase }) => phase === 'made' && targets.includes(target));
    if (!doubt && !watched) continue;
    const values = { target: doubt?.target ?? targets.join(' '), run: other.run };
    const text = doubt
      ? t('Run {run} left a change to {target} in doubt.', values)
      : t('Run {run} is still watching what it changed on {target}.', values);
    throw new Stop('refused', text, {
      notDone: t('Nothing was changed.'),
      next: [`gxops runbook resume ${other.run}`],
    });
  }
  for (const target of targets) if (course.held.includes(target)) course.clear.add(target);
}
