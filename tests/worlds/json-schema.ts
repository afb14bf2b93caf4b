/** The part of JSON Schema 2020-12 that the published schema uses, as its specification defines it. */
import type { Json } from '../../src/core/json.ts';

type Members = { readonly [key: string]: Json | undefined };
const KEYWORDS = new Set([
  ...['$schema', 'title', 'description', 'type', 'enum', 'const', 'pattern', 'minimum', 'maximum', 'items', 'minItems'],
  ...['properties', 'required', 'additionalProperties', 'propertyNames', 'anyOf', 'oneOf'],
]);

/** Is the value valid against the schema? Throws for a keyword it does not know, so that none is passed over. */
export function accepts(schema: Json, value: Json): boolean {
  if (typeof schema === 'boolean') return schema;
  const rules = schema as Members;
  const strange = Object.keys(rules).find((key) => !KEYWORDS.has(key));
  if (strange !== undefined) throw new Error(`unknown keyword ${strange}`);
  return (
    (rules.type === undefined || ofType(rules.type, value)) &&
    (rules.enum === undefined || (rules.enum as Json[]).includes(value)) &&
    (rules.const === undefined || rules.const === value) &&
    fitsText(rules, value) &&
    fitsNumber(rules, value) &&
    fitsList(rules, value) &&
    fitsObject(rules, value) &&
    (rules.anyOf === undefined || (rules.anyOf as Json[]).some((one) => accepts(one, value))) &&
    (rules.oneOf === undefined || (rules.oneOf as Json[]).filter((one) => accepts(one, value)).length === 1)
  );
}

function ofType(type: Json, value: Json): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function fitsText({ pattern }: Members, value: Json): boolean {
  return typeof value !== 'string' || pattern === undefined || new RegExp(String(pattern), 'u').test(value);
}

function fitsNumber({ minimum, maximum }: Members, value: Json): boolean {
  if (typeof value !== 'number') return true;
  return (minimum === undefined || value >= Number(minimum)) && (maximum === undefined || value <= Number(maximum));
}

function fitsList({ items, minItems }: Members, value: Json): boolean {
  if (!Array.isArray(value)) return true;
  if (minItems !== undefined && value.length < Number(minItems)) return false;
  return items === undefined || value.every((item) => accepts(items, item));
}

function fitsObject(
  { properties = {}, required = [], additionalProperties, propertyNames }: Members,
  value: Json,
): boolean {
  if (!ofType('object', value)) return true;
  const members = value as Members;
  if ((required as string[]).some((name) => !Object.hasOwn(members, name))) return false;
  return Object.entries(members).every(([name, item]) => {
    if (propertyNames !== undefined && !accepts(propertyNames, name)) return false;
    if (Object.hasOwn(properties as Members, name)) return accepts((properties as Members)[name] ?? true, item ?? null);
    return additionalProperties === undefined || accepts(additionalProperties, item ?? null);
  });
}
