/** A name that must be an active operator's. */
import { nearest } from '../../core/nearest.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import type { Roster, RosterLine } from '../../records/roster.ts';

/** The operator. Stop('usage') with the nearest for an unknown name, 'refused' for a retired one. */
export function insistActive(flag: string, name: string, roster: Roster): RosterLine {
  const found = roster.get(name);
  if (found && !found.retired) return found;
  const names = [...roster.values()].filter(({ retired }) => !retired).map((one) => one.name);
  const values = { flag, name, names: names.join(', '), near: nearest(name, names) ?? '' };
  const rest = { notDone: t('Nothing was done.'), next: ['gxops operator list'] };
  if (found) throw new Stop('refused', t('{flag}: {name} is retired. Active: {names}.', values), rest);
  const text = values.near
    ? t('{flag}: {name} is no operator of this site. Did you mean {near}? Known: {names}.', values)
    : t('{flag}: {name} is no operator of this site. Known: {names}.', values);
  throw new Stop('usage', text, rest);
}
