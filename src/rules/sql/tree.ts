/** Reading the parser's tree: every node is an object with one member, named like its type. */

export type Body = Readonly<Record<string, unknown>>;
export interface Node {
  readonly type: string;
  readonly body: Body;
}

/** The node in a value, or undefined where there is none. */
export function nodeOf(value: unknown): Node | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [member, ...more] = Object.entries(value);
  if (member === undefined || more.length > 0) return undefined;
  const [type, body] = member;
  return /^[A-Z]/.test(type) && typeof body === 'object' && body !== null ? { type, body: body as Body } : undefined;
}

/** The nodes of a list field; empty where it is absent. */
export function nodesOf(value: unknown): Node[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item) => nodeOf(item) ?? []);
}

/** The strings of a list of String nodes, e.g. the parts of a name. */
export function namesOf(value: unknown): string[] {
  return nodesOf(value).flatMap(({ type, body }) => (type === 'String' ? [String(body.sval ?? '')] : []));
}

/** An object field that holds a node without its type around it. */
export function bodyOf(value: unknown): Body | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
}

/** Offset in UTF-16 units in the parsed text; the grammar leaves it out where it is 0 or unknown. */
export function locationOf(body: Body): number {
  return typeof body.location === 'number' && body.location > 0 ? body.location : 0;
}

/** Does a table or WITH query of this name, without a schema, stand anywhere in it? `fold` makes names alike before they are compared. */
export function mentions(value: unknown, name: string, fold: (name: string) => string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { relname, schemaname } = value as Body;
  if (typeof relname === 'string' && schemaname === undefined && fold(relname) === name) return true;
  return Object.values(value).some((item) => mentions(item, name, fold));
}

/** The names of all columns that stand in a node without a table before them. */
export function columnNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const node = nodeOf(value);
  const fields = node?.type === 'ColumnRef' ? namesOf(node.body.fields) : [];
  if (fields.length === 1) return fields;
  return Object.values(value).flatMap(columnNames);
}
