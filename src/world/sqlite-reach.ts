/** Whether a SQLite database file can be opened and read. */
import { t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';

/** Opens it read-only and asks its version. */
export async function sqliteReach(file: string): Promise<Reach> {
  try {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const row = database
        .prepare('SELECT sqlite_version() AS version, (SELECT count(*) FROM sqlite_schema) AS tables')
        .get();
      return { ok: true, version: String(row?.version), mode: 'node:sqlite' };
    } finally {
      database.close();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, mode: 'node:sqlite', trouble: t('{file} cannot be read: {why}', { file, why }) };
  }
}
