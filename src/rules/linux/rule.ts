/** What a Linux rule is: a value with pure functions over gathered facts. A fix is edits, and every edit has its way back. */
import type { Outcome } from '../../core/finding.ts';
import { type Text, t } from '../../core/text.ts';
import type { ClauseId } from './clauses.ts';
import type { Facts, Need } from './facts.ts';

/** What is set in files, what the kernel or a service has in force now, what it will have after the next boot. */
export type LayerName = 'file' | 'running' | 'boot';

export interface Judged {
  readonly outcome: Exclude<Outcome, 'accepted'>;
  readonly found: Text;
  /** Required for skip and unknown. */
  readonly reason?: Text;
}

/** A parameter the site may change: freely to the tighter side, to the other side only with a `reason`. */
export interface Param {
  readonly value: number | string;
  /** `fewer`: a list of names separated by blanks, where every further name is looser. */
  readonly tighter: 'lower' | 'higher' | 'fewer';
  readonly min?: number;
  readonly max?: number;
}
export type Params = Readonly<Record<string, number | string>>;

/** One step of a fix. Text edits of one file by several rules are performed as one Change. */
export type Edit =
  | { readonly kind: 'text'; readonly path: string; readonly edit: (text: string) => string; readonly mode?: number }
  /** Keeps the content and takes permission bits away. */
  | { readonly kind: 'mode'; readonly path: string; readonly keep: number; readonly secret?: boolean }
  | { readonly kind: 'remove'; readonly path: string }
  /** A kernel parameter of the running system; undone by the value it had. */
  | { readonly kind: 'kernel'; readonly key: string; readonly value: string; readonly was: string };

export interface Fix {
  /** True where a fault could cut us off (sshd, PAM, network): planned only where nothing runs, until a timed undo can be armed. */
  readonly cutsOff: boolean;
  /** Empty where the failing value is not one that this fix can cure. */
  edits(facts: Facts, params: Params): readonly Edit[];
}

/** `fact` is what decided, in words. */
export interface Applies {
  readonly applies: boolean;
  readonly fact: Text;
}

export interface Rule {
  /** Stable for ever. */
  readonly id: string;
  /** Raised when the check changes. */
  readonly revision: number;
  readonly title: Text;
  /** Why it matters, and the trap on the way. */
  readonly why: Text;
  readonly severity: 'critical' | 'high' | 'medium' | 'low';
  readonly clauses: readonly ClauseId[];
  /** CIS RHEL 8 v3.0.0. */
  readonly cis?: string;
  /** `walk` reads whole file systems and is asked for by name. */
  readonly lane: 'cheap' | 'walk';
  readonly needs: readonly Need[];
  readonly params?: Readonly<Record<string, Param>>;
  readonly applies?: (facts: Facts) => Applies;
  readonly wanted: (params: Params) => Text;
  readonly layers: Readonly<Partial<Record<LayerName, (facts: Facts, params: Params) => Judged>>>;
  readonly fix?: Fix;
  /** What a person does where no fix is planned. */
  readonly manual: Text;
  /** 0 none, 1 hardly, 2 noticeable, 3 can stop the business; and what it may block. */
  readonly risk: { readonly level: 0 | 1 | 2 | 3; readonly blocks: Text };
}

/** pass or fail by a condition. */
export function held(condition: boolean, found: Text): Judged {
  return { outcome: condition ? 'pass' : 'fail', found };
}

/** Does not apply here; the fact that decides. */
export function skipped(reason: Text): Judged {
  return { outcome: 'skip', found: t('not looked at'), reason };
}

/** Could not be judged. */
export function undecided(reason: Text, found: Text = t('not known')): Judged {
  return { outcome: 'unknown', found, reason };
}

/** Data words for a person, shortened to ten. */
export function listed(words: readonly string[]): string {
  const more = words.length > 10 ? ` … (+${words.length - 10})` : '';
  return words.slice(0, 10).join(', ') + more;
}

/** Names of a blank-separated parameter. */
export function namesOf(value: number | string | undefined): string[] {
  return String(value ?? '')
    .split(/[\s,]+/)
    .filter((name) => name !== '');
}
