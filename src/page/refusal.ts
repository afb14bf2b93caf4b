/** Why nothing is shown or saved, as a value: the sentence for it stands in texts.ts. */

export const REFUSALS = [
  'browser',
  'unsealed',
  'manifest',
  'signature',
  'notAge',
  'cut',
  'longer',
  'changed',
  'passphrase',
  'workFactor',
  'identity',
  'identityPassphrase',
  'stranger',
  'damaged',
  'plain',
  'rows',
  'unreadable',
  'spreadsheet',
  'disk',
  'bug',
] as const;
export type Code = (typeof REFUSALS)[number];
/** What the sentence names: sizes, counts, the expected file; never a cell. */
export type Values = Readonly<Record<string, string | number>>;

/** An error that carries its refusal. */
export interface Refusal extends Error {
  readonly code: Code;
  readonly values: Values;
}

/** The error to throw. Its message is the code alone: whatever broke may hold a value. */
export function refuse(code: Code, values: Values = {}): Refusal {
  return Object.assign(new Error(code), { code, values });
}

/** What went wrong, as a refusal: one of ours as it is, a file that could not be read, else a fault of the page. */
export function refusalOf(error: unknown): { readonly code: Code; readonly values: Values } {
  if (error instanceof Error && 'code' in error && REFUSALS.includes(error.code as Code)) {
    const { code, values } = error as Refusal;
    return { code, values };
  }
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotReadableError' || name === 'NotFoundError') return { code: 'unreadable', values: {} };
  if (name === 'QuotaExceededError') return { code: 'disk', values: {} };
  return { code: 'bug', values: { name } };
}
