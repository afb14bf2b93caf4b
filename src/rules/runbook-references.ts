/** What the parts of a runbook say about each other: ids, inputs, answers, expressions, patterns, and which keys go together. */
import { nearest } from '../core/nearest.ts';
import { type Text, t } from '../core/text.ts';
import { type Kind, parseExpression } from './expression.ts';
import { withOutput } from './look-judge.ts';
import { type Path, type Problem, shown } from './problem.ts';
import { type Definition, type InputSource, looksOf, type StepSource, stepKind } from './runbook-definition.ts';
import { checkChange, checkInput } from './runbook-parts.ts';
import { words } from './shape.ts';
import { problemAt, problemAtKey } from './shape-check.ts';
import { placesOf } from './substitution.ts';
import type { Source } from './yaml.ts';

/** All problems of a definition whose shape is right. */
export function checkDefinition(definition: Definition, source: Source): Problem[] {
  const inputs = Object.entries(definition.inputs ?? {});
  return [
    ...inputs.flatMap(([name, input]) => checkInput(source, name, input)),
    ...checkIds(definition, source),
    ...checkLocks(definition, source),
    ...definition.steps.flatMap((step, index) => checkStep(definition, source, step, index)),
  ];
}

function checkIds({ steps }: Definition, source: Source): Problem[] {
  const seen = new Map<string, number>();
  return steps.flatMap(({ id }, index) => {
    const path = ['steps', index, 'id'];
    const before = seen.get(id);
    seen.set(id, index);
    if (before === undefined) return [];
    const line = source.at(['steps', before, 'id']).line;
    return [
      problemAt(source, path, t('{key}: the id {id} is already used in line {line}', { key: shown(path), id, line })),
    ];
  });
}

/** The names that texts and expressions of a step may use: inputs, and answers of earlier asks that cannot have been skipped. */
export function namesBefore({ inputs = {}, steps }: Definition, index: number): Map<string, Kind> {
  const names = new Map<string, Kind>(
    Object.entries(inputs).map(([name, input]) => [`inputs.${name}`, inputKind(input)]),
  );
  for (const step of steps.slice(0, index)) {
    if (step.ask === undefined || step.when !== undefined) continue;
    names.set(`answers.${step.id}`, step.ask.confirm === undefined ? 'text' : 'boolean');
  }
  return names;
}

function inputKind({ type }: InputSource): Kind {
  if (type === 'integer') return 'number';
  return type === 'boolean' || type === 'list' ? type : 'text';
}

function checkStep(definition: Definition, source: Source, step: StepSource, index: number): Problem[] {
  const path = ['steps', index];
  const names = namesBefore(definition, index);
  const problems = [...checkTexts(source, definition, names, step, index)];
  if (step.when !== undefined) problems.push(...checkWhen(source, [...path, 'when'], step.when, names, definition));
  for (const { at, look } of looksOf(step)) {
    const lookPath = [...path, ...at];
    if (look.expect !== undefined)
      problems.push(...checkWhen(source, [...lookPath, 'expect'], look.expect, withOutput(names), definition));
    if (look.matches !== undefined) problems.push(...checkPattern(source, [...lookPath, 'matches'], look.matches));
    if (look.present === false) problems.push(...absentOnly(source, lookPath, look));
  }
  for (const [at, change] of (step.act?.changes ?? []).entries())
    problems.push(...checkChange(source, [...path, 'act', 'changes', at], change));
  if (step.act?.after !== undefined) problems.push(...checkAfter(definition, source, step.act.after, index));
  if (step.ask?.match !== undefined) problems.push(...checkPattern(source, [...path, 'ask', 'match'], step.ask.match));
  return problems;
}

function absentOnly(source: Source, path: Path, look: object): Problem[] {
  const extra = ['mode', 'contains', 'matches', 'equals'].filter((key) => key in look);
  return extra.map((name) => {
    const key = shown([...path, name]);
    return problemAtKey(source, [...path, name], t('{key} makes no sense of a file that must not be there', { key }));
  });
}

function checkWhen(
  source: Source,
  path: Path,
  text: string,
  names: ReadonlyMap<string, Kind>,
  { steps }: Definition,
): Problem[] {
  const { trouble } = parseExpression(text, names);
  if (trouble === undefined) return [];
  const message = t('{key}: {trouble}', { key: shown(path), trouble: trouble.message });
  const skipped = steps.find(({ id, when }) => when !== undefined && text.includes(`answers.${id}`));
  if (skipped === undefined) return [problemAt(source, path, message, trouble.nearest)];
  const guarded = t('{message} The step {id} may be skipped (it has a when), so it may have no answer.', {
    message,
    id: skipped.id,
  });
  return [problemAt(source, path, guarded)];
}

