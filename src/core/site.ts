/** The site as site.yml describes it, parsed and checked (`rules/site.ts`); trusted from here on. */
import type { Target } from './change.ts';

/** A command whose standard output is a secret, or a 0600 file relative to the site folder. */
export interface SecretSource {
  readonly passwordFile?: string;
  readonly passwordCommand?: readonly string[];
}

export interface Become {
  readonly method: 'sudo';
  readonly users: readonly string[];
}

export type HostSpec =
  | { readonly connect: 'local'; readonly root?: string; readonly become?: Become }
  | {
      readonly connect: 'ssh';
      readonly address: string;
      readonly user?: string;
      readonly port?: number;
      /** Name of another ssh host, or an alias of ssh_config: ProxyJump. */
      readonly via?: string;
      readonly identityFile?: string;
      readonly knownHosts?: string;
      readonly become?: Become;
    }
  | { readonly connect: 'hand' };

export type DatabaseSpec =
  | { readonly kind: 'sqlite'; readonly file: string }
  | ({
      readonly kind: 'postgres';
      readonly host: string;
      readonly port?: number;
      readonly database: string;
      readonly user: string;
      readonly tls?: boolean;
    } & SecretSource)
  | ({
      readonly kind: 'oracle';
      /** Easy Connect (`host:port/service`), a descriptor, or a name of tnsnames.ora; never with an account in it. */
      readonly connect: string;
      readonly user: string;
      /** Folder that holds tnsnames.ora. */
      readonly config?: string;
      /** Folder that holds ewallet.pem, for TCPS. */
      readonly wallet?: string;
      /** 0600 file with the password of the wallet. */
      readonly walletPasswordFile?: string;
      readonly client?: 'thin' | 'sqlplus';
      readonly host?: string;
    } & SecretSource);

export type RedisSpec = {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly tls?: boolean;
} & SecretSource;
export type SearchSpec = { readonly url: string; readonly user?: string } & SecretSource;
export interface GoldengateSpec {
  readonly host: string;
  readonly home: string;
  readonly user?: string;
}

/** A system beside a target that a Change there can reach, and whom to call. */
export interface Neighbour {
  readonly name: string;
  readonly contact: string;
}

/** When changes are allowed, in the site's own time zone. `from` may be later than `to`: over midnight. */
export interface Window {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

export interface Limits {
  /** Rows an extraction may ask for at most. */
  readonly rows: number;
  readonly twoApprovalsAboveRows: number;
  /** Milliseconds a statement may run. */
  readonly statementTimeout: number;
  /** Milliseconds in which at least one row must come. */
  readonly idleTimeout: number;
  /** The database's own cost figure above which a statement is not run. */
  readonly cost: number;
  /** Rows that `query run` shows at most. */
  readonly queryRows: number;
  /** Rows from which an extraction of one table is made in parts that can be resumed. */
  readonly partRows: number;
  /** Milliseconds a confidentiality undertaking holds from the day it was signed. */
  readonly undertaking: number;
  /** Milliseconds after handing over until the data must be destroyed, where the application names no day. */
  readonly retention: number;
  /** Milliseconds an approval lives unless it says otherwise. */
  readonly approvalExpires: number;
  /** Share of applicable rules that must have been evaluated. */
  readonly coverage: number;
}

/** What holds where site.yml says nothing. */
export const LIMITS: Limits = {
  rows: 5_000_000,
  twoApprovalsAboveRows: 1_000_000,
  statementTimeout: 600_000,
  idleTimeout: 60_000,
  cost: 10_000_000,
  queryRows: 200,
  partRows: 2_000_000,
  undertaking: 365 * 86_400_000,
  retention: 90 * 86_400_000,
  approvalExpires: 7_200_000,
  coverage: 0.8,
};

/** How grave the loss of a datum is (GB/T 43697-2024): 核心, 重要, 一般. Core data are named by the state, never by a tool. */
export const LEVELS = ['core', 'important', 'general'] as const;
export type Level = (typeof LEVELS)[number];

/** What the dictionary says of one column; `source` is the rule or law that it comes from. */
export interface Classified {
  readonly kind: string;
  readonly level: Level;
  readonly source: string;
  readonly note?: string;
}

/** `dictionary/<database>.yml` in force: `table.column` in small letters -> what it is. */
export interface Dictionary {
  readonly version: number;
  readonly columns: Readonly<Record<string, Classified>>;
}

export interface Site {
  /** Absolute folder that holds site.yml. */
  readonly dir: string;
  readonly name: string;
  readonly language: 'zh-CN' | 'en';
  readonly timeZone: string;
  /** Made by `site init --sandbox`: private keys may lie unencrypted under keys/. */
  readonly sandbox: boolean;
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly databases: Readonly<Record<string, DatabaseSpec>>;
  readonly redis: Readonly<Record<string, RedisSpec>>;
  readonly search: Readonly<Record<string, SearchSpec>>;
  readonly goldengate: Readonly<Record<string, GoldengateSpec>>;
  readonly limits: Limits;
  /** Change windows by target or `default`; a target without one is always open. */
  readonly windows: Readonly<Record<string, readonly Window[]>>;
  readonly neighbours: Readonly<Record<string, readonly Neighbour[]>>;
  /** 制度依据: the site's rules a runbook obeys, by runbook name or `default`. */
  readonly obeys: Readonly<Record<string, readonly string[]>>;
  /** Data dictionary: database -> `table.column` -> kind of personal data (see rules/masking) or `clear`. */
  readonly classification: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Versioned dictionaries by database, already merged into `classification`, which they overrule; `own` are site.yml's entries before that. */
  readonly dictionaries?: Readonly<Record<string, Dictionary & { readonly own: Readonly<Record<string, string>> }>>;
  /** The unit that owns a database's data (`Operator.unit`). */
  readonly owners: Readonly<Record<string, string>>;
  /** Tables of a database (lower case) that no statement may read in full. */
  readonly hot: Readonly<Record<string, readonly string[]>>;
  /** Private key files by operator, relative to the site folder or absolute. */
  readonly keys: Readonly<Record<string, string>>;
  /** Parameters of rules by id, e.g. `LNX-ID-05: { max: 60 }`. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
}

/** The neighbours of a target: its own, then those of its kind (`host:*`) and `default`, without repeats. */
export function neighboursOf(site: Site, targets: readonly Target[]): Neighbour[] {
  const keys = targets.flatMap((target) => [target, `${target.split(':')[0]}:*`]);
  const found = [...keys, 'default'].flatMap((key) => site.neighbours[key] ?? []);
  return [...new Map(found.map((neighbour) => [neighbour.name, neighbour])).values()];
}

/** The rules a runbook obeys: its own entry, else `default`; empty when the site names none. */
export function obeyedBy(site: Site, runbook: string): readonly string[] {
  return site.obeys[runbook] ?? site.obeys.default ?? [];
}
