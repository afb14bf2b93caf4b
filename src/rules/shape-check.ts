/** Holds a read file against a Shape: unknown keys, missing keys, wrong kinds and wrong words, each at its place. */
import type { Json } from '../core/json.ts';
import { nearest } from '../core/nearest.ts';
import { type Text, t } from '../core/text.ts';
import { type Path, type Problem, shown } from './problem.ts';
import { allowed, type Keyed, type Shape, words } from './shape.ts';
import type { Source } from './yaml.ts';

type Of<K extends Shape['kind']> = Extract<Shape, { kind: K }>;
export type Members = Readonly<Record<string, Json | undefined>>;

/** A map's members, or undefined where the value is no map. */
export function membersOf(value: Json | undefined): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

/** A problem at a value's place. */
export function problemAt(source: Source, path: Path, message: Text, near?: string): Problem {
  return { ...source.at(path), key: shown(path), message, ...(near === undefined ? {} : { nearest: near }) };
}

/** A problem at a key's place. */
export function problemAtKey(source: Source, path: Path, message: Text, near?: string): Problem {
  return { ...problemAt(source, path, message, near), ...source.keyAt(path) };
}

/** All problems of a value against a shape; none where it fits. */
export function checkShape(source: Source, shape: Shape, value: Json = source.value, path: Path = []): Problem[] {
  switch (shape.kind) {
    case 'text':
    case 'number':
    case 'boolean':
      return fits(shape, value) ? [] : wrong(source, shape, value, path);
    case 'list':
      return checkList(source, shape, value, path);
    case 'either':
      return checkEither(source, shape, value, path);
    default: {
      const members = membersOf(value);
      return members === undefined ? wrong(source, shape, value, path) : checkMap(source, shape, members, path);
    }
  }
}

function checkMap(source: Source, shape: Of<'named' | 'keyed' | 'cases' | 'one'>, members: Members, path: Path) {
  if (shape.kind === 'named') return checkNamed(source, shape, members, path);
  if (shape.kind === 'keyed') return checkKeyed(source, shape, members, path);
  return shape.kind === 'cases' ? checkCases(source, shape, members, path) : checkOne(source, shape, members, path);
}

function fits(shape: Of<'text' | 'number' | 'boolean'>, value: Json): boolean {
  if (shape.kind === 'boolean') return typeof value === 'boolean';
  if (shape.kind === 'number') {
    if (typeof value !== 'number' || (shape.whole && !Number.isInteger(value))) return false;
    return value >= (shape.min ?? Number.NEGATIVE_INFINITY) && value <= (shape.max ?? Number.POSITIVE_INFINITY);
  }
  if (typeof value !== 'string') return false;
  if (shape.choices !== undefined) return shape.choices.includes(value);
  return shape.pattern === undefined || new RegExp(shape.pattern, 'u').test(value);
}

function wrong(source: Source, shape: Shape, value: Json, path: Path): Problem[] {
  const key = shown(path) || t('the file');
  const what = allowed(shape);
  if (value === null) return [problemAtKey(source, path, t('{key} is empty; allowed is {what}', { key, what }))];
  const near = shape.kind === 'text' && typeof value === 'string' ? nearest(value, shape.choices ?? []) : undefined;
  const message = t('{key} is {value}; allowed is {what}', { key, value: brief(value), what });
  return [problemAt(source, path, message, near)];
}

