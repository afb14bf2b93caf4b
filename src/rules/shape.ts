/** What a file may hold, as data: the checker, the lists of allowed names and the published JSON Schema all read the same Shape. */
import { type Text, t } from '../core/text.ts';

export type Shape =
  | { readonly kind: 'text'; readonly pattern?: string; readonly choices?: readonly string[]; readonly says?: Text }
  | { readonly kind: 'number'; readonly whole: boolean; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number }
  | Keyed
  /** A map whose keys the author chooses. */
  | { readonly kind: 'named'; readonly of: Shape; readonly name?: string; readonly says?: Text }
  /** A map whose further keys depend on the word under `by`. */
  | { readonly kind: 'cases'; readonly by: string; readonly cases: Readonly<Record<string, Keyed>> }
  /** A map that has exactly one of these keys, beside the common ones. */
  | { readonly kind: 'one'; readonly common: Keyed; readonly choices: Readonly<Record<string, Keyed>> }
  /** Told apart by the kind of value: text, number, boolean, list or map; at most one of each. */
  | { readonly kind: 'either'; readonly of: readonly Shape[]; readonly says: Text };

/** A map with known keys. */
export interface Keyed {
  readonly kind: 'keyed';
  readonly keys: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** Lower-case words with hyphens: ids that live in the journal for ever. */
export const KEBAB = '^[a-z][a-z0-9]*(-[a-z0-9]+)*$';
/** Names in site.yml: what a target is called. */
export const NAME = '^[A-Za-z][A-Za-z0-9_.-]{0,62}$';
export const DURATION = '^[1-9][0-9]{0,8}(ms|s|m|h|d)$';

export const TEXT: Shape = { kind: 'text', pattern: '\\S', says: t('a text that is not empty') };
export const DURATION_TEXT: Shape = {
  kind: 'text',
  pattern: DURATION,
  says: t('a duration such as 30s, 10m, 2h or 7d'),
};

/** Milliseconds of a duration that has passed the checker. */
export function milliseconds(duration: string): number {
  const [, amount = '0', unit = 'ms'] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return Number(amount) * (units[unit] ?? 1);
}

/** What is allowed there, in words. */
export function allowed(shape: Shape): Text {
  switch (shape.kind) {
    case 'text':
      return shape.choices === undefined
        ? (shape.says ?? t('a text'))
        : t('one of {words}', { words: words(shape.choices) });
    case 'number':
      return allowedNumber(shape);
    case 'boolean':
      return t('true or false');
    case 'list':
      return t('a list of: {item}', { item: allowed(shape.of) });
    case 'either':
      return shape.says;
    case 'named':
      return t('a map of names to: {item}', { item: allowed(shape.of) });
    case 'keyed':
      return t('a map with the keys {words}', { words: words(Object.keys(shape.keys)) });
    case 'cases':
      return t('a map with the key {key}', { key: shape.by });
    case 'one':
      return t('a map with exactly one of the keys {words}', { words: words(Object.keys(shape.choices)) });
  }
}

function allowedNumber({ whole, min, max }: Extract<Shape, { kind: 'number' }>): Text {
  const kind = whole ? t('a whole number') : t('a number');
  if (min !== undefined && max !== undefined)
    return t('{kind} from {min} to {max}', { kind, min: `${min}`, max: `${max}` });
  return min === undefined ? kind : t('{kind}, {min} or more', { kind, min: `${min}` });
}

/** Names in one line, as data. */
export function words(names: readonly string[]): string {
  return names.join(', ');
}
