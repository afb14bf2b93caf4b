/** The kinds of data that a site's dictionary may give a column. */

/** Kinds shown as they are. Text among them is still scanned for identifiers that do not belong there. */
const CLEAR = ['clear', 'amount'];

/** Kinds with a mask of their own; `free-text` is text of which only what looks like an identifier is hidden, `pseudonym` a token that joins. */
export const KINDS = [
  ...CLEAR,
  'credit-code',
  'taxpayer-id',
  'citizen-id',
  'phone',
  'bank-account',
  'invoice-code',
  'invoice-no',
  'person-name',
  'company-name',
  'address',
  'email',
  'plate',
  'passport',
  'pseudonym',
  'free-text',
  'whole',
] as const;

/** The spelling of a kind that the rules use; an unknown one stays unknown and is masked wholly. */
export function kindName(written: string): string {
  return written.trim().toLowerCase().replaceAll('_', '-');
}

export function isClearKind(kind: string): boolean {
  return CLEAR.includes(kind);
}
