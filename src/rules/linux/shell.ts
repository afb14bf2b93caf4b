/** Login scripts: what they assign to TMOUT and umask, read as text (nothing is run), and edits of the numbers. */
import { inserted, joined, linesOf } from './lines.ts';

/** A number a script assigns; `line` counts from 1. */
export interface Assigned {
  readonly file: string;
  readonly line: number;
  readonly value: number;
  readonly readonly: boolean;
}

const COMMENT = /(^|\s)#.*$/;
const TMOUT = /(^|[\s;])TMOUT=["']?(\d+)["']?/;
const FROZEN = /(^|[\s;])(readonly|(declare|typeset)\s+-\w*r\w*)\s+([\w=]+\s+)*TMOUT\b/;
const UMASK = /(^|[\s;&|(])umask\s+(-p\s+)?(0*[0-7]{1,4}|[ugoa]*[=+-][\w=+,-]*)(?=\s|;|$|\))/;

/** Assignments of TMOUT in a script's order; `readonly` on a later line freezes the last value. */
export function tmoutsOf(file: string, text: string): Assigned[] {
  const found: Assigned[] = [];
  for (const [index, body] of codeOf(text)) {
    const value = TMOUT.exec(body)?.[2];
    const frozen = FROZEN.test(body);
    if (value !== undefined) found.push({ file, line: index + 1, value: Number(value), readonly: frozen });
    const last = found.at(-1);
    if (frozen && last) found[found.length - 1] = { ...last, readonly: true };
  }
  return found;
}

/** umask commands in a script's order; a symbolic mask depends on the one before it and counts as 0, the laxest. */
export function umasksOf(file: string, text: string): Assigned[] {
  return codeOf(text).flatMap(([index, body]) => {
    const mask = UMASK.exec(body)?.[3];
    const value = /^[0-7]+$/.test(mask ?? '') ? Number.parseInt(mask ?? '', 8) : 0;
    return mask === undefined ? [] : [{ file, line: index + 1, value, readonly: false }];
  });
}

/** The text with every TMOUT of 0 or above `max` set to `max`, and TMOUT made read-only after its last assignment. Idempotent. */
export function withTmout(text: string, max: number): string {
  const bound = (whole: string, lead: string, value: string) =>
    Number(value) === 0 || Number(value) > max ? `${lead}TMOUT=${max}` : whole;
  const numbers = joined(
    linesOf(text).map((line) => {
      const code = line.body.replace(COMMENT, '');
      return { ...line, body: code.replace(TMOUT, bound) + line.body.slice(code.length) };
    }),
  );
  const last = tmoutsOf('', numbers).at(-1);
  return last === undefined || last.readonly ? numbers : inserted(numbers, last.line, 'readonly TMOUT');
}

function codeOf(text: string): [number, string][] {
  return linesOf(text)
    .map(({ body }, index): [number, string] => [index, body.replace(COMMENT, '')])
    .filter(([, body]) => body.trim() !== '');
}
