/** Inputs of a runbook: from the words a person typed to checked values, or a refusal that names the flag and what is allowed. */

import type { Input, Inputs, InputValue } from './input.ts';
import { nearest, notAllowed } from './nearest.ts';
import type { Site } from './site.ts';
import { Stop } from './stop.ts';
import { type Text, t } from './text.ts';

export type RawInputs = Readonly<Record<string, string | readonly string[]>>;

/**
 * Checked inputs, defaults filled in. Stop('usage') naming `--input NAME=…`, the wrong value, what is allowed and the nearest:
 * for a name the runbook does not declare, a missing required one, and a value that does not fit; `next` is what to type then.
 */
export function parseInputs(
  declared: readonly Input[],
  raw: RawInputs,
  site: Site,
  next: readonly string[] = [],
): Inputs {
  try {
    return parsed(declared, raw, site);
  } catch (cause) {
    if (!(cause instanceof Stop) || cause.detail.next?.length) throw cause;
    throw new Stop(cause.verdict, cause.text, { ...cause.detail, next });
  }
}

function parsed(declared: readonly Input[], raw: RawInputs, site: Site): Inputs {
  const names = declared.map(({ name }) => name);
  for (const name of Object.keys(raw)) if (!names.includes(name)) throw unknownName(name, names);
  const values = declared.flatMap((input) => {
    const value = Object.hasOwn(raw, input.name) ? parseOne(input, raw[input.name] ?? '', site) : input.default;
    if (value === undefined && input.required) throw missing(input, site);
    return value === undefined ? [] : [[input.name, value] as const];
  });
  return Object.fromEntries(values);
}

/** `name=value` words as a record; a repeated name makes a list. Stop('usage') for a word without `=`. */
export function splitPairs(flag: string, words: readonly string[]): RawInputs {
  const pairs = new Map<string, string | readonly string[]>();
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) throw wrong(flag, word, t('NAME=VALUE'));
    const [name, value] = [word.slice(0, at), word.slice(at + 1)];
    const before = pairs.get(name);
    pairs.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(pairs);
}

function unknownName(name: string, names: readonly string[]): Stop {
  if (names.length > 0) return notAllowed('--input', name, names);
  return wrong('--input', name, t('nothing: this runbook takes no inputs'));
}

function missing(input: Input, site: Site): Stop {
  const values = { name: input.name, title: input.title, allowed: allowedFor(input, site) };
  return new Stop('usage', t('--input {name}=… is missing ({title}). Allowed: {allowed}.', values), {
    notDone: NOTHING,
  });
}

const NOTHING = t('Nothing was done.');

function wrong(where: string, value: string, allowed: Text, near?: string): Stop {
  const values = { where, value: value.slice(0, 200), allowed, near: near ?? '' };
  const text = near
    ? t('{where}: “{value}” does not fit. Did you mean “{near}”? Allowed: {allowed}.', values)
    : t('{where}: “{value}” does not fit. Allowed: {allowed}.', values);
  return new Stop('usage', text, { notDone: NOTHING });
}

function parseOne(input: Input, raw: string | readonly string[], site: Site): InputValue {
  if (input.type === 'list') return parseList(input, raw);
  const where = `--input ${input.name}`;
  if (typeof raw !== 'string') throw wrong(where, raw.join(', '), t('one value, given once'));
  const value = scalar(input, raw, site);
  if (value === undefined) throw wrong(where, raw, allowedFor(input, site), nearest(raw, names(input, site)));
  return value;
}

function parseList(input: Input, raw: string | readonly string[]): readonly string[] {
  const items = [raw].flat().flatMap((word) => word.split(','));
  const kept = items.map((item) => item.trim()).filter((item) => item !== '');
  for (const item of kept) {
    if (input.choices && !input.choices.includes(item)) throw notAllowed(`--input ${input.name}`, item, input.choices);
    if (!fitsPattern(input, item))
      throw wrong(`--input ${input.name}`, item, t('items like {match}', { match: input.match ?? '' }));
  }
  return kept;
}

function fitsPattern(input: Input, value: string): boolean {
  return input.match === undefined || new RegExp(`^(?:${input.match})$`, 'u').test(value);
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

/** The value where it fits the type, else undefined. */
function scalar(input: Input, raw: string, site: Site): InputValue | undefined {
  switch (input.type) {
    case 'integer':
      return /^-?\d{1,15}$/.test(raw) ? Number(raw) : undefined;
    case 'boolean':
      return BOOLEANS.get(raw);
    case 'date':
      return isDate(raw) ? raw : undefined;
    case 'string':
      return fitsPattern(input, raw) ? raw : undefined;
    default:
      return names(input, site).includes(raw) ? raw : undefined;
  }
}

/** A day that exists, as YYYY-MM-DD. */
export function isDate(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** The names an input may take, where it takes names. */
function names(input: Input, site: Site): readonly string[] {
  switch (input.type) {
    case 'enum':
      return input.choices ?? [];
    case 'host':
      return Object.keys(site.hosts);
    case 'database':
      return Object.keys(site.databases);
    case 'redis':
      return Object.keys(site.redis);
    case 'search':
      return Object.keys(site.search);
    case 'goldengate':
      return Object.keys(site.goldengate);
    default:
      return [];
  }
}

function allowedFor(input: Input, site: Site): Text {
  switch (input.type) {
    case 'integer':
      return t('a whole number');
    case 'boolean':
      return t('true or false');
    case 'date':
      return t('a date, YYYY-MM-DD');
    case 'list':
      return input.choices ? input.choices.join(', ') : t('words separated by commas');
    case 'string':
      return input.match === undefined ? t('any text') : t('text like {match}', { match: input.match });
    default: {
      const known = names(input, site);
      return known.length > 0 ? known.join(', ') : t('a {type} of site.yml (it names none)', { type: input.type });
    }
  }
}
