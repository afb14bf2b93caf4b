/** A bounded look: whatever hangs behind a firewall does not hold up the rest. */
import type { Session } from '../../core/session.ts';
import type { Look } from '../../core/world.ts';

/** Longest that one target or driver may take, milliseconds. */
const PATIENCE = 20_000;

/** The look's answer, or undefined where there was none in time. */
export async function within<T>({ world }: Session, work: (look: Look) => Promise<T>): Promise<T | undefined> {
  const enough = new AbortController();
  const late = world.wait(PATIENCE, enough.signal).then(() => undefined);
  try {
    return await Promise.race([work(world.look), late]);
  } finally {
    enough.abort();
  }
}
