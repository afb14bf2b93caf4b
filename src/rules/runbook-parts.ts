/** Inputs and changes of a runbook: which of their keys go together. */
import { type Text, t } from '../core/text.ts';
import { type Path, type Problem, shown } from './problem.ts';
import type { ChangeSource, InputSource } from './runbook-definition.ts';
import { problemAt, problemAtKey } from './shape-check.ts';
import type { Source } from './yaml.ts';

/** Choices, match and default must fit the type. */
export function checkInput(source: Source, name: string, input: InputSource): Problem[] {
  const path = ['inputs', name];
  const at = (key: string, message: Text) => problemAtKey(source, [...path, key], message);
  const key = shown(path);
  const problems: Problem[] = [];
  if (input.type === 'enum' && input.choices === undefined)
    problems.push(at('choices', t('{key}.choices is missing: an enum needs them', { key })));
  if (input.type !== 'enum' && input.choices !== undefined)
    problems.push(at('choices', t('{key}.choices is for type enum only', { key })));
  const matched = input.type === 'string' || input.type === 'list';
  if (input.match !== undefined && !matched)
    problems.push(at('match', t('{key}.match is for types string and list only', { key })));
  if (input.match !== undefined && !anchored(input.match)) {
    problems.push(
      problemAt(source, [...path, 'match'], t('{key}.match must be a regular expression from ^ to $', { key })),
    );
  }
  if (input.example !== undefined && !exampleFits(input)) {
    problems.push(problemAt(source, [...path, 'example'], t('{key}.example does not fit {key}.match', { key })));
  }
  if (input.default !== undefined) {
    if (input.required === true)
      problems.push(at('required', t('{key} has a default, so it cannot be required', { key })));
    if (!defaultFits(input))
      problems.push(
        problemAt(source, [...path, 'default'], t('{key}.default is no valid {type}', { key, type: input.type })),
      );
  } else if (input.required !== true) {
    problems.push(at('required', t('{key} needs either required: true or a default', { key })));
  }
  return problems;
}

function anchored(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return pattern.startsWith('^') && pattern.endsWith('$');
  } catch {
    return false;
  }
}

function exampleFits({ type, match, example = '' }: InputSource): boolean {
  if (match === undefined || !anchored(match)) return true;
  const pattern = new RegExp(match, 'u');
  return (type === 'list' ? example.split(',') : [example]).every((text) => pattern.test(text));
}

function defaultFits({ type, choices = [], match, default: value }: InputSource): boolean {
  if (type === 'integer') return typeof value === 'number';
  if (type === 'boolean') return typeof value === 'boolean';
  const fits = (text: string) => match === undefined || !anchored(match) || new RegExp(match, 'u').test(text);
  if (type === 'list') return typeof value === 'object' && value.every(fits);
  if (typeof value !== 'string') return false;
  if (type === 'enum') return choices.includes(value);
  if (type === 'date') return /^\d{4}-\d{2}-\d{2}$/.test(value);
  return fits(value);
}

/** A file change says exactly one of content, line and absent; the rest must belong to it. */
export function checkChange(source: Source, path: Path, change: ChangeSource): Problem[] {
  if (change.file === undefined) return [];
  const key = shown(path);
  const kinds = (['content', 'line', 'absent'] as const).filter((kind) => change[kind] !== undefined);
  const problems: Problem[] = [];
  const at = (name: string, message: Text) => problemAtKey(source, [...path, name], message);
  if (kinds.length !== 1)
    problems.push(at('file', t('{key} needs exactly one of the keys content, line, absent', { key })));
  if ((change.absent as unknown) === false) problems.push(at('absent', t('{key}.absent can only be true', { key })));
  if (change.absent === true && change.mode !== undefined)
    problems.push(at('mode', t('{key}.mode makes no sense of a file that is removed', { key })));
  if (change.replaces !== undefined && change.line === undefined)
    problems.push(at('replaces', t('{key}.replaces needs line beside it', { key })));
  if (change.line !== undefined && /[\r\n]/.test(change.line))
    problems.push(at('line', t('{key}.line must be one line', { key })));
  if (change.replaces !== undefined) {
    try {
      new RegExp(change.replaces.replaceAll(/\$\{[^{}]*\}/g, 'x'), 'u');
    } catch {
      problems.push(at('replaces', t('{key}.replaces is not a regular expression', { key })));
    }
  }
  return problems;
}
