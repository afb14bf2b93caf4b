/** sshd_config: what each keyword is set to (the first value wins, Match blocks apart, Include followed), and edits of one file. */
import { inserted, linesOf, replaced } from './lines.ts';

/** One directive. `match` is the condition of the Match block around it; `line` counts from 1. */
export interface Directive {
  readonly file: string;
  readonly line: number;
  readonly keyword: string;
  readonly value: string;
  readonly match?: string;
}

const DIRECTIVE = /^(\s*)([A-Za-z][A-Za-z0-9]*)(\s*=\s*|\s+)(\S.*?)(\s*)$/;
/** Includes nested deeper than this are an error in sshd as well. */
const DEPTH = 16;

/**
 * All directives in the order sshd meets them. `open` answers an Include pattern with the files it names, in order.
 * A Match inside an included file ends with that file.
 */
export function directivesOf(
  file: string,
  text: string,
  open: (pattern: string) => readonly { readonly path: string; readonly text: string }[],
  outer?: string,
  depth = 0,
): Directive[] {
  let match = outer;
  return linesOf(text).flatMap(({ body }, index): Directive[] => {
    const [, , word = '', , rest = ''] = DIRECTIVE.exec(body) ?? [];
    const keyword = word.toLowerCase();
    const value = argumentOf(rest);
    if (keyword === '') return [];
    if (keyword === 'match') match = outer === undefined ? value : `${outer}; ${value}`;
    if (keyword === 'match') return [];
    if (keyword === 'include' && depth < DEPTH) {
      const found = wordsOf(value).flatMap((pattern) => open(pattern));
      return found.flatMap(({ path, text: inner }) => directivesOf(path, inner, open, match, depth + 1));
    }
    return [{ file, line: index + 1, keyword, value, ...(match === undefined ? {} : { match }) }];
  });
}

/** The directive that counts for every login; undefined where the built-in default does. */
export function globalOf(directives: readonly Directive[], keyword: string): Directive | undefined {
  return directives.find((one) => one.keyword === keyword.toLowerCase() && one.match === undefined);
}

/** Directives of a keyword inside Match blocks. */
export function conditionalOf(directives: readonly Directive[], keyword: string): Directive[] {
  return directives.filter((one) => one.keyword === keyword.toLowerCase() && one.match !== undefined);
}

/** What `sshd -T` prints: keyword, blank, value. */
export function effectiveOf(output: string): Map<string, string> {
  const pairs = linesOf(output).map(({ body }) => /^(\S+)\s+(.*?)\s*$/.exec(body) ?? []);
  return new Map(pairs.flatMap(([, key, value]) => (key === undefined ? [] : [[key.toLowerCase(), value ?? '']])));
}

/**
 * The text with a keyword set for every login: its first line outside Match is changed, else a line is added above the
 * first Match (below the commented default where there is one). Idempotent; other bytes stay.
 */
export function withDirective(text: string, keyword: string, value: string): string {
  const lines = linesOf(text);
  const firstMatch = lines.findIndex(({ body }) => /^\s*match(\s|=)/i.test(body));
  const open = firstMatch < 0 ? lines : lines.slice(0, firstMatch);
  const at = open.findIndex(({ body }) => DIRECTIVE.exec(body)?.[2]?.toLowerCase() === keyword.toLowerCase());
  if (at >= 0) return replaced(text, at, rewritten(open[at]?.body ?? '', value));
  const comment = new RegExp(`^\\s*#\\s*${keyword}\\b`, 'i');
  const hint = open.findLastIndex(({ body }) => comment.test(body));
  return inserted(text, hint >= 0 ? hint + 1 : aboveComments(open), `${keyword} ${value}`);
}

/** Where the comment that introduces the Match block begins. */
function aboveComments(open: readonly { readonly body: string }[]): number {
  const last = open.findLastIndex(({ body }) => !/^\s*#/.test(body));
  return last + 1;
}

function rewritten(body: string, value: string): string {
  const [, lead = '', word = '', separator = '', rest = '', trail = ''] = DIRECTIVE.exec(body) ?? [];
  if (argumentOf(rest) === value) return body;
  return `${lead}${word}${separator}${value}${commentOf(rest)}${trail}`;
}

/** sshd ends a line at a `#` that begins a word outside quotes; the blanks before it belong to the comment. */
function commentOf(rest: string): string {
  let quoted = false;
  for (const [at, mark] of [...rest].entries()) {
    if (mark === '"') quoted = !quoted;
    if (mark !== '#' || quoted) continue;
    const code = [...rest].slice(0, at).join('');
    if (code === code.trimEnd() && code !== '') continue;
    return rest.slice(code.trimEnd().length);
  }
  return '';
}

function argumentOf(rest: string): string {
  const comment = commentOf(rest);
  const value = comment === '' ? rest : rest.slice(0, -comment.length);
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value;
}

/** Words of a value, double quotes removed. */
export function wordsOf(value: string): string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

/** Seconds of an sshd time such as `2m`, `1h30m` or `90`; undefined for anything else. */
export function sshdSeconds(value: string): number | undefined {
  if (!/^(\d+[smhdw]?)+$/i.test(value)) return undefined;
  const unit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
  return [...value.matchAll(/(\d+)([smhdw]?)/gi)]
    .map(([, count, mark = '']) => Number(count) * (unit[mark.toLowerCase()] ?? 1))
    .reduce((sum, part) => sum + part, 0);
}
