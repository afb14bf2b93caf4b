/** Reads the sentences of one source file off its syntax tree, so that line breaks, quotes and comments cannot hide one. */
import { parseAst } from 'vitest/node';

/** One call of `t`; `text` is undefined where its first argument is not a literal. */
export interface Sentence {
  readonly line: number;
  readonly text?: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** All calls of `t` in a source text, in order. Throws where the text is not TypeScript. */
export function literals(source: string, file: string): Sentence[] {
  const found: Sentence[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    if (value.type === 'CallExpression' && isNode(value.callee) && value.callee.name === 't') {
      const [first] = value.arguments as readonly unknown[];
      const text = isNode(first) ? literal(first) : undefined;
      const line = source.slice(0, value.start).split('\n').length;
      found.push(text === undefined ? { line } : { line, text });
    }
    for (const inner of Object.values(value)) if (typeof inner === 'object') visit(inner);
  };
  visit(parsed(source, file));
  return found;
}

function parsed(source: string, file: string): unknown {
  try {
    return parseAst(source, { lang: 'ts' });
  } catch (cause) {
    throw new Error(`${file} is not TypeScript`, { cause });
  }
}

function literal(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral' || (node.expressions as readonly unknown[]).length > 0) return undefined;
  const [part] = node.quasis as readonly { readonly value: { readonly cooked: string } }[];
  return part?.value.cooked;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
