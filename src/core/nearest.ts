/** The allowed name that a mistyped one most likely meant. */
import { Stop } from './stop.ts';
import { t } from './text.ts';

/** The closest of `names` within a third of its length (at least one edit, at most three); undefined where none is close. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  const lower = word.slice(0, 64).toLowerCase();
  for (const name of names) {
    const far = edits(lower, name.toLowerCase());
    const borne = Math.min(3, Math.max(1, Math.floor(Math.max(lower.length, name.length) / 3)));
    if (far <= borne && far < least) [best, least] = [name, far];
  }
  return best;
}

/** Damerau-Levenshtein distance with adjacent transpositions. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [before, above] = [above, row];
  }
  return above[b.length] ?? 0;
}

/** Names that a screen line or two can hold. */
const MANY = 16;

function listed(names: readonly string[]): string {
  return names.length <= MANY ? names.join(', ') : `${names.slice(0, MANY).join(', ')}, … (${names.length})`;
}

/** The refusal of a word that is none of the allowed ones. `where` is the flag or the input as the person typed it. */
export function notAllowed(
  where: string,
  value: string,
  allowed: readonly string[],
  next: readonly string[] = [],
): Stop {
  const near = nearest(value, allowed);
  const values = { where, value, allowed: listed(allowed), near: near ?? '' };
  const text = near
    ? t('{where}: “{value}” is not known. Did you mean “{near}”? Allowed: {allowed}.', values)
    : t('{where}: “{value}” is not known. Allowed: {allowed}.', values);
  return new Stop('usage', text, { notDone: t('Nothing was done.'), next });
}
