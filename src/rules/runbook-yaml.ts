/** A runbook file to a checked definition: first its shape, then what its parts say about each other. */
import type { Json } from '../core/json.ts';
import { inOrder, type Problem, refusal } from './problem.ts';
import type { Definition } from './runbook-definition.ts';
import { checkDefinition } from './runbook-references.ts';
import { RUNBOOK } from './runbook-shape.ts';
import { checkShape } from './shape-check.ts';
import { readYaml, type Source } from './yaml.ts';

/** `definition` only where there is no problem; `source` knows the line of every part. */
export interface RunbookFile {
  readonly definition?: Definition;
  readonly problems: readonly Problem[];
  readonly source: Source;
}

/** Reads and checks the text of a runbook file; never throws for a text. */
export function readRunbook(text: string): RunbookFile {
  const source = readYaml(text);
  if (source.problems.length > 0) return { problems: inOrder(source.problems), source };
  const shape = checkShape(source, RUNBOOK);
  if (shape.length > 0) return { problems: inOrder(shape), source };
  // The shape has just been held against the value, which is what makes this true.
  const definition = source.value as unknown as Definition;
  const problems = inOrder(checkDefinition(definition, source));
  return problems.length > 0 ? { problems, source } : { definition, problems, source };
}

/** The definition of a runbook file; Stop('usage') at file:line, with every problem as data. `file` is what a person types to find it. */
export function parseRunbook(text: string, file: string): Definition {
  const { definition, problems } = readRunbook(text);
  if (definition !== undefined) return definition;
  throw refusal(file, problems, [`gxops runbook lint ${file}`]);
}

/** The definition as the plain JSON that snapshots and digests are made of. */
export function definitionJson(definition: Definition): Json {
  return definition as unknown as Json;
}
