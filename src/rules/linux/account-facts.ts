/** Rows of the account files out of gathered facts; a missing file or a line that is not understood is never a pass. */
import { t } from '../../core/text.ts';
import type { Rows } from './accounts.ts';
import { type Facts, known, textFile } from './facts.ts';
import { type Judged, listed, undecided } from './rule.ts';

/** Rows of an account file; unreachable where it is absent. */
export function rowsAt<T>(facts: Facts, path: string, read: (text: string) => Rows<T>): Rows<T> {
  const file = textFile(facts, path);
  return read(known(file ? { seen: file.text } : { unseen: t('{path} is absent.', { path }) }, path));
}

/** A file with lines that cannot be read can hide an account: then no pass. */
export function unlessMalformed(rows: Rows<unknown>, path: string, judged: Judged): Judged {
  const lines = listed(rows.malformed.map(String));
  if (rows.malformed.length === 0 || judged.outcome === 'fail') return judged;
  return undecided(t('{path} has lines that are not understood: {lines}.', { path, lines }), judged.found);
}
