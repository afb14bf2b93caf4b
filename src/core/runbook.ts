/** Runbook and Step: a procedure as a value. Steps look and plan; only the engine touches. */
import type { Change, Target } from './change.ts';
import type { Finding } from './finding.ts';
import type { Input, Inputs } from './input.ts';
import type { Json } from './json.ts';
import type { Seat } from './operator.ts';
import type { Product } from './product.ts';
import type { Answer, Question } from './question.ts';
import type { Site } from './site.ts';
import type { Text } from './text.ts';
import type { Look } from './world.ts';

/** What a step may see: no hands. `findings` and `answers` are those of earlier steps, by step id. */
export interface Moment {
  readonly inputs: Inputs;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly findings: Readonly<Record<string, readonly Finding[]>>;
  readonly site: Site;
  readonly look: Look;
  readonly now: Date;
}

/** What happens when a step fails, its time-out included. */
export type Policy = 'ask' | 'rollback' | 'suspend' | 'abort' | 'continue';

interface Line {
  /** For ever; ASCII kebab-case. Used in the journal, `--answer`, approvals. */
  readonly id: string;
  readonly title: Text;
  readonly why?: Text;
  /** Left out when it returns a reason; `step.skipped` records it. */
  readonly skip?: (moment: Moment) => Text | undefined;
  /** Milliseconds for one attempt. */
  readonly timeout?: number;
  /** Further attempts after a failed one, and the pause between them in milliseconds. Looks only: a Change is never repeated blindly. */
  readonly retry?: { readonly attempts: number; readonly delay: number };
  /** `ask` unless given. */
  readonly onFail?: Policy;
  /** What `ask` becomes with nobody to ask; `suspend` unless given. */
  readonly unattended?: Exclude<Policy, 'ask'>;
}

export interface AskStep extends Line {
  readonly kind: 'ask';
  /** `id` is set by the engine to the step's. A declined `confirm` is a refusal. */
  question(moment: Moment): Omit<Question, 'id'>;
}

export interface ApproveStep extends Line {
  readonly kind: 'approve';
  /** At least one seat must be the purchaser's wherever the plan touches production or taxpayer data; the engine insists. */
  seats(moment: Moment): readonly Seat[];
  /** Milliseconds; site.limits.approvalExpires unless given. */
  readonly expires?: number;
  /** What the approval is recorded under: the run unless given (an extraction is approved under its own id). */
  subject?(moment: Moment): string;
}

export interface CheckStep extends Line {
  readonly kind: 'check';
  look(moment: Moment): Promise<readonly Finding[]>;
  /** True: a fail or unknown here is a failed step. False: the findings only inform (a hardening run's first look is meant to fail). */
  readonly blocks: boolean;
}

export interface ActStep extends Line {
  readonly kind: 'act';
  plan(moment: Moment): Promise<readonly Change[]>;
  /** Looks again after the deed; a fail or unknown among the findings is a failed step. */
  verify(moment: Moment): Promise<readonly Finding[]>;
  /** Id of the earlier act step without whose deed this plan cannot be known. */
  readonly after?: string;
}

export interface WatchStep extends Line {
  readonly kind: 'watch';
  /** fail: the business is blocked; warn and unknown: inconclusive. */
  probe(moment: Moment): Promise<readonly Finding[]>;
  /** Milliseconds between probes, and in all. */
  readonly every: number;
  readonly during: number;
  /** How many failed and how many inconclusive probes are borne. */
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
}

export interface ProduceStep extends Line {
  readonly kind: 'produce';
  make(moment: Moment): Promise<Product>;
  /** True where data leaves: needs an approval and `--execute` like a Change. */
  readonly releases: boolean;
}

export type Step = AskStep | ApproveStep | CheckStep | ActStep | WatchStep | ProduceStep;

export interface Runbook {
  readonly name: string;
  readonly version: number;
  readonly title: Text;
  readonly purpose: Text;
  readonly risk: 'low' | 'medium' | 'high';
  readonly inputs: readonly Input[];
  /** Targets to lock for the whole run, beside those of its Changes. */
  targets(inputs: Inputs): readonly Target[];
  readonly steps: readonly Step[];
  /** What the definition is, as JSON, for the snapshot and its digest; a YAML runbook's whole parsed source. */
  readonly definition: Json;
}

/** A TypeScript runbook with its definition derived: everything but the functions, whose text stands for them. */
export function defineRunbook(book: Omit<Runbook, 'definition'>): Runbook {
  return { ...book, definition: described(book) as Json };
}

function described(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (Array.isArray(value)) return value.map((item) => described(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, described(item)] as const)
      .filter(([, item]) => item !== undefined),
  );
}
