/** What a trial's commands have done and not undone, so that probes are answered and the end can be compared with the beginning. */
import type { Change } from '../core/change.ts';
import type { Runbook } from '../core/runbook.ts';
import type { Output } from '../core/world.ts';

/** Commands in force: a change's argv until its undo ran. */
export interface Effects {
  readonly undoes: Map<string, string[]>;
  readonly inForce: string[];
  /** Act steps: only while one is at work does a probe ask. */
  readonly acting: Set<string>;
  /** A probe's argv -> the change it asks about, and what yes looks like. */
  readonly probes: Map<string, { readonly change: string; readonly yes: Output }>;
}

/** Nothing done yet. */
export function noEffects(): Effects {
  return { undoes: new Map(), inForce: [], acting: new Set(), probes: new Map() };
}

/** A probe of a change not in force says no; everything else what the setting knows, or yes. */
export function answered(
  effects: Effects,
  step: string,
  host: string,
  argv: readonly string[],
  known: Output | undefined,
): Output {
  const probe = effects.probes.get(keyOf(host, argv));
  if (probe === undefined || !effects.acting.has(step)) return known ?? { code: 0, stdout: '', stderr: '' };
  if (effects.inForce.includes(probe.change)) return known ?? probe.yes;
  return { code: probe.yes.code === 0 ? 1 : 0, stdout: '', stderr: '' };
}

function keyOf(host: string, argv: readonly string[]): string {
  return JSON.stringify([host, ...argv]);
}

/** A command was done: an undo ends what it undoes, a change is in force from now on. Its exit code. */
export function ran(effects: Effects, host: string, argv: readonly string[]): number {
  const key = keyOf(host, argv);
  const undone = effects.inForce.findLastIndex((made) => effects.undoes.get(made)?.includes(key) === true);
  if (undone >= 0) effects.inForce.splice(undone, 1);
  else if (effects.undoes.has(key)) effects.inForce.push(key);
  return 0;
}

/** The runbook with its plans counted and the undos of its commands noted. */
export function counting(book: Runbook, { undoes, probes, acting }: Effects, deeds: Map<string, number>): Runbook {
  const note = (change: Change) => {
    if (change.kind !== 'command') return;
    const way = 'irreversible' in change.undo ? [] : change.undo;
    const keys = way.flatMap((back) => (back.kind === 'command' ? [keyOf(back.host, back.argv)] : []));
    const key = keyOf(change.host, change.argv);
    undoes.set(key, keys);
    if (change.probe?.kind !== 'command') return;
    const { look, code = 0, stdout = '' } = change.probe;
    probes.set(keyOf(look.host, look.argv), { change: key, yes: { code, stdout, stderr: '' } });
  };
  const steps = book.steps.map((step) => {
    if (step.kind !== 'act') return step;
    const plan: typeof step.plan = async (moment) => {
      const changes = await step.plan(moment);
      acting.add(step.id);
      deeds.set(step.id, Math.max(deeds.get(step.id) ?? 0, changes.length));
      for (const change of changes) note(change);
      return changes;
    };
    return { ...step, plan };
  });
  return { ...book, steps };
}
