/** A moment as the site's people write it. */

/** `2026-11-23 21:30` in a time zone (IANA name), with seconds where asked; the text itself where it is no time. */
export function localTime(at: string | Date, timeZone: string, precision: 'minutes' | 'seconds' = 'minutes'): string {
  const moment = typeof at === 'string' ? new Date(at) : at;
  if (Number.isNaN(moment.getTime())) return String(at);
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: precision === 'minutes' ? 'short' : 'medium',
  });
  return format.format(moment);
}
