/** How answers are written down: without what looks like a person, a company or a secret, and files that others may not read only as a hash. */
import type { Json } from '../core/json.ts';
import { sha256 } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

const HIDDEN = '[redacted]';

/** Digits that are part of a longer run are judged with it; a blank, a dash or full-width digits do not hide them. */
const PATTERNS: readonly RegExp[] = [
  // Unified social credit code: 18 characters without I, O, S, V, Z.
  /(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])/g,
  // Citizen number: 17 digits and a digit or X, also broken by blanks or dashes.
  /(?<!\d)(?:\d[ -]?){17}[\dXx](?!\d)/g,
  // Mobile number, with or without the country's.
  /(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/g,
  // Invoice and bank account numbers: runs of 16 to 30 digits.
  /(?<!\d)(?:\d[ -]?){15,29}\d(?!\d)/g,
  // name = value, name: value, where the name says that the value is a secret.
  /(?<=(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|requirepass|masterauth|authorization)["']?\s*[:= ]\s*["']?)[^\s"',;]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /AGE-SECRET-KEY-1[0-9A-Z]+/g,
  // The hash field of a shadow line.
  /\$(?:1|2[aby]|5|6|y|gy|sm3)\$[^\s:]+/g,
];

/** The same JSON with every such part of every string replaced. */
export function redacted(value: unknown): Json {
  if (typeof value === 'string') return redactedText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redacted(item)]));
}

function redactedText(text: string): string {
  // Full-width digits are looked at as the digits they are; the text is only normalised where something was found.
  const narrow = text.replace(/[０-９Ａ-Ｚａ-ｚ]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  const hidden = PATTERNS.reduce((all, pattern) => all.replace(pattern, HIDDEN), narrow);
  return hidden === narrow ? text : hidden;
}

interface Seen {
  readonly kind: string;
  readonly bytes?: Uint8Array;
  readonly mode?: number;
}

/** An answer as JSON. `undefined` is an answer too. */
export function frozen(answer: unknown): Json {
  if (answer === undefined) return { undefined: true };
  if (typeof answer !== 'object' || answer === null) return { value: redacted(plain(answer)) };
  const { bytes, ...facts } = answer as Seen;
  if (!(bytes instanceof Uint8Array)) return { value: redacted(plain(answer)) };
  const text = Buffer.from(bytes).toString('utf8');
  const readable = (facts.mode ?? 0) & 0o004 && Buffer.from(text, 'utf8').equals(bytes);
  // Not readable by everyone, or no text: only that it was there and which bytes it had.
  const content = readable ? { utf8: redactedText(text) } : { sha256: sha256(bytes), length: bytes.length };
  return { value: facts as unknown as Json, content };
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item))) as Json;
}

/** The answer back. Stop('unreachable') for a file that was recorded by its hash only: another text would be judged as if it were its own. */
export function thawed(line: Json): unknown {
  const { value, content, undefined: nothing } = line as Frozen;
  if (nothing === true) return undefined;
  if (content === undefined) return value;
  if (content.utf8 === undefined) {
    throw new Stop(
      'unreachable',
      t('this is a replay: the file was recorded by its hash only ({hash})', { hash: content.sha256 ?? '?' }),
      { notDone: t('Nothing was judged from this look, and nothing was changed.') },
    );
  }
  return { ...(value as object), bytes: Buffer.from(content.utf8, 'utf8') };
}

interface Frozen {
  readonly value?: Json;
  readonly content?: { readonly utf8?: string; readonly sha256?: string };
  readonly undefined?: true;
}
