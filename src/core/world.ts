/** Everything outside, as a few verbs: look, perform, ask, keep, now. The only room with side effects implements this. */

import type { Batch, Bindable } from './batch.ts';
import type { Argv, Change, Made, Spawned, Target } from './change.ts';
import type { Draft, Entry, Event, EventType, SideFile } from './event.ts';
import type { Operator } from './operator.ts';
import type { Artefact, Keys, Product, RowQuery } from './product.ts';
import type { Answer, Question } from './question.ts';
import type { Text } from './text.ts';

export interface World {
  readonly look: Look;
  /** The only way to change anything outside. Called by the engine alone. `spawned` is awaited before the process is waited for. */
  perform(change: Change, hooks: Hooks): Promise<Made>;
  /** The person at the keyboard, or the answers given beforehand. Stop('waiting') naming the flag where there is nobody; Stop('interrupted') on Ctrl-C. */
  ask(question: Question): Promise<Answer>;
  readonly keep: Keep;
  now(): Date;
  /** Resolves after so many milliseconds, or at once when aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Hooks {
  spawned(process: Spawned): Promise<void>;
  readonly signal?: AbortSignal;
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A path as found. `label` is the SELinux context where there is one. Times are milliseconds since the epoch. */
export type FileSeen =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file';
      readonly bytes: Uint8Array;
      readonly mode: number;
      readonly owner: number;
      readonly group: number;
      readonly label?: string;
      readonly modified: number;
    }
  | {
      readonly kind: 'folder' | 'link' | 'other';
      readonly mode: number;
      readonly owner: number;
      readonly group: number;
      /** Where a link points, as it is written in the link. */
      readonly target?: string;
    };

/** Facts of a configured thing for `doctor`: reachable, what version, how it was reached, or what stands in the way and what to do. */
export interface Reach {
  readonly ok: boolean;
  readonly version?: string;
  readonly mode?: string;
  readonly trouble?: Text;
  readonly advice?: Text;
  /** Server's clock minus ours in milliseconds, where it told. */
  readonly skew?: number;
}

/** Reading only. What could not be looked at throws Stop('unreachable'), naming the thing and the cause; it never looks like an empty answer. */
export interface Look {
  /** Runs a program of the read list; others are refused. A host with a `root` runs none: Stop('unreachable'). */
  command(look: Argv, timeout?: number): Promise<Output>;
  file(host: string, path: string, as?: string): Promise<FileSeen>;
  /** Names in a folder, sorted; undefined where it is absent. */
  folder(host: string, path: string): Promise<readonly string[] | undefined>;
  /** True where the host is a folder (no commands, running and boot layers do not exist). */
  rooted(host: string): boolean;
  /** Streams a bounded read-only SELECT; first batch preceded by the columns. */
  rows(query: RowQuery, signal?: AbortSignal): Promise<RowStream>;
  /** Column names and, where the driver knows, their origin table and column; nothing is executed. */
  columns(database: string, sql: string): Promise<readonly ColumnSeen[]>;
  /** Rows and cost the database expects, and tables it would scan in full; undefined where it cannot say. */
  estimate(query: RowQuery): Promise<Estimate | undefined>;
  /** `table.column` of every readable table. */
  catalogue(database: string): Promise<readonly ColumnSeen[]>;
  /** What tells this database from every other whatever its alias: system identifier, name, file; no secret is in it. */
  fingerprint(database: string): Promise<Readonly<Record<string, string>>>;
  /** A state of the database that several `rows` can share by its snapshot; to be ended. */
  state(database: string): Promise<DataState>;
  /** What the account may do beyond reading, in words of the server (`SUPERUSER`, `INSERT on public.invoice`); empty where it may only read. Stop('unreachable') where it cannot be asked. */
  privileges(database: string): Promise<readonly string[]>;
  /** A reading Redis command (allow-list). */
  redis(name: string, argv: readonly string[]): Promise<unknown>;
  /** Tries to reach one target, or a driver (`driver:oracledb`) without a target. Never throws for a refusal. */
  reach(target: Target | `driver:${string}`): Promise<Reach>;
  /** Is a process a Change started still alive? undefined: cannot tell. */
  alive(process: Spawned): Promise<boolean | undefined>;
  machine(): Promise<Machine>;
}

