/** Reading the journal is recorded too, wherever it can be written. */
import type { Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';

/** Records that `what` was read. Reading never blocks on it: where it fails, the section returned says so. */
export async function recordReading(session: Session, what: string): Promise<readonly Section[]> {
  try {
    await session.world.keep.append([{ type: 'audit.read', data: { what } }]);
    return [];
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    return [{ kind: 'text', lines: [t('Not recorded that this was read: {why}', { why: cause.text })] }];
  }
}