/** A wrong value in few characters, as data, without what may be a password: before an `@` (url, `user/password@address`) or behind its name. */
export function brief(value: Json): Text {
  if (typeof value === 'string') {
    const bare = value.replace(/[:/].*@/gs, (all) => `${all[0]}…@`).replace(/((password|token)\s*=).*/gis, '$1…');
    return JSON.stringify(bare.length > 60 ? `${bare.slice(0, 60)}…` : bare);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  return value === null ? t('empty') : Array.isArray(value) ? t('a list') : t('a map');
}

function checkList(source: Source, shape: Of<'list'>, value: Json, path: Path): Problem[] {
  if (!Array.isArray(value)) return wrong(source, shape, value, path);
  if (value.length < (shape.min ?? 0)) return wrong(source, shape, null, path);
  return value.flatMap((item, index) => checkShape(source, shape.of, item, [...path, index]));
}

function checkEither(source: Source, shape: Of<'either'>, value: Json, path: Path): Problem[] {
  const isMap = membersOf(value) !== undefined;
  const chosen = shape.of.find(({ kind }) => {
    if (kind === 'list') return Array.isArray(value);
    if (kind === 'text') return typeof value === 'string';
    return kind === 'number' || kind === 'boolean' ? typeof value === kind : isMap;
  });
  return chosen === undefined ? wrong(source, shape, value, path) : checkShape(source, chosen, value, path);
}

function checkNamed(source: Source, shape: Of<'named'>, members: Members, path: Path): Problem[] {
  const pattern = new RegExp(shape.name ?? '', 'u');
  const what = shape.says ?? t('a name of letters, digits, dots, hyphens and underscores');
  return Object.entries(members).flatMap(([name, item]) => {
    const at = [...path, name];
    const message = t('{key}: the name {name} is not allowed here; allowed is {what}', {
      key: shown(path),
      name: brief(name),
      what,
    });
    return pattern.test(name) ? checkShape(source, shape.of, item ?? null, at) : [problemAtKey(source, at, message)];
  });
}

function checkKeyed(source: Source, shape: Keyed, members: Members, path: Path): Problem[] {
  const within = Object.entries(members).flatMap(([name, item]) => {
    const known = Object.hasOwn(shape.keys, name) ? shape.keys[name] : undefined;
    if (known === undefined) return [unknownKey(source, Object.keys(shape.keys), path, name)];
    return checkShape(source, known, item ?? null, [...path, name]);
  });
  const absent = (shape.required ?? []).filter((name) => !Object.hasOwn(members, name));
  return [...within, ...absent.map((name) => missing(source, path, name))];
}

function missing(source: Source, path: Path, name: string): Problem {
  const key = shown([...path, name]);
  return problemAtKey(source, [...path, name], t('{key} is missing', { key }));
}

const SECRET = /^(pass(word|wd|phrase)?|pwd|secret|token|api_?key|credentials?)$/i;

function unknownKey(source: Source, names: readonly string[], path: Path, name: string): Problem {
  const at = [...path, name];
  const key = shown(at);
  if (SECRET.test(name)) {
    const message = t(
      '{key}: a secret is never written here in clear. Name a file of mode 0600 (passwordFile: secrets/NAME) or a program that prints it (passwordCommand: [program, argument])',
      { key },
    );
    return problemAtKey(source, at, message);
  }
  const message = t('{key} is not a known key; allowed are {words}', { key, words: words(names) });
  return problemAtKey(source, at, message, nearest(name, names));
}

function checkCases(source: Source, shape: Of<'cases'>, members: Members, path: Path): Problem[] {
  const word = members[shape.by];
  if (word === undefined) return [missing(source, path, shape.by)];
  const chosen = typeof word === 'string' && Object.hasOwn(shape.cases, word) ? shape.cases[word] : undefined;
  if (chosen !== undefined) return checkKeyed(source, chosen, members, path);
  return wrong(source, { kind: 'text', choices: Object.keys(shape.cases) }, word, [...path, shape.by]);
}

function checkOne(source: Source, shape: Of<'one'>, members: Members, path: Path): Problem[] {
  const names = Object.keys(shape.choices);
  const given = names.filter((name) => Object.hasOwn(members, name));
  const branches = given.flatMap((name) => shape.choices[name] ?? []);
  const keys: Record<string, Shape> = Object.assign({}, shape.common.keys, ...branches.map((branch) => branch.keys));
  const required = [...(shape.common.required ?? []), ...branches.flatMap((branch) => branch.required ?? [])];
  if (given.length === 1) return checkKeyed(source, { kind: 'keyed', keys, required }, members, path);
  const all = Object.assign({}, keys, ...Object.values(shape.choices).map((branch) => branch.keys));
  const key = shown(path) || t('the file');
  const message = t('{key} needs exactly one of the keys {words}', { key, words: words(names) });
  return [problemAtKey(source, path, message), ...checkKeyed(source, { ...shape.common, keys: all }, members, path)];
}
