/** Which part of the world performs which kind of Change. */
import type { Change, Made } from '../core/change.ts';
import { t } from '../core/text.ts';
import type { Hooks } from '../core/world.ts';
import { notDone } from './carrier.ts';
import type { Hosts } from './hosts.ts';

/** Performs one Change; every Stop tells in `detail.data.state` whether it surely did not happen. */
export async function performChange(hosts: () => Promise<Hosts>, change: Change, hooks: Hooks): Promise<Made> {
  if (change.kind === 'command' || change.kind === 'file') return (await hosts()).perform(change, hooks);
  throw notDone('refused', t('there is no performer for {kind} changes in this version', { kind: change.kind }));
}
