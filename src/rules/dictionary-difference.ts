/** What a dictionary changes: column by column against what is in force, a loosened one never to be overlooked. */
import type { Classified } from '../core/site.ts';
import { strictness } from './dictionary-kinds.ts';
import { isClearKind, kindName } from './kinds.ts';

/** `clear-new`: not in the dictionary until now, so masked, and from now on shown. `gone`: no entry any more. */
export const DIFFERENCES = ['looser', 'clear-new', 'gone', 'stricter', 'changed', 'new', 'same'] as const;
export type Difference = (typeof DIFFERENCES)[number];

export interface Compared {
  /** `table.column` in small letters. */
  readonly name: string;
  /** The kind in force; undefined where there is no entry. */
  readonly was?: string;
  /** The entry; undefined where it is gone. */
  readonly entry?: Classified;
  readonly difference: Difference;
}

/** What loosens comes first, then what tightens, the unchanged last; within each by name. `after` are the kinds that will be in force. */
export function compared(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  columns: Readonly<Record<string, Classified>>,
): Compared[] {
  const [old, next] = [lower(before), lower(after)];
  const all = Object.keys({ ...old, ...next }).map((name): Compared => {
    const was = old[name];
    const entry = columns[name];
    const difference = differenceOf(was, next[name]);
    return { name, difference, ...(was === undefined ? {} : { was }), ...(entry === undefined ? {} : { entry }) };
  });
  const place = ({ difference }: Compared): number => DIFFERENCES.indexOf(difference);
  return all.sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}

function lower(kinds: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name.toLowerCase(), kindName(kind)]));
}

function differenceOf(was: string | undefined, is: string | undefined): Difference {
  if (is === undefined) return 'gone';
  if (was === undefined) return isClearKind(is) ? 'clear-new' : 'new';
  if (was === is) return 'same';
  const further = strictness(is) - strictness(was);
  return further > 0 ? 'stricter' : further < 0 ? 'looser' : 'changed';
}

/** Columns that both site.yml and the dictionary name, with different kinds: the dictionary's holds. */
export function overruled(
  own: Readonly<Record<string, string>>,
  columns: Readonly<Record<string, Classified>>,
): { readonly name: string; readonly own: string; readonly kind: string }[] {
  return Object.entries(lower(own)).flatMap(([name, kind]) => {
    const entry = columns[name];
    return entry === undefined || entry.kind === kind ? [] : [{ name, own: kind, kind: entry.kind }];
  });
}
