/** Files of `key value` or `key = value` lines: what they set, where, and the same file with one setting changed. */
import { inserted, linesOf, replaced } from './lines.ts';

/** How a family of files is written. A comment fills a whole line (`#`, with sections also `;`); the rest of a line is its value. */
export interface Dialect {
  readonly separator: 'blank' | 'equals';
  /** Only lines of this `[section]` count. */
  readonly section?: string;
  /** Key as compared: sysctl's slashes, auditd's letter case. */
  readonly same?: (key: string) => string;
}

/** A setting in force in one file; `line` counts from 1. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

const BLANK = /^(\s*)([^\s#=]+)(\s+)(\S.*?)?(\s*)$/;
const EQUALS = /^(\s*-?)([^\s#;=[-][^=]*?)(\s*=\s*)(\S.*?)?(\s*)$/;
const HEADER = /^\s*\[([^\]]*)\]\s*$/;

/** Everything a file sets, in its order; a bare word of an `equals` file is a setting without value. */
export function settingsOf(text: string, dialect: Dialect): Setting[] {
  let section: string | undefined;
  return linesOf(text).flatMap(({ body }, index) => {
    const header = dialect.section === undefined ? null : HEADER.exec(body);
    if (header) section = header[1];
    if (header || section !== dialect.section) return [];
    const parts = partsOf(body, dialect);
    return parts ? [{ key: keyOf(parts.key, dialect), value: unquoted(parts.value), line: index + 1 }] : [];
  });
}

/** The setting that counts: the last one. */
export function settingOf(text: string, dialect: Dialect, key: string): Setting | undefined {
  return settingsOf(text, dialect).findLast((setting) => setting.key === keyOf(key, dialect));
}

/** The text with `key` set to `value`: the line that counts is changed, else a line is added. Idempotent; other bytes stay. */
export function withSetting(text: string, dialect: Dialect, key: string, value: string): string {
  const there = settingOf(text, dialect, key);
  if (!there) return withLine(text, dialect, `${key}${dialect.separator === 'blank' ? '\t' : spaced(dialect)}${value}`);
  if (there.value === value) return text;
  const body = linesOf(text)[there.line - 1]?.body ?? '';
  const parts = partsOf(body, dialect);
  if (!parts) return text;
  const separator = parts.separator === '' ? ' = ' : parts.separator;
  return replaced(text, there.line - 1, `${parts.lead}${parts.key}${separator}${value}${parts.trail}`);
}

function spaced({ section }: Dialect): string {
  return section === undefined ? ' = ' : '=';
}

function withLine(text: string, { section }: Dialect, body: string): string {
  const lines = linesOf(text);
  if (section === undefined) return inserted(text, lines.length, body);
  const header = lines.findIndex((line) => HEADER.exec(line.body)?.[1] === section);
  if (header >= 0) return inserted(text, header + 1, body);
  const headed = inserted(text, lines.length, `[${section}]`);
  return inserted(headed, linesOf(headed).length, body);
}

interface Parts {
  readonly lead: string;
  readonly key: string;
  readonly separator: string;
  readonly value: string;
  readonly trail: string;
}

function partsOf(body: string, { separator }: Dialect): Parts | undefined {
  const found = (separator === 'blank' ? BLANK : EQUALS).exec(body);
  if (found) {
    const [, lead = '', key = '', between = '', value = '', trail = ''] = found;
    return { lead, key, separator: between, value, trail };
  }
  const [, lead = '', key = '', trail = ''] = /^(\s*)([A-Za-z_][\w.-]*)(\s*)$/.exec(body) ?? [];
  return separator === 'equals' && key !== '' ? { lead, key, separator: '', value: '', trail } : undefined;
}

function unquoted(value: string): string {
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value;
}

function keyOf(key: string, { same }: Dialect): string {
  return same ? same(key) : key;
}

/** /etc/login.defs. */
export const LOGIN_DEFS: Dialect = { separator: 'blank' };
/** pwquality.conf, faillock.conf, pwhistory.conf. */
export const EQUALS_CONF: Dialect = { separator: 'equals' };
/** auditd.conf: keywords in any letter case. */
export const AUDITD_CONF: Dialect = { separator: 'equals', same: (key) => key.toLowerCase() };
/** journald.conf and its drop-ins. */
export const JOURNALD_CONF: Dialect = { separator: 'equals', section: 'Journal' };
/** sysctl.d files: `net/ipv4/…` and `net.ipv4.…` are one key. */
export const SYSCTL_CONF: Dialect = { separator: 'equals', same: sysctlKey };

/** A kernel parameter's name with dots, as sysctl(8) prints it. Where a slash comes first, dots and slashes change places. */
export function sysctlKey(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  if (first !== '/') return key;
  return key.replace(/[./]/g, (mark) => (mark === '/' ? '.' : '/'));
}
