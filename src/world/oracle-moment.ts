/**
 * Oracle's points and lengths of time as exact text, from the bytes that the server sends. The driver makes JavaScript Dates of them,
 * which know neither nanoseconds nor zones and shift with the time zone of this process.
 */
import { t } from '../core/text.ts';
import type { OracleUnread } from './oracle-session.ts';

/** What is known of a value's zone: none (DATE, TIMESTAMP), its own, or the database's (minutes east; undefined: a region by name). */
export type Zone = 'none' | 'own' | { readonly database: number | undefined };

/** Source of the layout: the driver's own reader and writer; hour and minute of a zone count from 20 and 60, and share the sign. */
const ZONE = { hour: 20, minute: 60, region: 0x80 } as const;

/**
 * `YYYY-MM-DD HH24:MI:SS`, with nine digits of a second where the server sent any, then ` +08:00` where the value has a zone. A
 * TIMESTAMP WITH LOCAL TIME ZONE is shown in UTC. A zone by name is unread: only its number came with it.
 */
export function momentOf(bytes: Uint8Array, zone: Zone): string | OracleUnread {
  if (zone === 'none') return told(partsOf(bytes), '');
  if (zone === 'own') return zoned(bytes);
  if (zone.database === undefined) return { unread: t('the time zone of the database is a region') };
  const utc = shifted(partsOf(bytes), -zone.database);
  return utc === undefined ? BROKEN : told(utc, ' +00:00');
}
const BROKEN: OracleUnread = { unread: t('the date is none of the calendar') };

function zoned(bytes: Uint8Array): string | OracleUnread {
  const [hour = 0, minute = 0] = bytes.subarray(11);
  if ((hour & ZONE.region) !== 0) return { unread: t('a time zone is given by name') };
  const east = hour === 0 ? 0 : (hour - ZONE.hour) * 60 + minute - ZONE.minute;
  const there = shifted(partsOf(bytes), east);
  return there === undefined ? BROKEN : told(there, ` ${offsetText(east)}`);
}

function offsetText(east: number): string {
  const size = Math.abs(east);
  return `${east < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}:${two(size % 60)}`;
}

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos?: number;
}

function partsOf(bytes: Uint8Array): Parts {
  const [century = 0, years = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, a = 0, b = 0, c = 0, d = 0] =
    bytes;
  const year = (century - 100) * 100 + years - 100;
  const parts = { year, month, day, hour: hour - 1, minute: minute - 1, second: second - 1 };
  return bytes.length < 11 ? parts : { ...parts, nanos: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 };
}

/** So many minutes later; undefined for what is no date (a client may have stored one). */
function shifted(parts: Parts, minutes: number): Parts | undefined {
  const at = instantOf(parts, 0);
  const same = at.getUTCMonth() + 1 === parts.month && at.getUTCDate() === parts.day && parts.hour < 24;
  if (!same) return undefined;
  const moved = instantOf(parts, minutes);
  const nanos = parts.nanos === undefined ? {} : { nanos: parts.nanos };
  return {
    ...{ year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() },
    ...{ hour: moved.getUTCHours(), minute: moved.getUTCMinutes(), second: moved.getUTCSeconds(), ...nanos },
  };
}

function instantOf({ year, month, day, hour, minute, second }: Parts, minutes: number): Date {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute + minutes, second);
  return at;
}

function told({ year, month, day, hour, minute, second, nanos }: Parts, zone: string): string {
  const years = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
  const fraction = nanos === undefined ? '' : `.${String(nanos).padStart(9, '0')}`;
  return `${years}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}`;
}

function two(number: number): string {
  return number < 10 && number >= 0 ? `0${number}` : String(number);
}

/** The same moment with exactly so many fractional digits; a digit that is not zero is never cut. */
export function withDigits(text: string, digits: number): string {
  const space = text.indexOf(' ');
  const zoneAt = text.indexOf(' ', space + 1);
  const [clock, zone] = zoneAt < 0 ? [text, ''] : [text.slice(0, zoneAt), text.slice(zoneAt)];
  const point = clock.indexOf('.');
  const [whole, fraction] = point < 0 ? [clock, ''] : [clock.slice(0, point), clock.slice(point + 1)];
  const kept = fraction.replace(/0+$/, '').padEnd(digits, '0');
  return kept === '' ? `${whole}${zone}` : `${whole}.${kept}${zone}`;
}

/** `+02-03`, as Oracle writes an INTERVAL YEAR TO MONTH. */
export function yearsText({ years, months }: { readonly years: number; readonly months: number }): string {
  const sign = years < 0 || months < 0 ? '-' : '+';
  return `${sign}${two(Math.abs(years))}-${two(Math.abs(months))}`;
}

interface Days {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** Nanoseconds. */
  readonly fseconds: number;
}

/** `+05 03:04:05.5`, as Oracle writes an INTERVAL DAY TO SECOND, without the fraction's last zeros. */
export function daysText({ days, hours, minutes, seconds, fseconds }: Days): string {
  const sign = [days, hours, minutes, seconds, fseconds].some((part) => part < 0) ? '-' : '+';
  const clock = [hours, minutes, seconds].map((part) => two(Math.abs(part))).join(':');
  const fraction = String(Math.abs(fseconds)).padStart(9, '0').replace(/0+$/, '');
  return `${sign}${two(Math.abs(days))} ${clock}${fraction === '' ? '' : `.${fraction}`}`;
}
