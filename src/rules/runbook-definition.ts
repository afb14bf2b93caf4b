/** A YAML runbook as it was read and checked: the plain data that compiles to the same Runbook value as the shipped ones. */

import type { Input } from '../core/input.ts';
import type { Party, Role } from '../core/operator.ts';
import type { Policy } from '../core/runbook.ts';

export interface Definition {
  readonly runbook: string;
  readonly version: number;
  readonly title: string;
  readonly why: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly inputs?: Readonly<Record<string, InputSource>>;
  readonly locks?: readonly string[];
  readonly steps: readonly StepSource[];
}

export interface InputSource {
  readonly title?: string;
  readonly type: Input['type'];
  readonly required?: boolean;
  readonly default?: string | number | boolean | readonly string[];
  readonly choices?: readonly string[];
  readonly match?: string;
  readonly example?: string;
}

interface StepLine {
  readonly id: string;
  readonly title: string;
  readonly why?: string;
  readonly when?: string;
  readonly timeout?: string;
  readonly retry?: { readonly attempts: number; readonly delay: string };
  readonly onFail?: Policy;
  readonly unattended?: Exclude<Policy, 'ask'>;
}

export type StepSource = StepLine & {
  readonly ask?: AskSource;
  readonly approve?: {
    readonly seats?: readonly { readonly roles: readonly Role[]; readonly party?: Party }[];
    readonly expires?: string;
  };
  readonly check?: { readonly blocks?: boolean; readonly looks: readonly LookSource[] };
  readonly act?: {
    readonly changes: readonly ChangeSource[];
    readonly verify: readonly LookSource[];
    readonly after?: string;
  };
  readonly watch?: {
    readonly every: string;
    readonly for: string;
    readonly failures?: number;
    readonly inconclusive?: number;
    readonly looks: readonly LookSource[];
  };
  readonly produce?: { readonly file: string; readonly text: string };
};

export interface AskSource {
  readonly confirm?: string;
  readonly text?: string;
  readonly match?: string;
  readonly choice?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** One thing looked at and how it is judged. */
export interface LookSource {
  readonly title?: string;
  readonly host: string;
  readonly as?: string;
  readonly otherwise?: string;
  /** What a wrong answer is; `fail` unless given. */
  readonly level?: 'warn' | 'fail';
  readonly command?: readonly string[];
  readonly code?: number;
  readonly expect?: string;
  readonly equals?: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly file?: string;
  readonly present?: boolean;
  readonly mode?: string;
  readonly contains?: string;
  readonly matches?: string;
}

export interface ChangeSource {
  readonly why?: string;
  readonly host: string;
  readonly as?: string;
  readonly timeout?: string;
  readonly reaches?: readonly string[];
  readonly command?: readonly string[];
  readonly undo?: { readonly command: readonly string[]; readonly as?: string } | { readonly none: string };
  readonly probe?: {
    readonly command: readonly string[];
    readonly as?: string;
    readonly code?: number;
    readonly stdout?: string;
  };
  readonly file?: string;
  readonly content?: string;
  readonly line?: string;
  readonly replaces?: string;
  readonly absent?: true;
  readonly mode?: string;
  readonly settle?: readonly (readonly string[])[];
}

/** The kind of a step: the one of the six keys that it has. */
export function stepKind(step: StepSource): 'ask' | 'approve' | 'check' | 'act' | 'watch' | 'produce' {
  const kinds = ['ask', 'approve', 'check', 'act', 'watch', 'produce'] as const;
  return kinds.find((kind) => step[kind] !== undefined) ?? 'check';
}

/** The looks of a step, with where they stand in it. */
export function looksOf(step: StepSource): { readonly at: readonly (string | number)[]; readonly look: LookSource }[] {
  const under = (kind: 'check' | 'act' | 'watch', key: string, looks: readonly LookSource[] = []) =>
    looks.map((look, index) => ({ at: [kind, key, index], look }));
  return [
    ...under('check', 'looks', step.check?.looks),
    ...under('act', 'verify', step.act?.verify),
    ...under('watch', 'looks', step.watch?.looks),
  ];
}
