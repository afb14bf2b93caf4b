/** A name that must be an active operator's. */
import { nearest } from '../../core/nearest.ts';
import type { Site } from '../../core/site.ts';
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

/** Stop('refused') unless an operator's confidentiality undertaking is signed and still holds; who touches taxpayers' data has one. */
export function insistUndertaking(flag: string, operator: RosterLine, site: Site, now: Date): void {
  const { name, undertaking } = operator;
  const signed = undertaking === undefined ? Number.NaN : Date.parse(`${undertaking}T00:00:00Z`);
  const age = now.getTime() - signed;
  // A day of slack on the near side: the date is the site's, the clock is UTC.
  if (age >= -86_400_000 && age < site.limits.undertaking) return;
  const days = Math.floor(site.limits.undertaking / 86_400_000);
  const text =
    undertaking === undefined
      ? t('{flag}: {name} has no confidentiality undertaking on record', { flag, name })
      : t('{flag}: the confidentiality undertaking of {name} ({undertaking}) does not hold: it does for {days} days', {
          ...{ flag, name, undertaking, days },
        });
  throw new Stop('refused', text, {
    notDone: t('Nothing was done.'),
    next: [`gxops operator add ${name} --undertaking YYYY-MM-DD`, 'gxops operator list'],
  });
}
