/** Change windows: pure clock arithmetic in the site's own time zone. */
import type { Site, Window } from './site.ts';

interface Local {
  /** 0 = Sunday. */
  readonly day: number;
  /** Minutes since midnight. */
  readonly minute: number;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localOf(at: Date, timeZone: string): Local {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { day: DAYS.indexOf(part.weekday ?? ''), minute: Number(part.hour) * 60 + Number(part.minute) };
}

function minutesOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

/** Is a moment inside a window? One that goes over midnight belongs to the day on which it opened. */
export function inside(window: Window, at: Date, timeZone: string): boolean {
  const { day, minute } = localOf(at, timeZone);
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  if (from <= to) return window.days.includes(day) && minute >= from && minute < to;
  return (window.days.includes(day) && minute >= from) || (window.days.includes((day + 6) % 7) && minute < to);
}

/** The targets whose windows are all shut now; a target without a window of its own follows `default`, and without that is open. */
export function shutTargets(site: Site, targets: readonly string[], at: Date): string[] {
  return targets.filter((target) => {
    const windows = windowsOf(site, target);
    return windows.length > 0 && !windows.some((window) => inside(window, at, site.timeZone));
  });
}

/** The windows that hold for a target: its own, else `default`; empty where it is always open. */
export function windowsOf(site: Pick<Site, 'windows'>, target: string): readonly Window[] {
  return site.windows[target] ?? site.windows.default ?? [];
}

/** Whole milliseconds until the last window that is open now shuts, to the minute; undefined where the target is always open, 0 where it is shut. */
export function openFor(site: Site, target: string, at: Date): number | undefined {
  const windows = windowsOf(site, target);
  if (windows.length === 0) return undefined;
  const { minute } = localOf(at, site.timeZone);
  const left = windows
    .filter((window) => inside(window, at, site.timeZone))
    .map((window) => (minutesOf(window.to) - minute + 1440) % 1440 || 1440);
  const seconds = at.getUTCSeconds() * 1000 + at.getUTCMilliseconds();
  return left.length === 0 ? 0 : Math.max(...left) * 60_000 - seconds;
}

/** A window as people write it: `Mon Tue 22:00-05:00`. */
export function windowText(window: Window): string {
  return `${window.days.map((day) => DAYS[day]).join(' ')} ${window.from}-${window.to}`;
}
