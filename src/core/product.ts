/** What a produce step makes: a bounded look, pure functions that mask and format it, and who may open it. */
import type { Json } from './json.ts';

/** One cell as the database gave it. */
export type Cell = string | number | bigint | null | Uint8Array;
export type Batch = readonly (readonly Cell[])[];

/** A bounded read. `sql` binds are `:name`, already replaced for the dialect by whoever planned it. */
export interface RowQuery {
  readonly database: string;
  readonly sql: string;
  readonly binds: Readonly<Record<string, string | number | null>>;
  /** Rows at most; one more is an error, never a silent cut, unless `truncate`. */
  readonly limit: number;
  readonly truncate?: boolean;
  /** Milliseconds for the statement as a whole. */
  readonly timeout: number;
  /** Only these tables (lower case) may be read; the driver's own authorizer enforces it where it has one. */
  readonly tables?: readonly string[];
}

/** Rows -> bytes. `batch` masks and formats; it throws rather than let through what it cannot judge. */
export interface Form {
  head(columns: readonly string[]): Uint8Array;
  batch(rows: Batch): Uint8Array;
  tail(): Uint8Array;
}

export interface Recipient {
  readonly operator: string;
  /** `age1…` */
  readonly age: string;
}

export interface Product {
  /** Path below the site folder, e.g. `exports/E-…/invoices.csv.age`. */
  readonly path: string;
  /** Everything an approval of it binds: statement, binds, database, limits, masks, recipients. Plain JSON. */
  readonly binding: Json;
  readonly source: RowQuery | { readonly text: string };
  readonly form?: Form;
  /** Empty only for what is not taxpayer data. */
  readonly recipients: readonly Recipient[];
  /** Written beside the artefact as `manifest.json` and journalled by hash; no cell of the data may be in it. */
  manifest?(artefact: Artefact): Json;
  /** Further small files beside it (`open.html`, a README), path below the artefact's folder -> text. */
  readonly beside?: Readonly<Record<string, string>>;
}

/** A finished file. `rows` counts data rows, `plain` is the SHA-256 of the unencrypted bytes. */
export interface Artefact {
  readonly path: string;
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: readonly string[];
  /** Whole milliseconds. */
  readonly took: number;
  readonly manifest?: { readonly path: string; readonly sha256: string };
}
