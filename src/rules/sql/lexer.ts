/** The first pass over a statement: comments out, binds in, and nothing in it that two parsers could read differently. */
import { t } from '../../core/text.ts';
import { delimitedEnd } from './oracle/quote.ts';
import { type Dialect, refuse } from './refusal.ts';

/** `text` is what is parsed and what is executed. `binds` are the names in the order of their places (`$1`, or `:b1` for Oracle). */
export interface Lexed {
  readonly text: string;
  readonly binds: readonly string[];
  /** From an offset in `text` to the one in the statement as written. */
  original(offset: number): number;
}

interface Scan {
  readonly sql: string;
  readonly dialect: Dialect;
  at: number;
  out: string;
  readonly binds: string[];
  /** Places where `out` and `sql` come to differ: [offset in out, offset in sql]. */
  readonly shifts: [number, number][];
}

const LETTER = /[A-Za-z_\u0080-\uffff]/;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const ORACLE_WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$#\u0080-\uffff]*/y;
/** Blanks and signs that look like others: they change how a person reads the statement, or how one parser of two does. */
const BLANK = /[ \t\r\n]/;
const DECEIVING = /[\p{Z}\p{Cf}\p{Cc}\p{Cs}\p{Co}\uff01-\uff5e]/u;

/** How the n-th bind, counted from 1, is written in the executed text, and named to the driver. */
export function placeholder(dialect: Dialect, n: number): string {
  return dialect === 'oracle' ? `:b${n}` : `$${n}`;
}

/**
 * Removes comments and hints (blanks of the same length stand for them, so that places stay), replaces `:name` outside literals and
 * casts by its place, and drops one closing semicolon. Refuses (see refusal.ts) what is unclosed, nested, a second statement, or ambiguous.
 */
export function lex(sql: string, dialect: Dialect): Lexed {
  const scan: Scan = { sql, dialect, at: 0, out: '', binds: [], shifts: [] };
  while (scan.at < sql.length) next(scan);
  if (scan.out.trim() === '') refuse('empty', 0, t('there is no statement'));
  const { out, binds, shifts } = scan;
  return { text: out, binds, original: (offset) => originalOf(shifts, offset) };
}

function next(scan: Scan): void {
  const { sql, at } = scan;
  const two = sql.slice(at, at + 2);
  const char = sql.charAt(at);
  if (two === '--') blank(scan, lineEnd(sql, at));
  else if (two === '/*') blank(scan, commentEnd(sql, at));
  else if (two === '::') copy(scan, at + 2);
  else if (char === "'" || char === '"') copy(scan, quoteEnd(sql, at, char));
  else if (char === ':') bind(scan);
  else if (char === ';') close(scan);
  else if (char === '$') dollar(scan);
  else if (/[0-9]/.test(char)) number(scan);
  else if (LETTER.test(char) || (DECEIVING.test(char) && !BLANK.test(char))) word(scan);
  else sign(scan, char);
}

function copy(scan: Scan, end: number): void {
  scan.out += scan.sql.slice(scan.at, end);
  scan.at = end;
}

function blank(scan: Scan, end: number): void {
  scan.out += scan.sql.slice(scan.at, end).replace(/[^\n]/g, ' ');
  scan.at = end;
}

function lineEnd(sql: string, from: number): number {
  const end = sql.indexOf('\n', from);
  return end < 0 ? sql.length : end;
}

function commentEnd(sql: string, from: number): number {
  const end = sql.indexOf('*/', from + 2);
  if (end < 0) refuse('comment', from, t('this comment is never closed'));
  const inner = sql.indexOf('/*', from + 2);
  if (inner >= 0 && inner < end)
    refuse('comment', inner, t('comments inside comments are read differently by databases'));
  return end + 2;
}

/** The end of a literal or quoted name in which a doubled quote stands for one. */
export function quoteEnd(sql: string, from: number, quote: string): number {
  for (let at = from + 1; at < sql.length; at++) {
    if (sql[at] === '\0') break;
    if (sql[at] !== quote) continue;
    if (sql[at + 1] !== quote) return at + 1;
    at++;
  }
  return refuse('literal', from, t('this literal is never closed, or holds a NUL'));
}

function bind(scan: Scan): void {
  NAME.lastIndex = scan.at + 1;
  const name = NAME.exec(scan.sql)?.[0];
  if (name === undefined) copy(scan, scan.at + 1);
  else bindTo(scan, name);
}

function bindTo(scan: Scan, name: string): void {
  const known = scan.binds.indexOf(name);
  const place = known < 0 ? scan.binds.push(name) : known + 1;
  // A blank after it, so that what follows cannot grow into the number.
  scan.out += `${placeholder(scan.dialect, place)} `;
  scan.at += name.length + 1;
  scan.shifts.push([scan.out.length, scan.at]);
}

