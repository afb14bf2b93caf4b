/** What a produce step makes: a bounded look, pure functions that mask and format it, and who may open it. */
import type { Batch } from './batch.ts';
import type { Json } from './json.ts';

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
  /** Milliseconds in which at least one row must come, so that a healthy long read is not cut; `timeout` unless given. */
  readonly idle?: number;
  /** The rows come in random order: the database would give them in the order of what a mask hides. */
  readonly shuffled?: boolean;
  /** Only these tables (lower case) may be read; the driver's own authorizer enforces it where it has one. */
  readonly tables?: readonly string[];
  /** Reads what another session exported (`DataState.snapshot`). */
  readonly snapshot?: string;
}

/**
 * Rows -> bytes. `batch` masks and formats; it throws rather than let through what it cannot judge. What it returns holds until its
 * next call: it may be one buffer used again and again.
 */
export interface Form {
  head(columns: readonly string[]): Uint8Array;
  batch(rows: Batch): Uint8Array;
  tail(): Uint8Array;
  /** Where the bytes above are one member of a ZIP package (an XLSX sheet): its name, and the other members, by name. */
  readonly pack?: { readonly member: string; others(columns: readonly string[]): Readonly<Record<string, string>> };
}

/** Keys greater than `after` up to and with `until`, in exact decimal text; without one of them open to that side. NULL is in the one without `after`. */
export interface Range {
  readonly after?: string;
  readonly until?: string;
}

/** How a large result is read in parts by ranges of one whole number that every row has. */
export interface Slices {
  /** Rows of the key's table that one part spans. */
  readonly rows: number;
  /** The columns that every part must have. */
  readonly columns: readonly string[];
  /** Asks the key's table for the key that stands `rows` behind `after`: one row of one cell, or none where there are fewer. */
  bound(after: string | undefined): RowQuery;
  /** The rows of one part. */
  part(range: Range): RowQuery;
  /** False for a bound that may not be written down as it is. */
  plain(bound: string): boolean;
  /** Milliseconds in which all of it must be read, from when it was planned. */
  readonly within?: number;
}

/** One part of an artefact: an encrypted file of its own; `plain` is the SHA-256 of its unencrypted bytes. */
export interface Part {
  readonly name: string;
  readonly rows: number;
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
}

/** 32 bytes each. `mark` makes this extraction's traces in a file and finds them again, and outlives it; `join` makes its pseudonyms, and is destroyed with it. */
export interface Keys {
  readonly mark: Uint8Array;
  readonly join: Uint8Array;
}

/** Below the site folder: where the sealed parts of an artefact lie until it is whole. */
export function partsFolder(subject: string): string {
  return `runs/${subject}/parts`;
}

export interface Recipient {
  readonly operator: string;
  /** `age1…` */
  readonly age: string;
}

export interface Product {
  /** Path below the site folder, e.g. `exports/E-…/invoices.csv.age`. */
  readonly path: string;
  /** Read in parts, each sealed by itself; the artefact is then a ZIP of them, in their order. Only for forms without `pack`. */
  readonly slices?: Slices;
  /** Everything an approval of it binds: statement, binds, database, limits, masks, recipients. Plain JSON. */
  readonly binding: Json;
  readonly source: RowQuery | { readonly text: string };
  /** What masks and formats, made with the keys of `subject`. */
  form?(keys: Keys): Form;
  /** Whose keys (an extraction's id): needed with `form`. */
  readonly subject?: string;
  /** Empty only for what is not taxpayer data. */
  readonly recipients: readonly Recipient[];
  /** Also to be opened by a passphrase, which is asked for once, before anything is read: it seals an identity of its own beside the file. */
  readonly passphrase?: boolean;
  /** Written beside the artefact as `manifest.json`, signed by whoever makes it, and journalled by hash; no cell of the data may be in it. */
  manifest?(artefact: Artefact): Json;
  /** Operator whose key signs the manifest; it is unlocked before the first row is read. Set by the engine: whoever makes it. */
  readonly signer?: string;
  /** True: `open.html`, the page that opens the file without this tool, is written beside it with the manifest in it. */
  readonly page?: boolean;
  /** Further small files beside it (`open.html`, a README), path below the artefact's folder -> text. */
  readonly beside?: Readonly<Record<string, string>>;
}

/**
 * A finished file. `rows` counts data rows, `plain` is the SHA-256 of the unencrypted bytes; of a file with `parts` that of the hex of
 * their `plain`, one behind the other. The unencrypted parts behind each other are the data.
 */
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
  readonly parts?: readonly Part[];
  /** With `parts`: how many different states of the database they were read from, at most. */
  readonly snapshots?: number;
}
