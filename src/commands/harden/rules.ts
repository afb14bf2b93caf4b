/** `harden rules`: the baseline as a table. */
import type { Report, Section } from '../../core/report.ts';
import { speak, type Text, t } from '../../core/text.ts';
import { CLAUSES, type ClauseId } from '../../rules/linux/clauses.ts';
import { chosenRules } from '../../rules/linux/index.ts';
import type { Rule } from '../../rules/linux/rule.ts';
import type { Call } from '../command.ts';
import { givenList } from './given.ts';

export async function run(call: Call): Promise<Report> {
  const ids = givenList(call, 'rule');
  const rules = chosenRules(ids);
  return {
    title: t('Linux baseline: {count} rules', { count: rules.length }),
    verdict: 'done',
    sections: ids.length === 0 ? [tableOf(rules)] : [tableOf(rules), ...rules.map(detailOf)],
    data: { rules: rules.map(dataOf) },
    next: ['gxops harden check'],
  };
}

function tableOf(rules: readonly Rule[]): Section {
  return {
    kind: 'table',
    heading: t('Rules'),
    columns: [t('rule'), t('title'), t('clause'), t('severity'), t('fix')],
    rows: rules.map((rule) => [rule.id, rule.title, rule.clauses.join(' '), severityText(rule), fixText(rule)]),
  };
}

function severityText({ severity }: Rule): Text {
  const words = { critical: t('critical'), high: t('high'), medium: t('medium'), low: t('low') };
  return words[severity];
}

function fixText({ fix }: Rule): Text {
  if (!fix) return t('by hand');
  return fix.cutsOff ? t('planned on a root folder only') : t('planned');
}

function detailOf(rule: Rule): Section {
  const wanted = rule.wanted(
    Object.fromEntries(Object.entries(rule.params ?? {}).map(([key, { value }]) => [key, value])),
  );
  const clauses = rule.clauses.map((id: ClauseId) => CLAUSES[id].title);
  return {
    kind: 'facts',
    heading: rule.id,
    facts: [
      [t('why'), rule.why],
      [t('wanted'), wanted],
      [
        t('asked for by'),
        clauses.reduce<Text>(
          (all, one) => (all === '' ? one : t('{first}; {second}', { first: all, second: one })),
          '',
        ),
      ],
      [t('CIS RHEL 8 v3.0.0'), rule.cis ?? '-'],
      [t('may block'), rule.risk.blocks],
      [t('by hand'), rule.manual],
      [
        t('parameters'),
        Object.entries(rule.params ?? {})
          .map(([key, { value }]) => `${key}=${value}`)
          .join(', ') || '-',
      ],
    ],
  };
}

function dataOf(rule: Rule) {
  const { id, revision, severity, clauses, lane, risk } = rule;
  const fix = rule.fix === undefined ? 'manual' : rule.fix.cutsOff ? 'rooted' : 'planned';
  return { id, revision, title: speak(rule.title), severity, clauses: [...clauses], lane, risk: risk.level, fix };
}
