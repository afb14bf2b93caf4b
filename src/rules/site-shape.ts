/** The Shape of site.yml, derived from the commented template; the refinements below say only what an example cannot. */
import type { Json } from '../core/json.ts';
import { t } from '../core/text.ts';
import { DURATION, DURATION_TEXT, KEBAB, type Keyed, NAME, type Shape, TEXT } from './shape.ts';
import { type Members, membersOf } from './shape-check.ts';

/** What an example cannot say about a key: its allowed words, that its names are free, which keys its entries need. */
interface Refinement {
  readonly choices?: readonly string[];
  readonly pattern?: string;
  readonly says?: ReturnType<typeof t>;
  readonly min?: number;
  readonly max?: number;
  /** The names below are the author's; a pattern they must match. */
  readonly names?: string;
  /** The key whose word decides which other keys an entry has. */
  readonly by?: string;
  /** Required keys, for entries with a `by` under each of its words. */
  readonly required?: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /** Entries that log in: all, or those of these words; they may name where the password is had from. */
  readonly secret?: true | readonly string[];
}

const FILE: Refinement = {
  pattern: '^[^\\0]*[^\\0/]$',
  says: t('a file name, absolute or relative to the site folder'),
};
const PORT: Refinement = { min: 1, max: 65535 };
const SERVICE: Refinement = { names: NAME, secret: true };
const TARGETS = `^(default|(host|database|redis|search|goldengate):(\\*|[A-Za-z][A-Za-z0-9_.-]{0,62}))$`;
/** A window for a kind of targets would be looked up by nobody, and its targets be open at any time. */
const WINDOWS = `^(default|(host|database|redis|search|goldengate):[A-Za-z][A-Za-z0-9_.-]{0,62})$`;
const CLOCK: Refinement = {
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
  says: t("a time of day in quotes such as '22:00'"),
};

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const REFINEMENTS: Readonly<Record<string, Refinement>> = {
  '': { required: ['name', 'language', 'timeZone', 'hosts'] },
  language: { choices: ['zh-CN', 'en'] },
  hosts: { names: NAME, by: 'connect', required: { ssh: ['address'] } },
  'hosts.*.connect': { choices: ['local', 'ssh', 'hand'] },
  'hosts.*.port': PORT,
  'hosts.*.become': { required: ['method', 'users'] },
  'hosts.*.become.method': { choices: ['sudo'] },
  'hosts.*.become.users.*': { pattern: '^[a-z_][a-z0-9_-]{0,31}$', says: t('an account name') },
  'hosts.*.identityFile': FILE,
  'hosts.*.knownHosts': FILE,
  databases: {
    names: NAME,
    by: 'kind',
    required: { sqlite: ['file'], postgres: ['host', 'database', 'user'], oracle: ['connect', 'user'] },
    secret: ['postgres', 'oracle'],
  },
  'databases.*.port': PORT,
  'databases.*.file': FILE,
  'databases.*.connect': {
    pattern: '^(?!.*([Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Uu][Ss][Ee][Rr]|[Tt][Oo][Kk][Ee][Nn])\\s*=)[^@]+$',
    says: t('an Oracle address without user and password'),
  },
  'databases.*.config': FILE,
  'databases.*.wallet': FILE,
  'databases.*.walletPasswordFile': FILE,
  'databases.*.client': { choices: ['thin', 'sqlplus'] },
  redis: { ...SERVICE, required: ['host'] },
  'redis.*.port': PORT,
  search: { ...SERVICE, required: ['url'] },
  'search.*.url': {
    pattern: '^https?://[^\\s/@]+(/[^\\s@]*)?$',
    says: t('an http or https address without user and password'),
  },
  goldengate: { names: NAME, required: ['host', 'home'] },
  'limits.rows': { min: 1 },
  'limits.twoApprovalsAboveRows': { min: 0 },
  'limits.statementTimeout': { pattern: DURATION },
  'limits.idleTimeout': { pattern: DURATION },
  'limits.cost': { min: 1 },
  'limits.queryRows': { min: 1, max: 10_000 },
  'limits.partRows': { min: 1 },
  'limits.undertaking': { pattern: DURATION },
  'limits.retention': { pattern: DURATION },
  'limits.approvalExpires': { pattern: DURATION },
  'limits.coverage': { min: 0, max: 1 },
  windows: { names: WINDOWS },
  'windows.*.*': { required: ['days', 'from', 'to'] },
  'windows.*.*.days': { min: 1 },
  'windows.*.*.days.*': { choices: DAYS },
  'windows.*.*.from': CLOCK,
  'windows.*.*.to': CLOCK,
  neighbours: { names: TARGETS },
  'neighbours.*.*': { required: ['name', 'contact'] },
  obeys: { names: KEBAB },
  classification: { names: NAME },
  'classification.*': { names: '^[\\p{L}_][\\p{L}\\p{N}_$#]*(\\.[\\p{L}_][\\p{L}\\p{N}_$#]*){1,2}$' },
  'classification.*.*': { pattern: KEBAB, says: t('a kind of personal data such as citizen-id, or clear') },
  owners: { names: NAME },
  hot: { names: NAME },
  'hot.*.*': { pattern: '^[\\p{Ll}\\p{Lo}_][\\p{Ll}\\p{Lo}\\p{N}_$#.]*$', says: t('a table name in small letters') },
  keys: { names: '^[A-Za-z][A-Za-z0-9_.-]{0,62}$' },
  'keys.*': FILE,
  parameters: { names: '^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$' },
  'parameters.*': { names: '^[A-Za-z][A-Za-z0-9_-]*$' },
};

