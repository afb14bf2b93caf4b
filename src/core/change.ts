/** Something to be done, as a value. A Change is plain JSON, so that what is shown, approved, recorded and performed is one thing. */
import { digestOf } from './json.ts';
import type { Text } from './text.ts';

/** `host:NAME`, `database:NAME`, `redis:NAME`, `search:NAME`, `goldengate:NAME`: what locks, windows and neighbours are keyed by. */
export type Target = `${'host' | 'database' | 'redis' | 'search' | 'goldengate'}:${string}`;

/** Bytes as JSON: text where it is UTF-8, else base64. */
export type Content = { readonly utf8: string } | { readonly base64: string };

/** One program, never a shell string. `as` is the user it runs as (`become`); `stdin` is not secret. */
export interface Argv {
  readonly host: string;
  readonly argv: readonly string[];
  readonly as?: string;
  readonly stdin?: string;
}

/** "Did it happen?": a look, and the answer that means yes. Any other answer of a look that worked means no. */
export type Probe =
  | { readonly kind: 'command'; readonly look: Argv; readonly code?: number; readonly stdout?: string }
  | { readonly kind: 'file'; readonly host: string; readonly path: string; readonly sha256: string | 'absent' };

/** The way back: Changes in the order to perform them, or in words why there is none. A file's own undo is its pre-image. */
export type Undo = readonly Change[] | { readonly irreversible: Text };

interface Deed {
  readonly why?: Text;
  /** Neighbour systems it can reach, by the names of site.yml; the target's own neighbours are added to the plan anyway. */
  readonly reaches?: readonly string[];
  /** Milliseconds; 60 s unless given. */
  readonly timeout?: number;
}

export interface CommandChange extends Deed, Argv {
  readonly kind: 'command';
  readonly undo: Undo;
  readonly probe?: Probe;
}

export interface FileChange extends Deed {
  readonly kind: 'file';
  readonly host: string;
  readonly path: string;
  /** null: the file shall be absent. */
  readonly content: Content | null;
  /** Permission bits; the pre-image's where left out, 0o644 for a new file. */
  readonly mode?: number;
  readonly owner?: number;
  readonly group?: number;
  readonly as?: string;
  /** Hash the planner saw (`absent` for no file). Another one at the deed: refused, a foreign edit is never overwritten. */
  readonly before: string;
  /** True where a preview must show hashes only. */
  readonly secret?: boolean;
  /** What makes the file take effect; performed after writing and after restoring. */
  readonly settle?: readonly Argv[];
}

export interface SqlChange extends Deed {
  readonly kind: 'sql';
  readonly database: string;
  readonly text: string;
  readonly binds?: Readonly<Record<string, string | number | null>>;
  readonly undo: Undo;
  readonly probe?: Probe;
}

/** A Redis command, an Elasticsearch request or a GoldenGate command on a configured service. */
export interface ServiceChange extends Deed {
  readonly kind: 'redis' | 'search' | 'goldengate';
  readonly service: string;
  readonly argv: readonly string[];
  readonly body?: string;
  readonly undo: Undo;
  readonly probe?: Probe;
}

export type Change = CommandChange | FileChange | SqlChange | ServiceChange;

/** A process a Change started, so that a resume can see whether it still lives. `started` is the kernel's start tick (field 22 of /proc/PID/stat). */
export interface Spawned {
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

/** What a performed Change left: `post` is the file's post-image hash (`absent` where removed), `code` a program's exit code. */
export interface Made {
  readonly post?: string;
  readonly code?: number;
}

/** The target a Change touches. */
export function targetOf(change: Change): Target {
  if (change.kind === 'command' || change.kind === 'file') return `host:${change.host}`;
  return change.kind === 'sql' ? `database:${change.database}` : `${change.kind}:${change.service}`;
}

/** One line for plans, the journal and remaining-steps lists: kind and object, never content. */
export function summaryOf(change: Change): string {
  if (change.kind === 'file') return `${change.content === null ? 'remove' : 'write'} ${change.path}`;
  if (change.kind === 'sql') return `sql ${digestOf(change.text).slice(0, 23)}`;
  return change.argv
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}

/** A Content's bytes. */
export function bytesOf(content: Content): Uint8Array {
  return 'utf8' in content ? Buffer.from(content.utf8, 'utf8') : Buffer.from(content.base64, 'base64');
}

/** Bytes as Content; text exactly when it survives the round trip through UTF-8. */
export function contentOf(bytes: Uint8Array): Content {
  const utf8 = Buffer.from(bytes).toString('utf8');
  return Buffer.from(utf8, 'utf8').equals(bytes) ? { utf8 } : { base64: Buffer.from(bytes).toString('base64') };
}
