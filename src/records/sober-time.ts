/** The time for judging what expires: a clock that was set back revives nothing. */
import type { Entry } from '../core/event.ts';

/**
 * The latest of: the clock, the newest time among the entries, and what the monotonic clock says has passed since each of
 * them. `entries` are those since the grant, in seq order; the last one is taken as written just now.
 */
export function soberTime(now: Date, entries: readonly Entry[]): Date {
  const last = monotonic(entries.at(-1));
  const times = entries.map((entry) => {
    const then = monotonic(entry);
    const passed = last && then && last.boot === then.boot ? Number((last.at - then.at) / 1_000_000n) : 0;
    return Date.parse(entry.body.t) + Math.max(0, passed);
  });
  return new Date(times.reduce((late, at) => (at > late ? at : late), now.getTime()));
}

function monotonic(entry: Entry | undefined): { readonly boot: string; readonly at: bigint } | undefined {
  const [, boot, at] = /^(.+):(\d{1,19})$/.exec(entry?.body.mono ?? '') ?? [];
  return boot === undefined || boot === 'unknown' || at === undefined ? undefined : { boot, at: BigInt(at) };
}