function close(scan: Scan): void {
  const rest = lexRest(scan.sql, scan.at + 1);
  if (rest >= 0 && scan.dialect === 'oracle') refuseProgram(scan.out);
  if (rest >= 0) refuse('second-statement', rest, t('only one statement is allowed; a second one begins here'));
  blank(scan, scan.sql.length);
}

/** A program of Oracle holds semicolons: it is refused as what it is, not as two statements. */
function refuseProgram(text: string): void {
  const [, block, inline] = /^\s*(?:(begin|declare)|with\s+(function|procedure))\b/i.exec(text) ?? [];
  const at = text.length - text.trimStart().length;
  if (block !== undefined)
    refuse('not-a-select', at, t('only SELECT is accepted; this is {type}', { type: block.toUpperCase() }));
  if (inline !== undefined) refuse('inline-plsql', at, INLINE);
}
export const INLINE = t('WITH FUNCTION and WITH PROCEDURE bring code of their own; they are not accepted');

/** Offset of the first thing after a semicolon that is neither blank nor comment; -1 where there is none. */
function lexRest(sql: string, from: number): number {
  let at = from;
  while (at < sql.length) {
    const two = sql.slice(at, at + 2);
    if (two === '--') at = lineEnd(sql, at);
    else if (two === '/*') at = commentEnd(sql, at);
    else if (BLANK.test(sql.charAt(at))) at++;
    else return at;
  }
  return -1;
}

function dollar(scan: Scan): void {
  const tag = /^\$([A-Za-z_][A-Za-z0-9_]*)?\$/.exec(scan.sql.slice(scan.at, scan.at + 64))?.[0];
  if (scan.dialect !== 'postgres' || tag === undefined)
    refuse(
      'parameter',
      scan.at,
      t('write binds as {example}; other forms of parameters are not accepted', { example: ':name' }),
    );
  const end = scan.sql.indexOf(tag, scan.at + tag.length);
  if (end < 0) refuse('literal', scan.at, t('this literal is never closed, or holds a NUL'));
  copy(scan, end + tag.length);
}

/** A keyword or name. A literal glued to one (E'…', U&'…', X'…') has its own escapes, which the parsers do not share. */
function word(scan: Scan): void {
  const pattern = scan.dialect === 'oracle' ? ORACLE_WORD : WORD;
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.sql)?.[0] ?? scan.sql.charAt(scan.at);
  const bad = [...found].findIndex((char) => DECEIVING.test(char) && !BLANK.test(char));
  if (bad >= 0)
    refuse(
      'character',
      scan.at + bad,
      t('outside quotes this character is not accepted: it looks like another one or like nothing'),
    );
  const after = scan.sql.slice(scan.at + found.length, scan.at + found.length + 2);
  if (scan.dialect === 'oracle' && after.startsWith("'") && /^(q|date|timestamp|interval)$/i.test(found)) {
    copy(scan, /^q$/i.test(found) ? delimitedEnd(scan.sql, scan.at) : scan.at + found.length);
    return;
  }
  if (after.startsWith("'") || (/^u$/i.test(found) && /^&['"]/.test(after)))
    refuse('literal', scan.at, t('a literal with a prefix is not accepted; write it without'));
  copy(scan, scan.at + found.length);
}

function number(scan: Scan): void {
  const found = /^[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?/.exec(scan.sql.slice(scan.at, scan.at + 400))?.[0] ?? '0';
  const end = scan.at + found.length;
  if (LETTER.test(scan.sql.charAt(end)) || scan.sql[end] === "'")
    refuse('number', scan.at, t('a letter follows this number directly; put a blank between them'));
  copy(scan, end);
}

function sign(scan: Scan, char: string): void {
  const quoting = scan.dialect === 'postgres' ? '`' : '`[]';
  if (quoting.includes(char)) refuse('quoting', scan.at, t('quote names with double quotes'));
  if (char === '@' && scan.dialect === 'oracle')
    refuse('link', scan.at, t('a database link (@) leads out of this database; it is not accepted'));
  if (char === '?' || char === '@' || char === '#' || char === '\\')
    refuse('character', scan.at, t('{char} is not accepted outside quotes', { char }));
  copy(scan, scan.at + 1);
}

function originalOf(shifts: readonly (readonly [number, number])[], offset: number): number {
  const shift = shifts.findLast(([out]) => out <= offset);
  return shift === undefined ? offset : shift[1] + (offset - shift[0]);
}
