/** Which state of a SQLite file a reader would see: SQLite counts, for a connection that stays open, what others have changed. */
import type { DataState } from '../core/world.ts';
import { openReadOnly } from './sqlite-open.ts';

/** Equal numbers are one state (PRAGMA data_version, sqlite.org/pragma.html): nothing was committed in between. */
export function sqliteState(file: string): DataState {
  const database = openReadOnly(file);
  database.setAuthorizer(null);
  const version = database.prepare('PRAGMA data_version');
  return {
    now: async () => String(version.get()?.data_version),
    end: async () => database.close(),
  };
}
