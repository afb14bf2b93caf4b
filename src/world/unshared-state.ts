/** For databases whose sessions cannot share a state: each look sees its own. */
import type { DataState } from '../core/world.ts';

/** Every asking is another state, for nobody knows. */
export function unshared(): DataState {
  let count = 0;
  return { now: async () => `${++count}`, end: async () => undefined };
}
