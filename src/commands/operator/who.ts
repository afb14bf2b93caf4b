/** Who acts: the operator that was named, else the one mapped to the OS account. */
import type { Keep } from '../../core/world.ts';
import { operatorOf, rosterOf } from '../../records/roster.ts';
import { insistActive } from './active.ts';

/** A name as given; `flag` says where (`--as`, `GXOPS_OPERATOR`). */
export interface Named {
  readonly flag: string;
  readonly name: string;
}

/** The active operator's name, '' where nobody is named or mapped. Stop('usage') with the nearest for an unknown name, 'refused' for a retired one. */
export async function whoActs(keep: Keep, named: Named | undefined, account: string): Promise<string> {
  const roster = await rosterOf(keep);
  return named ? insistActive(named.flag, named.name, roster).name : (operatorOf(roster, account)?.name ?? '');
}