const PASSWORD: Readonly<Record<string, Shape>> = {
  passwordFile: { kind: 'text', ...FILE },
  passwordCommand: { kind: 'list', of: TEXT, min: 1 },
};

/** The Shape of site.yml as the template's value and the refinements give it. */
export function siteShape(template: Json): Shape {
  return inferred([template], []);
}

/** What all sample values found at one path have in common; `*` in a path stands for any name or position. */
function inferred(samples: readonly Json[], path: readonly string[]): Shape {
  const refinement = REFINEMENTS[path.join('.')] ?? {};
  const maps = mapsOf(samples);
  if (maps.length > 0) return inferredMap(maps, path, refinement);
  const [first] = samples;
  if (Array.isArray(first)) {
    const items = samples.flatMap((sample) => (Array.isArray(sample) ? sample : []));
    return { kind: 'list', of: inferred(items, [...path, '*']), min: refinement.min ?? 0 };
  }
  const kinds = [...new Map(samples.map((sample) => [typeof sample, sample])).values()];
  if (kinds.length < 2) return inferredScalar(first, refinement);
  return {
    kind: 'either',
    of: kinds.map((kind) => inferredScalar(kind, refinement)),
    says: t('a text, a number, true or false'),
  };
}

function inferredScalar(sample: Json | undefined, { choices, pattern, says, min, max }: Refinement): Shape {
  if (typeof sample === 'boolean') return { kind: 'boolean' };
  if (typeof sample === 'number') {
    const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    return { kind: 'number', whole: Number.isInteger(sample), ...bounds };
  }
  if (choices !== undefined) return { kind: 'text', choices };
  if (pattern === DURATION) return DURATION_TEXT;
  return pattern === undefined ? TEXT : { kind: 'text', pattern, ...(says === undefined ? {} : { says }) };
}

function inferredMap(maps: readonly Members[], path: readonly string[], refinement: Refinement): Shape {
  const { names, by, required = [], secret } = refinement;
  if (names === undefined) return { kind: 'keyed', keys: keysOf(maps, path), required: asList(required) };
  const entries = maps.flatMap((map) => Object.values(map)).filter((entry) => entry !== undefined);
  const below = [...path, '*'];
  const named = (of: Shape): Shape => ({ kind: 'named', name: names, of });
  if (by === undefined) {
    const of = inferred(entries, below);
    if (of.kind !== 'keyed') return named(of);
    const keys = { ...of.keys, ...(secret === true ? PASSWORD : {}) };
    return named({ ...of, keys, required: [...(of.required ?? []), ...asList(required)] });
  }
  return named({ kind: 'cases', by, cases: casesOf(entries, below, by, refinement) });
}

function casesOf(entries: readonly Json[], path: readonly string[], by: string, refinement: Refinement) {
  const cases: Record<string, Keyed> = {};
  const members = mapsOf(entries);
  for (const word of new Set(members.map((entry) => String(entry[by])))) {
    const keys = keysOf(
      members.filter((entry) => entry[by] === word),
      path,
    );
    const logsIn = Array.isArray(refinement.secret) && refinement.secret.includes(word);
    const needed = refinement.required as Readonly<Record<string, readonly string[]>> | undefined;
    cases[word] = { kind: 'keyed', keys: { ...keys, ...(logsIn ? PASSWORD : {}) }, required: needed?.[word] ?? [] };
  }
  return cases;
}

function keysOf(maps: readonly Members[], path: readonly string[]): Record<string, Shape> {
  const names = [...new Set(maps.flatMap((map) => Object.keys(map)))];
  return Object.fromEntries(
    names.map((name) => {
      const samples = maps.flatMap((map) => (map[name] === undefined ? [] : [map[name]]));
      return [name, inferred(samples, [...path, name])];
    }),
  );
}

function asList(required: NonNullable<Refinement['required']>): readonly string[] {
  return Array.isArray(required) ? required : [];
}

function mapsOf(samples: readonly Json[]): Members[] {
  return samples.map(membersOf).filter((members) => members !== undefined);
}
