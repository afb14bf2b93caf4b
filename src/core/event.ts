/** What happened: the bodies of journal lines. Intent, then deed, then outcome; nothing here holds a secret or a taxpayer's value. */
import type { Made, Spawned } from './change.ts';
import type { Finding } from './finding.ts';
import type { Inputs } from './input.ts';
import type { Json } from './json.ts';
import type { Operator, Seat } from './operator.ts';
import type { Artefact } from './product.ts';
import type { Answer } from './question.ts';
import type { Text } from './text.ts';
import type { Verdict } from './verdict.ts';

/** A side file by content: path below the site folder and its SHA-256. */
export interface SideFile {
  readonly path: string;
  readonly sha256: string;
}

/** How an undo can be done: from the pre-image, by recorded Changes, or not, with the reason. */
export type Way = 'pre-image' | 'changes' | { readonly irreversible: Text };

type Of<T extends string, D> = { readonly type: T; readonly data: D };

export type RunEvent =
  | Of<
      'run.opened',
      {
        runbook: string;
        version: number;
        digest: string;
        definition: SideFile;
        inputs: Inputs;
        title: Text;
        obeys: readonly string[];
        neighbours: readonly string[];
        ticket?: string;
      }
    >
  | Of<'run.resumed', { epoch: number }>
  | Of<
      'run.suspended',
      {
        why: 'approval' | 'answer' | 'interrupted' | 'decision' | 'in-doubt' | 'refused' | 'watching';
        text: Text;
        next: readonly string[];
      }
    >
  | Of<'run.unwinding', { why: Text }>
  | Of<'run.closed', { verdict: Verdict; text?: Text; remaining?: readonly Text[] }>
  | Of<'step.began', { title: Text }>
  | Of<'step.skipped', { reason: Text }>
  | Of<'step.planned', { plan: SideFile; digest: string; changes: number }>
  | Of<'step.failed', { text: Text; policy: string }>
  | Of<'step.ended', Record<string, never>>
  | Of<'answer.given', { answer: Answer }>
  | Of<'findings.made', { findings: readonly Finding[] }>
  | Of<
      'change.intended',
      {
        change: string;
        target: string;
        kind: string;
        summary: string;
        body: SideFile;
        undo: Way;
        pre?: SideFile & { exists: boolean };
        post?: string;
        probe: boolean;
      }
    >
  | Of<'change.spawned', { change: string; process: Spawned; undoing?: boolean }>
  | Of<'change.made', { change: string; made: Made; by: 'outcome' | 'probe' | 'person'; reason?: string }>
  | Of<'change.failed', { change: string; text: Text }>
  | Of<'undo.intended', { change: string }>
  | Of<'change.undone', { change: string; by: 'outcome' | 'probe' | 'person'; reason?: string }>
  | Of<'undo.failed', { change: string; text: Text }>
  | Of<'artefact.intended', { path: string; digest: string }>
  | Of<'artefact.made', { artefact: Artefact }>
  | Of<'artefact.failed', { path: string; text: Text }>;

export type ApprovalEvent =
  | Of<
      'approval.requested',
      {
        digest: string;
        plan: SideFile;
        seats: readonly Seat[];
        requester: string;
        title: Text;
        expires: string;
        kind: 'run' | 'extract' | 'operator' | 'dictionary';
      }
    >
  | Of<
      'approval.granted',
      {
        digest: string;
        approver: string;
        expires: string;
        statement: string;
        signature?: string;
        paper?: { number: string; scan: string };
        countersign?: string;
        osAccount: string;
        sameAccount: boolean;
      }
    >
  | Of<'approval.rejected', { digest: string; approver: string; reason: string }>
  | Of<'approval.used', { digest: string; run: string; step: string; grants: readonly number[] }>;

export type SiteEvent =
  | Of<
      'log.genesis',
      {
        site: string;
        operators: readonly Operator[];
        /** Digests of the extraction rules that the site begins with. */
        rules?: readonly string[];
      }
    >
  | Of<'operator.proposed', { change: 'add' | 'retire'; operator: Operator; digest: string }>
  | Of<'operator.changed', { change: 'add' | 'retire'; operator: Operator; reason?: string; by: string }>
  | Of<'site.noted', { what: string; detail: Json }>;

