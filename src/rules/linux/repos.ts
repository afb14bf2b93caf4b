/** Package repositories of yum and dnf: which enabled one installs packages without a signature, and the same file with the check on. */
import { inserted, linesOf, replaced } from './lines.ts';

/** A `[section]` of a repository file or of the main file; `line` is the one that sets gpgcheck, or the header. */
export interface Repository {
  readonly name: string;
  readonly line: number;
  readonly enabled: boolean;
  /** undefined: what the main file says. */
  readonly gpgcheck?: boolean;
}

const HEADER = /^\s*\[([^\]]+)\]\s*$/;
const YES = /^(1|yes|true|on)$/i;

/** Sections in order. dnf takes 1, yes, true and on for yes, and the last setting of a section. */
export function repositoriesOf(text: string): Repository[] {
  const found: Repository[] = [];
  for (const [index, { body }] of linesOf(text).entries()) {
    const name = HEADER.exec(body)?.[1];
    if (name !== undefined) found.push({ name, line: index + 1, enabled: true });
    const [, key = '', value = ''] = /^(enabled|gpgcheck)\s*[=:]\s*(\S*)\s*$/i.exec(body) ?? [];
    const last = found.at(-1);
    if (!last || key === '') continue;
    const set =
      key.toLowerCase() === 'enabled' ? { enabled: YES.test(value) } : { gpgcheck: YES.test(value), line: index + 1 };
    found[found.length - 1] = { ...last, ...set };
  }
  return found;
}

/** The text with gpgcheck on in the named section: its line is changed, else one is put below the header. Idempotent. */
export function withSignatures(text: string, name: string): string {
  const there = repositoriesOf(text).findLast((repository) => repository.name === name);
  if (!there || there.gpgcheck === true) return text;
  if (there.gpgcheck === undefined) return inserted(text, there.line, 'gpgcheck=1');
  const body = linesOf(text)[there.line - 1]?.body ?? '';
  return replaced(
    text,
    there.line - 1,
    body.replace(/([=:]\s*)\S*/, (_all, mark: string) => `${mark}1`),
  );
}
