/** Answers given beforehand for steps: each must belong to a step that can ask. */
import { nearest } from './nearest.ts';
import type { Step } from './runbook.ts';
import { Stop } from './stop.ts';
import { t } from './text.ts';

/**
 * Stop('usage') for the first name (`--answer NAME=VALUE`) that no question of these steps has. An `ask` step asks under its own id;
 * a step whose policy is `ask` asks under `<id>.failed` should it fail. Called before a run begins or goes on.
 */
export function insistOnSteps(names: readonly string[], steps: readonly Step[], next: readonly string[] = []): void {
  const asking = steps.filter(({ kind }) => kind === 'ask').map(({ id }) => id);
  const failing = steps.filter(({ onFail }) => (onFail ?? 'ask') === 'ask').map(({ id }) => `${id}.failed`);
  const stray = names.find((name) => !asking.includes(name) && !failing.includes(name));
  if (stray === undefined) return;
  const near = nearest(stray, [...asking, ...failing]);
  const hint = near === undefined ? '' : t(' Did you mean {near}?', { near });
  const allowed = asking.join(', ') || '-';
  throw new Stop(
    'usage',
    t('--answer {step}=…: no step of that name asks anything; steps that ask: {allowed}.{hint}', {
      step: stray,
      allowed,
      hint,
    }),
    { notDone: t('Nothing was begun.'), next },
  );
}
