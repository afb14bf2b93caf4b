/** Judges rules over gathered facts: one Finding per rule, its layers folded, an unseen fact becoming `unknown`. */
import type { Finding } from '../../core/finding.ts';
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Phrase, type Text, t } from '../../core/text.ts';
import type { Facts } from './facts.ts';
import { paramsOf } from './parameters.ts';
import { afterEdits } from './predict.ts';
import type { Judged, LayerName, Params, Rule } from './rule.ts';

const LAYERS: readonly LayerName[] = ['file', 'running', 'boot'];
/** The worst of these decides; skip only where nothing else is left. */
const ORDER = ['fail', 'unknown', 'warn', 'pass', 'skip'] as const;

/** The advice on a finding that the runbook has a Change for. */
export const PLANNED: Phrase = t('gxops harden apply plans this.');

/** Why running and boot layers of a folder are skipped. */
export const ROOTED: Text = t('a root folder has no running system');

/** The rules' judgement of one host, in the rules' order. Stop('usage') for parameters of site.yml that are not allowed. */
export function judgeRules(
  rules: readonly Rule[],
  facts: Facts,
  host: string,
  parameters: Site['parameters'],
): Finding[] {
  return rules.map((rule) => judgeRule(rule, facts, host, paramsOf(rule, parameters[rule.id])));
}

/** One rule's Finding. */
export function judgeRule(rule: Rule, facts: Facts, host: string, params: Params): Finding {
  const same = { rule: rule.id, subject: `host:${host}`, title: rule.title, wanted: rule.wanted(params) };
  const decided = decide(rule, facts, params);
  const faulty = decided.outcome === 'fail' || decided.outcome === 'warn';
  return { ...same, ...decided, ...(faulty ? { advice: adviceOf(rule, facts, params) } : {}) };
}

function decide(rule: Rule, facts: Facts, params: Params): Pick<Finding, 'outcome' | 'found' | 'reason'> {
  const applies = orUnknown(() => rule.applies?.(facts));
  if (applies && 'outcome' in applies) return applies;
  if (applies?.applies === false) return { outcome: 'skip', found: t('not applicable'), reason: applies.fact };
  return folded(
    LAYERS.flatMap((name) => {
      const judge = rule.layers[name];
      if (!judge) return [];
      if (name !== 'file' && facts.rooted) return [{ name, outcome: 'skip', found: ROOTED, reason: ROOTED } as const];
      return [{ name, ...orUnknown(() => judge(facts, params)) }];
    }),
  );
}

function orUnknown<T>(look: () => T): T | Judged {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'unreachable') throw error;
    return { outcome: 'unknown', found: t('could not be looked at'), reason: error.text };
  }
}

type Layer = Judged & { readonly name: LayerName };

function folded(layers: readonly Layer[]): Pick<Finding, 'outcome' | 'found' | 'reason'> {
  const outcome = ORDER.find((one) => layers.some((layer) => layer.outcome === one)) ?? 'skip';
  const reason = layers.find((layer) => layer.outcome === outcome)?.reason;
  const open = outcome === 'skip' || outcome === 'unknown';
  return { outcome, found: foundOf(layers), ...(reason === undefined || !open ? {} : { reason }) };
}

function foundOf(layers: readonly Layer[]): Text {
  const shown = layers.length > 1 ? layers.filter((layer) => layer.found !== ROOTED) : layers;
  if (layers.length === 1 || shown.length === 0) return layers[0]?.found ?? ROOTED;
  return shown.map(layered).reduce((first, second) => t('{first}; {second}', { first, second }));
}

function layered({ name, found }: Layer): Text {
  if (name === 'file') return t('in files: {found}', { found });
  return name === 'running' ? t('running: {found}', { found }) : t('at boot: {found}', { found });
}

function adviceOf(rule: Rule, facts: Facts, params: Params): Text {
  if (!rule.fix?.cutsOff || facts.rooted) return plannable(rule, facts, params) ? PLANNED : rule.manual;
  return t('Not planned: a fault here could cut this host off. By hand: {manual}', { manual: rule.manual });
}

/** True where the rule's fix may be planned here and would leave nothing of the rule to be wished. */
export function plannable(rule: Rule, facts: Facts, params: Params): boolean {
  const { fix } = rule;
  if (!fix || (fix.cutsOff && !facts.rooted)) return false;
  const will = orUnknown(() => afterEdits(facts, fix.edits(facts, params)));
  return will !== undefined && !('outcome' in will) && decide(rule, will, params).outcome === 'pass';
}
