/** What would be done: the thing that is printed, approved, recorded and then performed. */
import { type Change, targetOf } from './change.ts';
import type { Inputs } from './input.ts';
import { digestOf, type Json } from './json.ts';
import type { Seat } from './operator.ts';
import type { Neighbour } from './site.ts';
import type { Text } from './text.ts';

/** checked: planned from what was really looked at. predicted: an earlier Change of this run touches the same target. */
export type Certainty = 'checked' | 'predicted' | { readonly until: string };

/** One thing a step would do; `nothing` where its plan is empty or not knowable yet. */
export type PlanItem =
  | { readonly kind: 'change'; readonly change: Change; readonly preview?: readonly string[] }
  | { readonly kind: 'release'; readonly path: string; readonly binding: Json }
  | { readonly kind: 'nothing' };

export interface PlanLine {
  readonly step: string;
  readonly title: Text;
  readonly certainty: Certainty;
  readonly item: PlanItem;
}

/** Printed with every plan that acts: runbook, version, digest, the rules obeyed (制度依据), neighbours with their contacts. */
export interface Plan {
  readonly runbook: { readonly name: string; readonly version: number; readonly title: Text; readonly digest: string };
  readonly inputs: Inputs;
  readonly obeys: readonly string[];
  readonly neighbours: readonly Neighbour[];
  readonly lines: readonly PlanLine[];
  /** The seats that must sign, and the digest they sign. */
  readonly seats: readonly Seat[];
  readonly digest: string;
}

/** The digest of exactly what will be done: runbook, inputs and items; previews and titles are not part of it. */
export function planDigest(plan: Pick<Plan, 'runbook' | 'inputs' | 'lines'>): string {
  const items = plan.lines
    .filter(({ item }) => item.kind !== 'nothing')
    .map(({ step, item }) => ({ step, ...bound(item) }));
  return digestOf({ runbook: { ...plan.runbook, title: undefined }, inputs: plan.inputs, items });
}

function bound(item: PlanItem): object {
  return item.kind === 'change' ? { change: item.change } : item;
}

/** The targets its Changes touch, each once. */
export function planTargets(lines: readonly PlanLine[]): string[] {
  return [...new Set(lines.flatMap(({ item }) => (item.kind === 'change' ? [targetOf(item.change)] : [])))];
}

/** Four groups of four characters that a person can read aloud from a paper sheet; 80 bits of the digest. */
export function shortCode(digest: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  let bits = BigInt(`0x${digest.replace('sha256:', '').slice(0, 20)}`);
  let code = '';
  for (let i = 0; i < 16; i++, bits >>= 5n) code = (alphabet[Number(bits & 31n)] ?? '') + code;
  return (code.match(/.{4}/g) ?? []).join('-');
}
