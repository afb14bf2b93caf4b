/** How long an approval holds. */
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The end (ISO, UTC) of an approval given now: `--expires`, and never later than the request's own end. */
export function expiryOf(given: unknown, end: string, now: Date): string {
  if (given === undefined) return end;
  const [, count, unit] = /^([1-9]\d{0,3})([mhd])$/.exec(String(given)) ?? [];
  if (count === undefined || unit === undefined)
    throw new Stop('usage', t('--expires: {given} is no time. Allowed: 30m, 2h, 1d.', { given: String(given) }), {
      notDone: t('Nothing was signed.'),
    });
  const wanted = now.getTime() + Number(count) * (UNITS[unit] ?? 0);
  return new Date(Math.min(wanted, Date.parse(end))).toISOString();
}