export interface RowStream {
  readonly columns: readonly string[];
  readonly batches: AsyncIterable<Batch>;
  /** True: a process of our own makes them, so that a second processor is at work already. */
  readonly elsewhere?: boolean;
}

export interface ColumnSeen {
  readonly name: string;
  readonly table?: string;
  readonly column?: string;
  readonly type?: string;
  /** In a catalogue: true where the table is a view, whose own columns come from who knows where. */
  readonly view?: boolean;
  /** In a catalogue: true for a whole number that is its table's primary key by itself. */
  readonly key?: boolean;
  /** What the database's own dictionary says of the column, where the driver can tell. */
  readonly comment?: string;
}

export interface Estimate {
  readonly rows?: number;
  readonly cost?: number;
  readonly fullScans: readonly string[];
}

/** The machine gxops runs on. Bytes, and milliseconds. */
export interface Machine {
  readonly node: string;
  readonly version: string;
  readonly user: string;
  readonly uid: number;
  readonly host: string;
  readonly freeBytes?: number;
  readonly filesystem?: string;
  readonly terminal: { readonly columns: number; readonly interactive: boolean };
}

export interface Query {
  readonly run?: string;
  readonly subject?: string;
  readonly types?: readonly EventType[];
  /** Only entries with a greater seq. */
  readonly after?: number;
  /** Only entries with a seq not greater. */
  readonly upTo?: number;
  /** Only the last n that match. */
  readonly last?: number;
  /** Only entries of runs that were opened and never closed. */
  readonly open?: boolean;
}

export interface Holder {
  readonly target: string;
  readonly pid: number;
  readonly operator: string;
  readonly why: string;
  readonly since: string;
}

/** A decrypted artefact: data rows, SHA-256 of the encrypted and of the plain bytes. `verified`: a manifest was there and agrees. */
export interface Opened {
  readonly rows: number;
  readonly sha256: string;
  readonly plain: string;
  readonly verified: boolean;
  /** Who signed the manifest, where its signature holds. */
  readonly signer?: string;
  /** SHA-256 of the signer's public key, in groups of four: to be compared with the hand-over sheet where the site does not know it. */
  readonly fingerprint?: string;
  /** True where the key that signed is the one which this site has of the signer. */
  readonly known?: boolean;
}

/** A state of a database that several sessions read. */
export interface DataState {
  /** What `RowQuery.snapshot` takes, where sessions can share one. */
  readonly snapshot?: string;
  /** A name of the state that a session which begins now would see. Two that are equal are one state; others perhaps too. */
  now(): Promise<string>;
  end(): Promise<void>;
}

/** How an extraction was cut, as it is recorded. */
export type Sliced = Extract<Draft, { type: 'extract.sliced' }>['data'];
/** One part, as it is recorded. */
export type Sealed = Extract<Draft, { type: 'extract.part' }>['data'];

/** What is known of an artefact's parts from earlier attempts, and where to record those of this one; each is durable before it returns. */
export interface PartsRecord {
  readonly sliced?: Sliced;
  readonly sealed: readonly Sealed[];
  add(draft: PartDraft): Promise<void>;
}

export type PartDraft = Extract<
  Event,
  { type: 'extract.sliced' | 'extract.part' | 'extract.part-lost' | 'extract.parts-dropped' }
>;

export interface Progress {
  readonly rows: number;
  readonly bytes: number;
}

