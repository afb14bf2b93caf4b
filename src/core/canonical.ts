/** JSON in one canonical spelling, without a built-in of any platform: a browser makes the same bytes as a server. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * RFC 8785 (JCS) text of a value: keys sorted by UTF-16 units, no blanks. `undefined` members are left out.
 * Throws TypeError for what has no single spelling: non-integers, integers beyond 2^53-1, lone surrogates, functions.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`no JSON for a ${typeof value}`);
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${canonicalString(key)}:${canonical(item)}`).join(',')}}`;
}

function canonicalString(value: string): string {
  if (LONE_SURROGATE.test(value)) throw new TypeError('a lone surrogate has no UTF-8 form');
  return JSON.stringify(value);
}

function canonicalNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not an exact integer: ${value}; store it as a string`);
  return String(value === 0 ? 0 : value);
}
