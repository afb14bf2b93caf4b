/** The Linux rules in the order of the baseline, and the facts that a choice of them needs. */
import { notAllowed } from '../../core/nearest.ts';
import type { Site } from '../../core/site.ts';
import { ACCESS_RULES } from './access.ts';
import type { Need } from './facts.ts';
import { IDENTITY_RULES } from './identity.ts';
import { INTRUSION_RULES } from './intrusion.ts';
import { LOG_RULES } from './logs.ts';
import { PACKAGE_RULES } from './packages.ts';
import { paramsOf } from './parameters.ts';
import { PASSWORD_RULES } from './passwords.ts';
import type { Rule } from './rule.ts';
import { SESSION_RULES } from './sessions.ts';
import { SSH_RULES } from './ssh.ts';

const GROUPS = ['ID', 'SSH', 'AC', 'AU', 'IN'];
const place = ({ id }: Rule): string => {
  const [, group = '', number = ''] = id.split('-');
  return `${GROUPS.indexOf(group)}${number}`;
};

export const LINUX_RULES: readonly Rule[] = [
  ...IDENTITY_RULES,
  ...PASSWORD_RULES,
  ...SESSION_RULES,
  ...SSH_RULES,
  ...ACCESS_RULES,
  ...LOG_RULES,
  ...INTRUSION_RULES,
  ...PACKAGE_RULES,
].sort((a, b) => (place(a) < place(b) ? -1 : 1));

/** The named rules, or all when none is named. Stop('usage') for an id that is none, with the nearest. */
export function chosenRules(ids: readonly string[]): Rule[] {
  const known = LINUX_RULES.map(({ id }) => id);
  const wrong = ids.find((id) => !known.includes(id));
  if (wrong !== undefined) throw notAllowed('--rule', wrong, known, ['gxops harden rules']);
  return LINUX_RULES.filter(({ id }) => ids.length === 0 || ids.includes(id));
}

/** What the rules together need, each once. */
export function needsOf(rules: readonly Rule[]): Need[] {
  return [...new Map(rules.flatMap(({ needs }) => needs).map((need) => [JSON.stringify(need), need])).values()];
}

/** Stop('usage') where site.yml sets a parameter that no Linux rule has or may have. Ids of other families are left alone. */
export function checkParameters(parameters: Site['parameters']): void {
  const known = LINUX_RULES.map(({ id }) => id);
  const wrong = Object.keys(parameters).find((id) => id.startsWith('LNX-') && !known.includes(id));
  if (wrong !== undefined) throw notAllowed('site.yml parameters', wrong, known, ['gxops harden rules']);
  for (const rule of LINUX_RULES) paramsOf(rule, parameters[rule.id]);
}
