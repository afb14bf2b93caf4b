/** `${inputs.x}` and `${answers.step}` in runbook texts: found before anything runs, filled in only as data, never into a shell text. */
import type { Finding } from '../core/finding.ts';
import type { InputValue } from '../core/input.ts';
import { Stop } from '../core/stop.ts';
import { speak, type Text, t } from '../core/text.ts';

/** `$${` is a plain `${`. */
const PLACE = /\$\$\{|\$\{([^{}]*)\}/g;

/** What may be filled in: by full name, such as `inputs.host`. */
export type Values = (name: string) => InputValue | undefined;

/** The names between `${` and `}`, in order; `''` for a place that is not closed. */
export function placesOf(text: string): string[] {
  const names = [...text.matchAll(PLACE)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return text.replaceAll(PLACE, '').includes('${') ? [...names, ''] : names;
}

/** The text with its places filled; a list is joined by commas. Stop('usage') where a value is missing or breaks the line. */
export function fill(text: string, values: Values): string {
  return text.replace(PLACE, (_, name?: string) => {
    if (name === undefined) return '${';
    const value = textOf(name, values);
    if (/[\0\r\n]/.test(value)) throw refused(t('{name} holds a line break, which is not allowed there.', { name }));
    return value;
  });
}

/** A record's text with its places filled; values may have several lines. */
export function fillRecord(text: string, values: Values): string {
  return text.replace(PLACE, (_, name?: string) => (name === undefined ? '${' : textOf(name, values)));
}

/** A regular expression with its places filled by literal text. */
export function fillPattern(pattern: string, values: Values): string {
  // A hyphen is a range inside brackets, and may be escaped by its number only.
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll('-', '\\x2d');
  return pattern.replace(PLACE, (_, name?: string) => literal(name === undefined ? '${' : textOf(name, values)));
}

/** A filled-in pattern compiled; Stop('usage') where the value has made nonsense of it, e.g. of a `{1,${inputs.most}}`. */
export function patternOf(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw refused(t('{pattern} is no regular expression once its values are filled in.', { pattern }));
  }
}

/** Words of a program. A word that is one place takes a list as several words; none may turn into an option by its value. */
export function fillArgv(argv: readonly string[], values: Values): string[] {
  return argv.flatMap((word, index) => {
    const name = /^\$\{([^{}]*)\}/.exec(word)?.[1];
    const whole = name !== undefined && word === `\${${name}}`;
    const value = name === undefined ? undefined : values(name);
    const filled = whole && typeof value === 'object' ? [...value] : [fill(word, values)];
    if (name !== undefined && !argv.slice(0, index).includes('--')) for (const one of filled) notAnOption(name, one);
    if (index === 0 && name !== undefined) throw refused(t('{name} may not choose the program.', { name }));
    return filled;
  });
}

/** An absolute path. A place that is only part of it fills one name: no slash, no way up. */
export function fillPath(path: string, values: Values): string {
  const part = placesOf(path).length > 0 && !/^\$\{[^{}]*\}$/.test(path);
  const filled = path.replace(PLACE, (_, name?: string) => {
    if (name === undefined) return '${';
    const value = textOf(name, values);
    if (part && value.includes('/'))
      throw refused(t('{name} is {value}; a slash is not allowed there.', { name, value }));
    return value;
  });
  const parts = filled.split('/');
  if (!filled.startsWith('/') || parts.includes('..') || parts.includes('.') || /[\0\r\n]/.test(filled))
    throw refused(t('{path} is not a plain absolute path.', { path: filled }));
  return filled;
}

function notAnOption(name: string, value: string): void {
  if (!value.startsWith('-')) return;
  throw refused(t('{name} is {value}; it would be taken for an option.', { name, value }));
}

function textOf(name: string, values: Values): string {
  const value = values(name);
  if (value === undefined) throw refused(t('{name} has no value.', { name }));
  return typeof value === 'object' ? value.join(',') : `${value}`;
}

function refused(text: Text): Stop {
  return new Stop('usage', text, {
    notDone: t('Nothing was done with it.'),
    safe: t('Nothing was changed by this step.'),
  });
}

/** The findings of a step as lines of a record. */
export function findingLines(findings: readonly Finding[]): string {
  return findings.map((finding) => `${finding.outcome}: ${finding.subject}: ${speak(finding.found)}`).join('\n');
}