export type ExtractEvent =
  | Of<
      'extract.applied',
      {
        application: SideFile;
        digest: string;
        database: string;
        requester: string;
        recipients: readonly string[];
        purpose: string;
        basis: string;
        limit: number;
        columns: readonly { name: string; mask: string }[];
        /** ISO date; entries of older versions have none. */
        destroyBy?: string;
        /** Digests of the rules it was applied for under. */
        rules?: string;
        dictionary?: string;
        template?: string;
      }
    >
  | Of<'extract.opened', { path: string; sha256: string; rows: number; verified: boolean }>
  /** A copy leaves us: which file, on which medium, where to, for whom. `copy` counts from 1 for each extraction. */
  | Of<
      'extract.handed-over',
      { copy: number; sha256: string; manifest: string; medium: string; destination: string; receiver: string }
    >
  /** The receiver's receipt for a copy. */
  | Of<'extract.received', { copy: number } & Statement>
  /** Intent and outcome of removing our file and the key of its pseudonyms. */
  | Of<'extract.destroying', { sha256: string; reason: string }>
  | Of<'extract.destroyed', { sha256: string; removed: readonly string[]; leftovers: readonly string[] }>
  /** The receiver's statement that a copy was destroyed. */
  | Of<'extract.stated', { copy: number } & Statement>
  /** A leaked file was looked at: which extraction it came from, if any. */
  | Of<'extract.traced', { sha256: string; found: string | null; matched: number; compared: number }>
  /**
   * A large extraction is read in parts: the greatest key of each but the last. `key`: one more recipient, whose identity the
   * passphrase opens, and the SHA-256 of the file that holds it.
   */
  | Of<
      'extract.sliced',
      { bounds: readonly string[]; rowsPerPart: number; key?: { recipient: string; sha256: string } }
    >
  /** One part (from 1) was read, encrypted and is on the disk. Parts of one `state` saw one state of the database. */
  | Of<'extract.part', { part: number; rows: number; sha256: string; plain: string; bytes: number; state: string }>
  /** A recorded part is missing or another; it is read again. */
  | Of<'extract.part-lost', { part: number; why: 'missing' | 'changed' }>
  /** All parts were removed: what was found while reading makes them worthless. */
  | Of<'extract.parts-dropped', { parts: number }>
  /**
   * A dictionary of columns and kinds proposed for a database. `digest` is that of all the other facts and is what is approved; `holds` is
   * the digest that an extraction's entry names once the dictionary is in force, `replaces` the one that it ends. It holds when the owner has signed.
   */
  | Of<
      'extract.classified',
      {
        database: string;
        version: number;
        dictionary: SideFile;
        digest: string;
        holds: string;
        replaces: string;
        columns: number;
      }
    >
  /** A query's rows were shown. Statement and binds, which may hold a value, are in the side file; no row is anywhere. */
  | Of<
      'query.ran',
      {
        database: string;
        statement: SideFile;
        rows: number;
        truncated: boolean;
        columns: readonly { name: string; mask: string }[];
        ticket: string;
        verdict: Verdict;
      }
    >;

/** What a person declares in writing: signed by their key, or on paper with number and the scan's hash, countersigned by another operator. */
export interface Statement {
  readonly by: string;
  readonly statement: string;
  readonly signature: string;
  readonly paper?: { readonly number: string; readonly scan: string };
  readonly countersign?: string;
}

export type AuditEvent =
  | Of<'recover.torn', { offset: number; length: number; sha256: string; bytes: string }>
  | Of<'clock.anomaly', { previous: string; found: string }>
  | Of<'audit.read', { what: string }>;

export type Event = RunEvent | ApprovalEvent | SiteEvent | ExtractEvent | AuditEvent;
export type EventType = Event['type'];

/** An event with what it is about: `run` (R-…), `subject` (R-…, E-…, O-…) and, inside a run, the step. */
export type Draft = Event & { readonly run?: string; readonly subject?: string; readonly step?: string };

/** Who wrote a line, as far as the machine can tell. `operator` is asserted by `--as` or the account map; a signature alone proves. */
export interface Actor {
  readonly operator?: string;
  readonly uid: number;
  readonly user: string;
  readonly loginuid?: number;
  readonly via: 'terminal' | 'ssh' | 'sudo' | 'cron' | 'unknown';
  readonly from?: string;
  readonly tty?: string;
}

/** A stored line's body: the event as the journal stamped it. Order is `seq`, never `t`. */
export type Body = Draft & {
  readonly v: 1;
  readonly log: string;
  readonly id: string;
  /** UTC, millisecond; for people. */
  readonly t: string;
  /** `<boot id>:<nanoseconds>` */
  readonly mono: string;
  readonly tz: string;
  readonly actor: Actor;
  readonly app: { readonly ver: string; readonly node: string };
  readonly host: string;
};

export interface Entry {
  readonly seq: number;
  /** Leaf hash of the previous line, 64 hex; 64 zeros for the first. */
  readonly prev: string;
  /** Leaf hash of this line. */
  readonly hash: string;
  readonly body: Body;
}
