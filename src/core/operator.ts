/** Who acts and who approves. Operators exist only as journal entries; `records/roster.ts` folds them. */

export const ROLES = ['data', 'system', 'app', 'approver', 'owner', 'recipient', 'security', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const PARTIES = ['purchaser', 'contractor', 'vendor'] as const;
export type Party = (typeof PARTIES)[number];

export interface Operator {
  readonly name: string;
  /** One person may hold several roles, but never two of system, security, auditor (三员分立). */
  readonly roles: readonly Role[];
  readonly party: Party;
  /** Ed25519 public key, PEM (SPKI): signs approvals. */
  readonly key: string;
  /** age recipient (`age1…`) where the operator receives encrypted data. */
  readonly age?: string;
  /** OS account mapped to this operator. */
  readonly account?: string;
  /** Department or firm; a recipient of another unit than the data's owner needs the owner's approval. */
  readonly unit?: string;
  /** ISO dates: confidentiality undertaking signed, last training, clearance until. */
  readonly undertaking?: string;
  readonly training?: string;
  readonly clearance?: string;
}

/** One signature that an approval needs; several seats need as many different people. */
export interface Seat {
  readonly roles: readonly Role[];
  readonly party?: Party;
}
