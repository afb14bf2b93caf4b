/** YAML 1.2 text to a plain value with the place of every key; what a careful reader cannot see through is refused. */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Json } from '../core/json.ts';
import { type Text, t } from '../core/text.ts';
import { type Path, type Problem, type Spot, shown } from './problem.ts';

/** A read file. `at` is the place of a path's value, `keyAt` that of its key; a path that is not there has its parent's. */
export interface Source {
  readonly value: Json;
  readonly problems: readonly Problem[];
  at(path: Path): Spot;
  keyAt(path: Path): Spot;
}

const MOST_BYTES = 1024 * 1024;
const MOST_DEPTH = 40;
const MOST_NODES = 100_000;
/** After so many faults of grammar the rest are echoes of the first. */
const MOST_ECHOES = 20;
const START: Spot = { line: 1, column: 1 };

interface Reading {
  readonly lines: LineCounter;
  readonly problems: Problem[];
  readonly spots: Map<string, { readonly key: Spot; readonly value: Spot }>;
  nodes: number;
}

/**
 * Reads one document. Refused, each with its place: more than 1 MiB, faults of grammar, duplicate keys, anchors and
 * aliases, tags, keys that are no plain names, numbers that would not survive, further documents. Never throws for a text.
 */
export function readYaml(text: string): Source {
  const reading: Reading = { lines: new LineCounter(), problems: [], spots: new Map(), nodes: 0 };
  if (Buffer.byteLength(text, 'utf8') > MOST_BYTES) return unreadable(t('The file is larger than 1 MiB.'));
  const odd = text.indexOf('\uFFFD');
  if (odd >= 0) return unreadable(t('The file is not UTF-8 text; save it as UTF-8.'), placeIn(text, odd));
  try {
    const documents = parse(text, reading.lines);
    if (documents.some((document) => document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')))
      return unreadable(t('The file is nested too deeply to be read.'));
    refuseGrammar(reading, documents);
    const [, second] = documents;
    if (second !== undefined) refuse(reading, second.range[0], [], t('A second document (---) is not allowed.'));
    const value = plainOf(reading, documents[0]?.contents, [], 0);
    return { value, problems: reading.problems, ...finder(reading) };
  } catch (error) {
    if (error instanceof RangeError) return unreadable(t('The file is nested too deeply to be read.'));
    throw error;
  }
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  const options = { lineCounter, schema: 'core', version: '1.2', prettyErrors: false, logLevel: 'silent' } as const;
  // uniqueKeys compares each key with all before it; the walk below does it in constant time.
  const documents = parseAllDocuments(text, { ...options, merge: false, uniqueKeys: false });
  return Array.isArray(documents) ? documents : [];
}

function placeIn(text: string, offset: number): Spot {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function unreadable(message: Text, spot = START): Source {
  const problems = [{ ...spot, key: '', message }];
  return { value: null, problems, at: () => START, keyAt: () => START };
}

function finder({ spots }: Reading): Pick<Source, 'at' | 'keyAt'> {
  const find = (path: Path): { key: Spot; value: Spot } => {
    for (let length = path.length; length >= 0; length--) {
      const found = spots.get(spotKey(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return { key: START, value: START };
  };
  return { at: (path) => find(path).value, keyAt: (path) => find(path).key };
}

function spotKey(path: Path): string {
  return path.join('\0');
}

function spotOf({ lines }: Reading, offset: number): Spot {
  const { line, col } = lines.linePos(Math.max(0, offset));
  return { line: Math.max(1, line), column: Math.max(1, line === 0 ? 1 : col) };
}

function refuse(reading: Reading, offset: number, path: Path, message: Text): null {
  reading.problems.push({ ...spotOf(reading, offset), key: shown(path), message });
  return null;
}

function plainOf(reading: Reading, node: unknown, path: Path, offset: number): Json {
  if (node === null || node === undefined) return null;
  const at = (node as { range?: readonly number[] | null }).range?.[0] ?? offset;
  const spot = spotOf(reading, at);
  reading.spots.set(spotKey(path), { key: reading.spots.get(spotKey(path))?.key ?? spot, value: spot });
  if (++reading.nodes === MOST_NODES)
    refuse(reading, at, path, t('The file has more than {most} values.', { most: MOST_NODES }));
  if (reading.nodes >= MOST_NODES) return null;
  if (path.length > MOST_DEPTH)
    return refuse(reading, at, path, t('Nested more than {most} deep.', { most: MOST_DEPTH }));
  if (isAlias(node)) return refuse(reading, at, path, t('An alias (*name) is not allowed; write the value out.'));
  const { anchor, tag } = node as { anchor?: string; tag?: string };
  if (anchor !== undefined) return refuse(reading, at, path, t('An anchor (&name) is not allowed.'));
  if (tag !== undefined) return refuse(reading, at, path, t('A tag (!name) is not allowed.'));
  if (isMap(node)) return mapOf(reading, node.items, path, at);
  if (isSeq(node)) return node.items.map((item, index) => plainOf(reading, item, [...path, index], at));
  return isScalar(node) ? scalarOf(reading, node.value, node, path, at) : null;
}

function mapOf(
  reading: Reading,
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  path: Path,
  offset: number,
): Json {
  const members = new Map<string, Json>();
  for (const { key, value } of pairs) {
    const at = (key as { range?: readonly number[] } | null)?.range?.[0] ?? offset;
    const name = nameOf(key);
    if (name === undefined || name === '' || name === '__proto__') {
      refuse(reading, at, path, t('A key must be a plain name.'));
    } else if (members.has(name)) {
      refuse(reading, at, [...path, name], t('{key} is written twice.', { key: shown([...path, name]) }));
    } else {
      const spot = spotOf(reading, at);
      reading.spots.set(spotKey([...path, name]), { key: spot, value: spot });
      members.set(name, plainOf(reading, value, [...path, name], at));
    }
  }
  return Object.fromEntries(members);
}

/** A key's text; a number or a boolean as a key is taken as it was written. */
function nameOf(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (!isScalar(key) || key.anchor !== undefined || key.tag !== undefined) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.value === null || key.source === undefined ? undefined : key.source;
}

function scalarOf(reading: Reading, value: unknown, node: { source?: string }, path: Path, at: number): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'number') return refuse(reading, at, path, t('This kind of value is not allowed.'));
  const safe = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!safe) return refuse(reading, at, path, t('The number is too large to be exact; put it in quotes.'));
  // YAML 1.2 reads 0644 as six hundred and forty-four, YAML 1.1 as octal: whoever wrote it meant neither for certain.
  if (/^[-+]?0[0-9o]/.test(node.source ?? ''))
    return refuse(reading, at, path, t('A number with a leading zero; put it in quotes.'));
  return value;
}

function refuseGrammar(reading: Reading, documents: readonly Document.Parsed[]): void {
  const faults = documents.flatMap((document) => document.errors).slice(0, MOST_ECHOES);
  for (const { code, pos } of faults) refuse(reading, pos[0], [], GRAMMAR[code] ?? t('This is not valid YAML here.'));
}

/** The library's own sentences may quote the file, and with it a secret; these never do. */
const GRAMMAR: Readonly<Record<string, Text>> = {
  BAD_INDENT: t('The indentation does not fit the lines above, or a bracket is not closed.'),
  BAD_DQ_ESCAPE: t('An unknown escape in a double-quoted text; single quotes take everything as it is.'),
  BAD_SCALAR_START: t('A text may not begin with this character; put it in quotes.'),
  BLOCK_AS_IMPLICIT_KEY: t('A nested value must begin on a line of its own; or a text with ": " needs quotes.'),
  MISSING_CHAR: t('Something is missing here: a colon after a key, a closing quote or a closing bracket.'),
  MULTILINE_IMPLICIT_KEY: t('A key must stand on one line and be followed by a colon.'),
  TAB_AS_INDENT: t('A tab is not allowed as indentation; use spaces.'),
  UNEXPECTED_TOKEN: t('This is not expected here; a text with special characters needs quotes.'),
};
