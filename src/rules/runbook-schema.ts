/** The JSON Schema (2020-12) of runbook files, generated from the Shape that the parser itself uses. */
import type { Json } from '../core/json.ts';
import { RUNBOOK } from './runbook-shape.ts';
import type { Keyed, Shape } from './shape.ts';

/** For editors: completion and red lines while writing. References between steps are beyond it; `runbook lint` holds those. */
export function runbookSchema(): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'gxops runbook',
    description: 'A procedure as a list of steps: ask, approve, check, act, watch, produce.',
    ...schemaOf(RUNBOOK),
  };
}

/** A Shape as JSON Schema; accepts exactly what the checker accepts. */
export function schemaOf(shape: Shape): { readonly [key: string]: Json } {
  switch (shape.kind) {
    case 'text':
      if (shape.choices !== undefined) return { enum: [...shape.choices] };
      return { type: 'string', ...(shape.pattern ? { pattern: shape.pattern } : {}) };
    case 'number':
      return {
        type: shape.whole ? 'integer' : 'number',
        ...(shape.min === undefined ? {} : { minimum: shape.min }),
        ...(shape.max === undefined ? {} : { maximum: shape.max }),
      };
    case 'boolean':
      return { type: 'boolean' };
    case 'list':
      return { type: 'array', items: schemaOf(shape.of), ...(shape.min ? { minItems: shape.min } : {}) };
    case 'named': {
      const names = shape.name === undefined ? {} : { propertyNames: { pattern: shape.name } };
      return { type: 'object', additionalProperties: schemaOf(shape.of), ...names };
    }
    case 'keyed':
      return keyedSchema(shape);
    case 'either':
      return { anyOf: shape.of.map(schemaOf) };
    case 'cases':
      return {
        oneOf: Object.entries(shape.cases).map(([word, branch]) => withConst(keyedSchema(branch), shape.by, word)),
      };
    case 'one':
      return {
        oneOf: Object.entries(shape.choices).map(([name, branch]) => keyedSchema(joined(shape.common, branch, name))),
      };
  }
}

function keyedSchema({ keys, required = [] }: Keyed): { readonly [key: string]: Json } {
  const properties = Object.fromEntries(Object.entries(keys).map(([name, shape]) => [name, schemaOf(shape)]));
  return { type: 'object', properties, required: [...required], additionalProperties: false };
}

function joined(common: Keyed, branch: Keyed, name: string): Keyed {
  const required = [...new Set([...(common.required ?? []), ...(branch.required ?? []), name])];
  return { kind: 'keyed', keys: { ...common.keys, ...branch.keys }, required };
}

function withConst(schema: { readonly [key: string]: Json }, by: string, word: string): Json {
  const properties = schema.properties as { readonly [key: string]: Json };
  return {
    ...schema,
    properties: { ...properties, [by]: { const: word } },
    required: [by, ...(schema.required as Json[])],
  };
}