/** A regular expression that compiles; places in it are taken as literal text. */
export function checkPattern(source: Source, path: Path, pattern: string): Problem[] {
  try {
    new RegExp(pattern.replaceAll(/\$\{[^{}]*\}/g, 'x'), 'u');
    return [];
  } catch {
    return [problemAt(source, path, t('{key} is not a regular expression', { key: shown(path) }))];
  }
}

function checkAfter({ steps }: Definition, source: Source, after: string, index: number): Problem[] {
  const path = ['steps', index, 'act', 'after'];
  const earlier = steps
    .slice(0, index)
    .filter((step) => stepKind(step) === 'act')
    .map(({ id }) => id);
  if (earlier.includes(after)) return [];
  const values = { key: shown(path), after, words: words(earlier) || '-' };
  const message = t('{key} names {after}, which is no earlier act step; there are {words}', values);
  return [problemAt(source, path, message, nearest(after, earlier))];
}

function checkLocks({ locks = [], inputs = {} }: Definition, source: Source): Problem[] {
  const names = new Set(Object.keys(inputs).map((name) => `inputs.${name}`));
  return locks.flatMap((lock, index) => checkPlaces(source, ['locks', index], lock, names));
}

/** Texts for people, in which nothing is filled in. */
const PLAIN = new Set(['title', 'why', 'otherwise', 'when', 'confirm', 'choice', 'expect', 'none', 'example']);
/** What `findings.STEP` may stand in. */
const RECORD = /^steps\[\d+\]\.produce\.text$/;

function checkTexts(
  source: Source,
  definition: Definition,
  names: ReadonlyMap<string, Kind>,
  step: StepSource,
  index: number,
): Problem[] {
  const findings = definition.steps.slice(0, index).map(({ id }) => `findings.${id}`);
  return textsOf(step, ['steps', index]).flatMap(({ path, text }) => {
    const [key = ''] = [...path].reverse().filter((part) => typeof part === 'string');
    if (isProgram(path) && placesOf(text).length > 0) return nothingFilled(source, path, text);
    const isAsked = path[2] === 'ask';
    if (PLAIN.has(`${key}`) || isAsked) return nothingFilled(source, path, text);
    if (isPlanned(path) && placesOf(text).some((name) => name.startsWith('answers.')))
      return answerTooEarly(source, path);
    const allowed = RECORD.test(shown(path)) ? new Set([...names.keys(), ...findings]) : new Set(names.keys());
    return checkPlaces(source, path, text, allowed);
  });
}

/** What a rehearsal and an approval must know: the changes, and the checks before them. */
function isPlanned(path: Path): boolean {
  return (path[2] === 'act' && path[3] === 'changes') || path[2] === 'check';
}

function answerTooEarly(source: Source, path: Path): Problem[] {
  const key = shown(path);
  return [
    problemAt(
      source,
      path,
      t('{key}: an answer is not known when this is rehearsed and approved; take an input', { key }),
    ),
  ];
}

/** The first word of a command, or of one of several. */
function isProgram(path: Path): boolean {
  const [last, above, before] = [...path].reverse();
  return last === 0 && (above === 'command' || before === 'settle');
}

function textsOf(value: unknown, path: Path): { readonly path: Path; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, [...path, key]));
}

function nothingFilled(source: Source, path: Path, text: string): Problem[] {
  if (placesOf(text).length === 0) return [];
  return [problemAt(source, path, t('{key}: nothing is filled in here; write it without ${}', { key: shown(path) }))];
}

function checkPlaces(source: Source, path: Path, text: string, names: ReadonlySet<string>): Problem[] {
  return placesOf(text)
    .filter((name) => !names.has(name))
    .map((name) => problemAt(source, path, placeMessage(path, name, names), nearest(name, names)));
}

function placeMessage(path: Path, name: string, names: ReadonlySet<string>): Text {
  const key = shown(path);
  if (name === '') return t('{key}: a place begins with ${ and ends with }', { key });
  return t('{key}: {name} is not known there; there are {words}', { key, name, words: words([...names]) || '-' });
}
