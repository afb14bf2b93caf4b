/** One state of a PostgreSQL database for several sessions: a transaction that stays open exports its snapshot to the others. */
import type { DataState } from '../core/world.ts';
import { openSession, type PostgresPlace, SNAPSHOT } from './postgres-session.ts';
import { isSqlState, type PostgresError, stopOf } from './postgres-stops.ts';
import { unshared } from './unshared-state.ts';

/** Milliseconds for which the exporting transaction may wait for its readers: longer than any window. */
const HELD = 24 * 3_600_000;

/**
 * The others see it as long as this is not ended. A server of the family that exports none: each session sees its own, and they are
 * counted as different ones.
 */
export async function postgresState(place: PostgresPlace): Promise<DataState> {
  const session = await openSession(place, HELD);
  try {
    const [row] = await session.ask('SELECT pg_catalog.pg_export_snapshot() AS snapshot');
    const snapshot = row?.snapshot ?? '';
    if (SNAPSHOT.test(snapshot)) return { snapshot, now: async () => 'one', end: () => session.wire.close() };
  } catch (error) {
    const { code = '' } = error as PostgresError;
    if (!isSqlState(code)) {
      await session.wire.close();
      throw stopOf(place.name, error, 0);
    }
  }
  await session.wire.close();
  return unshared();
}
