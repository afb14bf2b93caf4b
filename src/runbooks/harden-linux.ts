/** harden-linux: judge a Linux host by the baseline, change what can be changed with a way back, judge again. */
import type { Change } from '../core/change.ts';
import type { Finding } from '../core/finding.ts';
import type { Inputs } from '../core/input.ts';
import { defineRunbook, type Moment, type Runbook } from '../core/runbook.ts';
import { isPhrase, type Text, t } from '../core/text.ts';
import { changesFor, curable } from '../rules/linux/fixes.ts';
import { chosenRules, LINUX_RULES } from '../rules/linux/index.ts';
import { PLANNED } from '../rules/linux/judge.ts';
import type { Rule } from '../rules/linux/rule.ts';
import { lookAtHost, userOn } from './gather-linux.ts';

const hostOf = (inputs: Inputs): string => String(inputs.host);

function rulesOf({ rule }: Inputs): Rule[] {
  const given = Array.isArray(rule) ? rule : String(rule ?? '').split(',');
  return chosenRules(given.map((id) => String(id).trim()).filter((id) => id !== ''));
}

async function judge({ look, site, inputs }: Moment): Promise<readonly Finding[]> {
  return (await lookAtHost(look, site, hostOf(inputs), rulesOf(inputs))).findings;
}

async function plan({ look, site, inputs }: Moment): Promise<readonly Change[]> {
  const host = hostOf(inputs);
  const rules = rulesOf(inputs);
  const { facts, findings } = await lookAtHost(look, site, host, rules);
  return changesFor(curable(rules, findings, facts, site), facts, host, site, userOn(site, host));
}

/** What was to be cured and what was well before; a fault that no Change cures keeps the finding of `baseline`. */
async function verify(moment: Moment): Promise<readonly Finding[]> {
  const before = moment.findings.baseline ?? [];
  const held = before.filter(({ outcome, advice }) => outcome === 'pass' || isPlanned(advice));
  const rules = new Set(held.map(({ rule }) => rule));
  return (await judge(moment)).filter(({ rule, outcome }) => outcome === 'pass' || rules.has(rule));
}

function isPlanned(advice: Text | undefined): boolean {
  return isPhrase(advice) && advice.t === PLANNED.t;
}

export const hardenLinux: Runbook = defineRunbook({
  name: 'harden-linux',
  version: 1,
  title: t('Harden a Linux host'),
  purpose: t(
    'Judges the host by the Linux baseline, changes what a Change with a way back can cure, and judges again.',
  ),
  risk: 'medium',
  inputs: [
    { name: 'host', title: t('the host, by its name in site.yml'), type: 'host', required: true, example: 'sandbox' },
    {
      name: 'rule',
      title: t('only these rules'),
      type: 'list',
      choices: LINUX_RULES.map(({ id }) => id),
      example: 'LNX-ID-05,LNX-SSH-03',
    },
  ],
  targets: (inputs) => [`host:${hostOf(inputs)}`],
  steps: [
    {
      kind: 'ask',
      id: 'window',
      title: t('Confirm the window'),
      why: t('Open sessions keep their old settings; new logins and jobs meet the new ones at once.'),
      skip: ({ look, inputs }) =>
        look.rooted(hostOf(inputs)) ? t('a root folder has no running system that anybody works on') : undefined,
      question: ({ inputs }) => ({
        kind: 'confirm',
        message: t('Is the change window of {host} open, and do the people who work on it know?', {
          host: hostOf(inputs),
        }),
      }),
      onFail: 'abort',
    },
    {
      kind: 'check',
      id: 'baseline',
      title: t('Judge the host by the baseline'),
      blocks: false,
      timeout: 120_000,
      look: judge,
    },
    {
      kind: 'approve',
      id: 'approval',
      title: t('The purchaser’s approval of the changes'),
      seats: () => [{ roles: ['approver'], party: 'purchaser' }],
    },
    {
      kind: 'act',
      id: 'apply',
      title: t('Change the files'),
      why: t(
        'What could cut this connection off (SSH, PAM, network) is planned only on a root folder, where nothing runs; elsewhere its finding says how it is done by hand.',
      ),
      onFail: 'rollback',
      timeout: 600_000,
      plan,
      verify,
    },
  ],
});
