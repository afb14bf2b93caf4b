/** /etc/passwd, /etc/shadow and /etc/group as rows; a line that is none of theirs is kept as malformed, never dropped unseen. */
import { linesOf } from './lines.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** What a shadow line says about a password; the hash itself is never carried on. */
export interface ShadowEntry {
  readonly name: string;
  /** `none`: no password is asked. `locked`: no password fits. */
  readonly password: 'none' | 'locked' | 'set';
  /** crypt(3) scheme of a set password, e.g. `6`, `y`, `1`; `des` for one without a scheme. */
  readonly scheme?: string;
  /** Days; undefined where the field is empty. */
  readonly maxDays?: number;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export interface Rows<T> {
  readonly rows: readonly T[];
  /** Line numbers, from 1. */
  readonly malformed: readonly number[];
}

/** Reads /etc/passwd. */
export function accountsOf(text: string): Rows<Account> {
  return rowsOf(text, 7, ([name = '', , uid = '', gid = '', , home = '', shell = '']) =>
    name !== '' && /^\d+$/.test(uid) && /^\d+$/.test(gid)
      ? { name, uid: Number(uid), gid: Number(gid), home, shell }
      : undefined,
  );
}

/** Reads /etc/shadow. */
export function shadowOf(text: string): Rows<ShadowEntry> {
  return rowsOf(text, 9, ([name = '', hash = '', , , max = '']) => {
    if (name === '' || !/^(-?\d*)$/.test(max)) return undefined;
    // A negative or absent maximum both mean that the password never expires.
    const maxDays = max === '' || max.startsWith('-') ? {} : { maxDays: Number(max) };
    if (hash === '') return { name, password: 'none', ...maxDays };
    if (/^[!*]/.test(hash) || hash.length < 13) return { name, password: 'locked', ...maxDays };
    return { name, password: 'set', scheme: /^\$([^$]+)\$/.exec(hash)?.[1] ?? 'des', ...maxDays };
  });
}

/** Reads /etc/group. */
export function groupsOf(text: string): Rows<Group> {
  return rowsOf(text, 4, ([name = '', , gid = '', members = '']) =>
    name !== '' && /^\d+$/.test(gid)
      ? { name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }
      : undefined,
  );
}

function rowsOf<T>(text: string, fields: number, read: (parts: readonly string[]) => T | undefined): Rows<T> {
  const rows: T[] = [];
  const malformed: number[] = [];
  for (const [index, { body }] of linesOf(text).entries()) {
    if (body === '') continue;
    const parts = body.split(':');
    const row = parts.length === fields ? read(parts) : undefined;
    if (row === undefined) malformed.push(index + 1);
    else rows.push(row);
  }
  return { rows, malformed };
}
