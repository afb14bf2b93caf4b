/** `harden`: the baseline, what a host makes of it, and the runbook that mends what can be mended. */
import { t } from '../core/text.ts';
import type { Noun, Option } from './command.ts';

const rule: Option = { flags: '--rule <id...>', title: t('only these rules'), complete: 'rules' };

export const harden: Noun = {
  name: 'harden',
  group: 'do',
  title: t('judge hosts by the baseline, and mend what can be given back'),
  verbs: [
    {
      name: 'rules',
      kind: 'reading',
      site: 'none',
      title: t('the rules: id, title, clause, severity, and whether a fix is known'),
      options: [rule],
      load: () => import('./harden/rules.ts'),
    },
    {
      name: 'check',
      kind: 'reading',
      title: t('judge hosts by the rules; changes nothing'),
      options: [
        {
          flags: '--host <name...>',
          title: t('hosts by their names in site.yml; this machine unless given'),
          complete: 'hosts',
        },
        rule,
        {
          flags: '--lane <lane>',
          title: t('cheap, or walk: also rules that read whole file systems'),
          choices: ['cheap', 'walk'],
        },
      ],
      examples: ['gxops harden check', 'gxops harden check --host sandbox --rule LNX-ID-05'],
      load: () => import('./harden/check.ts'),
    },
    {
      name: 'apply',
      kind: 'acting',
      title: t('rehearse the runbook harden-linux; with --execute run it'),
      options: [
        { flags: '--host <name>', title: t('the host, by its name in site.yml'), complete: 'hosts' },
        rule,
        { flags: '--ticket <id>', title: t('the work order it belongs to') },
      ],
      examples: ['gxops harden apply --host sandbox'],
      load: () => import('./harden/apply.ts'),
    },
  ],
};