/** This tool's own: journal, locks, side files, artefacts, keys. */
export interface Keep {
  /** Appends all drafts as one durable group, in order; returns once they are on disk. Stop('refused') when the journal cannot take them: then nothing was recorded. */
  append(drafts: readonly Draft[]): Promise<readonly Entry[]>;
  entries(query: Query): Promise<readonly Entry[]>;
  /** Stored lines from the first, raw, for verification. A line's bytes hold until the next is asked for. */
  lines(): AsyncIterable<StoredLine>;
  /** A new id, e.g. `R-20261123-7F3KQ`. */
  newId(letter: 'R' | 'E' | 'O' | 'Q'): string;
  /** Kernel locks on all targets (or run ids) for the time of `work`. Held by another: Stop('refused') naming holder, since when, why. */
  hold<T>(names: readonly string[], holder: { operator: string; why: string }, work: () => Promise<T>): Promise<T>;
  /** Writes a side file below the site folder, 0600 in 0700 folders, durable before it returns. */
  store(path: string, bytes: Uint8Array): Promise<SideFile>;
  /** A side file's bytes; undefined where absent; Stop('refused') where it is not the bytes that the hash names. */
  fetch(path: string, sha256?: string): Promise<Uint8Array | undefined>;
  /**
   * Streams, encrypts, hashes, syncs and renames; nothing stays under the final name or a temporary one when it fails. One with
   * `slices` needs `parts`; where it fails by what may pass (a lost connection, a signal), its sealed parts stay for the next attempt.
   */
  artefact(
    product: Product,
    progress: (at: Progress) => void,
    signal?: AbortSignal,
    parts?: PartsRecord,
  ): Promise<Artefact>;
  /** Text of a file of the shipped templates folder, by its path below it, e.g. `site.yml`; Stop('bug') where it is not there. */
  template(name: string): Promise<string>;
  /**
   * Decrypts an artefact to `out` with an age identity file (0600), or without one by the passphrase that is asked for and opens the
   * identity beside the file, and checks it against the signed manifest. Paths as the person gave them. Stop('refused') where
   * anything does not fit, also a signer's key that is not the one in `keys` (PEM, by operator); then nothing stays.
   */
  open(
    file: string,
    identityFile: string | undefined,
    out: string,
    keys: Readonly<Record<string, string>>,
  ): Promise<Opened>;
  /** The keys of an extraction, made on first use. After `discard` of `runs/<id>/join` its pseudonyms can be made by nobody. */
  keys(subject: string): Promise<Keys>;
  /** The `mark` of those keys alone; no other is made by asking, also for an extraction that was destroyed. */
  mark(subject: string): Promise<Uint8Array>;
  /** Names of files directly in a folder below the site folder, sorted; empty where it is absent. */
  files(folder: string): Promise<readonly string[]>;
  /** Names of folders directly in a folder below the site folder, sorted; empty where it is absent. */
  folders(folder: string): Promise<readonly string[]>;
  /** SHA-256 (64 hex) and size of a file below the site folder, read as a stream; undefined where absent. */
  hash(path: string): Promise<{ readonly sha256: string; readonly bytes: number } | undefined>;
  /** Removes a side file or an artefact's folder; durable. Absent is fine. */
  discard(path: string): Promise<void>;
  /** Makes a new site folder: refuses one that is not empty; all files durable before it returns. */
  establish(folder: SiteFolder): Promise<void>;
  /** Signs with the operator's Ed25519 key file (`--key`, the configured one, or the sandbox's); asks for its passphrase where it has one. */
  sign(operator: string, statement: string): Promise<string>;
  /** Makes an Ed25519 and an age key pair under keys/; unencrypted only for a sandbox. Returns the public halves. */
  makeKeys(operator: string, passphrase?: string): Promise<Pick<Operator, 'key' | 'age'>>;
}

/** What `site init` writes. Paths are below the site folder; folders are 0700, files 0600 unless `mode` says otherwise. */
export interface SiteFolder {
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array; readonly mode?: number }[];
  readonly databases: readonly {
    readonly path: string;
    readonly schema: readonly string[];
    readonly tables: readonly { readonly insert: string; readonly rows: Iterable<readonly Bindable[]> }[];
  }[];
}

export interface StoredLine {
  readonly segment: string;
  /** Byte offset in the segment. */
  readonly offset: number;
  /** The line without its newline. */
  readonly bytes: Uint8Array;
  /** False for a last line without newline: a torn tail. */
  readonly whole: boolean;
}
