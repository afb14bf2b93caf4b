/** Judges a column by name, comment, type and the counts of its sampled values. In doubt it masks: what nobody can tell is masked wholly. */
import type { Level } from '../core/site.ts';
import { nameSays } from './classify-names.ts';
import { MOST_CODES, type Sample } from './classify-tally.ts';
import { standingOf, strictest } from './dictionary-kinds.ts';

export interface ColumnFacts {
  readonly name: string;
  readonly type?: string;
  readonly comment?: string;
}

/** `high`: name and values agree, or check digits prove it; `medium`: one of them says so; `low`: masked because nobody can tell. */
export type Confidence = 'high' | 'medium' | 'low';

export interface Evidence {
  /** Values that were looked at; 0 where no row could be had. */
  readonly values: number;
  /** What name or comment say. */
  readonly name: string | null;
  /** Whole per cent of the values, by what they look like. */
  readonly shares: Readonly<Record<string, number>>;
}

export interface Judged {
  readonly kind: string;
  readonly level: Level;
  readonly source: string;
  readonly confidence: Confidence;
  readonly evidence: Evidence;
}

/** Of the values so many must look alike for the column to be that. */
const STRONG = 0.6;
/** A kind that so many look like counts where the evidence conflicts. */
const SOME = 0.2;
/** Values that a column of codes must have been seen with, at least. */
const ENOUGH = 20;
const NUMERIC =
  /^(unsigned )?((big|small|tiny|medium)? ?int(eger|[248])?|real|float|double|numeric|decimal|dec|number|money|binary_|(big|small)?serial)/i;
const TEMPORAL = /^(date|time|timestamp|interval|year)/i;
const BINARY = /blob|bytea|^raw|binary(?!_)|image|bfile/i;
const BOOLEAN = /^bool/i;

/** What the column is proposed to be. `sample` is undefined where no value could be had. */
export function classify(facts: ColumnFacts, sample: Sample | undefined): Judged {
  const said = nameSays(facts.name, facts.comment);
  const seen = sample === undefined || sample.values === 0 ? undefined : seenKind(sample, said.kind);
  const kind = strictest([said.kind, seen].filter((one) => one !== undefined));
  if (kind !== undefined) return judged(kind, confidenceOf(kind, said.kind, seen, sample), facts, sample);
  const open = BINARY.test(facts.type ?? '') ? undefined : openKind(facts, sample);
  return judged(open ?? 'whole', open === undefined ? 'low' : 'medium', facts, sample);
}

function judged(kind: string, confidence: Confidence, facts: ColumnFacts, sample: Sample | undefined): Judged {
  const said = nameSays(facts.name, facts.comment);
  const { level, source } = standingOf(kind);
  const values = sample?.values ?? 0;
  const counted = { ...sample?.kinds, moment: sample?.moments ?? 0, number: sample?.numbers ?? 0 };
  const shares = Object.entries(counted).flatMap(([name, count]) =>
    count > 0 ? [[name, Math.max(1, Math.round((count * 100) / values))] as const] : [],
  );
  const name = said.kind ?? said.leaves[0] ?? null;
  const evidence = { values, name, shares: Object.fromEntries(shares.sort(([, a], [, b]) => b - a)) };
  return { kind, level, source, confidence, evidence };
}

function confidenceOf(
  kind: string,
  name: string | undefined,
  seen: string | undefined,
  sample: Sample | undefined,
): Confidence {
  const proven = sample !== undefined && sample.proven >= sample.values * STRONG;
  if (kind === seen && (kind === name || proven)) return 'high';
  return kind === 'whole' && name !== 'whole' ? 'low' : 'medium';
}

const CODES_OF_PERSONS = ['citizen-id', 'credit-code', 'taxpayer-id'];

/** The kind that the values themselves speak of; undefined where they say nothing. */
function seenKind({ kinds, values, bytes }: Sample, said: string | undefined): string | undefined {
  if (bytes > 0) return 'whole';
  const count = (names: readonly string[]): number => names.reduce((sum, name) => sum + (kinds[name] ?? 0), 0);
  const named = Object.keys(kinds).filter((kind) => kind !== 'digits' && kind !== 'free-text');
  const strong = strictest(named.filter((kind) => count([kind]) >= values * STRONG));
  if (strong !== undefined) return strong;
  if (count(CODES_OF_PERSONS) >= values * STRONG) return 'taxpayer-id';
  // Several kinds in one column: the strictest of those that are more than a few.
  // In text of which only identifiers are masked, names of people would stand in clear.
  if (said === 'free-text' || count(named) >= values * STRONG)
    return strictest(named.filter((kind) => count([kind]) >= values * SOME));
  return undefined;
}

/** What may be shown: short numbers, amounts, moments, short codes; only where no value looks like anything else. */
function openKind(facts: ColumnFacts, sample: Sample | undefined): string | undefined {
  const type = (facts.type ?? '').trim();
  const { leaves } = nameSays(facts.name, facts.comment);
  if (type.includes('[')) return undefined;
  const hits = Object.values(sample?.kinds ?? {}).some((count) => count > 0);
  if (hits) return undefined;
  if (BOOLEAN.test(type) || TEMPORAL.test(type)) return temporalFits(sample) ? 'clear' : undefined;
  if (sample === undefined || sample.values === 0)
    return NUMERIC.test(type) && leaves.includes('amount') ? 'amount' : undefined;
  const { values, numbers, decimals, moments, longest } = sample;
  const allNumbers = numbers === values;
  if (leaves.includes('amount') && numbers + decimals === values) return 'amount';
  if (allNumbers) return longest <= 6 ? 'clear' : undefined;
  if (moments === values) return 'clear';
  return isCoded(sample, leaves.includes('code')) ? 'clear' : undefined;
}

/** SQLite takes any value in a column of any type. */
function temporalFits(sample: Sample | undefined): boolean {
  return sample === undefined || sample.moments + sample.numbers === sample.values || sample.distinct <= 2;
}

/** Few short values that come again and again; without a name that speaks of codes they must look like codes. */
function isCoded({ values, distinct, codes, numbers, decimals }: Sample, named: boolean): boolean {
  const few = values >= ENOUGH && distinct <= MOST_CODES && distinct * 2 <= values && numbers + decimals === 0;
  return few && (named || codes === values);
}
