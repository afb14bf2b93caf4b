/** A dictionary as it is written, one column a line, read without YAML's costs: every command reads it. */
import type { Classified, Dictionary, Level } from '../core/site.ts';
import { LEVELS } from '../core/site.ts';
import { KINDS } from './kinds.ts';

const TEXT = '"((?:[^"\\\\\\p{C}]|\\\\["\\\\])*)"';
const HEAD = /^(?:#.*|\s*#.*|\s*)$/u;
const VERSION = /^version: ([1-9]\d{0,8})$/;
const DATABASE = /^database: ([A-Za-z][A-Za-z0-9_.-]{0,62})$/;
const COLUMN = new RegExp(
  `^  ([\\p{L}_][^\\s:,\\[\\]{}"']*): \\{ kind: ([a-z-]+), level: ([a-z]+), source: ${TEXT}(?:, note: ${TEXT})? \\}(?: +#.*)?$`,
  'u',
);
/** `table.column` or `schema.table.column`. */
export const COLUMN_NAME = '^[\\p{L}_][\\p{L}\\p{N}_$#]*(\\.[\\p{L}_][\\p{L}\\p{N}_$#]*){1,2}$';
const NAME = new RegExp(COLUMN_NAME, 'u');

/** The dictionary, or the number (from 1) of the first line that is not just as this program writes them. */
export function readLines(text: string, database: string): Dictionary | { readonly oddLine: number } {
  const columns: Record<string, Classified> = {};
  const seen = new Set<string>();
  let version = 0;
  let at = 0;
  for (const line of text.split('\n')) {
    at++;
    if (HEAD.test(line)) continue;
    const column = seen.has('columns') ? columnIn(line) : undefined;
    if (column !== undefined) {
      if (Object.hasOwn(columns, column[0])) return { oddLine: at };
      columns[column[0]] = column[1];
      continue;
    }
    const head = line.slice(0, line.indexOf(':'));
    const number = Number(VERSION.exec(line)?.[1] ?? 0);
    const known = number > 0 || DATABASE.exec(line)?.[1] === database || line === 'columns:';
    if (!known || seen.has(head) || seen.has('columns')) return { oddLine: at };
    seen.add(head);
    if (number > 0) version = number;
  }
  return seen.size === 3 && Object.keys(columns).length > 0 ? { version, columns } : { oddLine: at };
}

function columnIn(line: string): readonly [string, Classified] | undefined {
  const [, name = '', kind = '', level = '', source = '', note] = COLUMN.exec(line) ?? [];
  const fits = NAME.test(name) && KINDS.some((one) => one === kind) && LEVELS.some((one) => one === level);
  if (!fits || source.trim() === '' || note?.trim() === '') return undefined;
  const plain = { kind, level: level as Level, source: unquoted(source) };
  return [name.toLowerCase(), note === undefined ? plain : { ...plain, note: unquoted(note) }];
}

function unquoted(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}
