/** The run's own snapshot of its runbook: taken when it opens, compared when it resumes. */
import { canonical, digestOf } from '../core/json.ts';
import type { Runbook } from '../core/runbook.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { RunState } from '../records/run.ts';
import { fetchJson } from './course.ts';

/** The places at which two JSON values differ, as paths; at most `limit`. */
export function differences(a: unknown, b: unknown, path = '', limit = 5): string[] {
  if (canonical(a ?? null) === canonical(b ?? null)) return [];
  const composite = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (!composite(a) || !composite(b) || Array.isArray(a) !== Array.isArray(b)) return [path || '(whole)'];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const at = (value: object, key: string) => (value as Record<string, unknown>)[key];
  return keys
    .flatMap((key) => differences(at(a, key), at(b, key), path ? `${path}.${key}` : key, limit))
    .slice(0, limit);
}

/** Stores the definition for a new run; the path and digest go into `run.opened`. */
export async function snapshot(book: Runbook, run: string, session: Session) {
  const bytes = Buffer.from(canonical(book.definition), 'utf8');
  return session.world.keep.store(`runs/${run}/runbook.json`, bytes);
}

/** Refuses to continue a run with another definition than it was opened with, naming where they differ. */
export async function sameDefinition(book: Runbook, state: RunState, session: Session): Promise<void> {
  if (digestOf(book.definition) === state.digest) return;
  const taken = await fetchJson<unknown>(session, state.definition);
  const places = differences(taken, book.definition).join(', ');
  throw new Stop(
    'refused',
    t('Runbook {name} has changed since run {run} was opened; it differs at: {places}.', {
      name: state.runbook,
      run: state.run,
      places,
    }),
    {
      notDone: t('Nothing was continued.'),
      safe: t('What the run has done so far stands and can be rolled back.'),
      next: [`gxops rollback run ${state.run}`, `gxops runbook run ${state.runbook}`],
    },
  );
}
