/** `harden apply`: the runbook harden-linux with the filters of `harden`. */

import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { chosenRules } from '../../rules/linux/index.ts';
import { hardenLinux } from '../../runbooks/harden-linux.ts';
import type { Call } from '../command.ts';
import { runBook } from '../runbook/run.ts';
import { givenHosts, givenList } from './given.ts';

export async function run(call: Call): Promise<Report> {
  const [host, ...others] = givenHosts(call);
  if (host === undefined || others.length > 0) {
    throw new Stop('usage', t('harden apply takes one --host.'), {
      notDone: t('Nothing was looked at and nothing was changed.'),
      next: Object.keys(call.session.site.hosts)
        .slice(0, 3)
        .map((name) => `gxops harden apply --host ${name}`),
    });
  }
  const rules = givenList(call, 'rule');
  chosenRules(rules);
  const inputs: Readonly<Record<string, string | readonly string[]>> =
    rules.length === 0 ? { host } : { host, rule: rules };
  return runBook(hardenLinux, inputs, call);
}
