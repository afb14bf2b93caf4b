/** `completion`: scripts for three shells, and the words they ask for. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const completion: Noun = {
  name: 'completion',
  group: 'rest',
  title: t('completion for bash, zsh and fish, with live names'),
  verbs: [
    {
      name: 'bash',
      kind: 'reading',
      site: 'none',
      title: t('the script for bash'),
      examples: ['source <(gxops completion bash)', 'gxops completion bash > /etc/bash_completion.d/gxops'],
      load: () => import('./completion/bash.ts'),
    },
    {
      name: 'zsh',
      kind: 'reading',
      site: 'none',
      title: t('the script for zsh'),
      examples: ['gxops completion zsh > ~/.zfunc/_gxops'],
      load: () => import('./completion/zsh.ts'),
    },
    {
      name: 'fish',
      kind: 'reading',
      site: 'none',
      title: t('the script for fish'),
      examples: ['gxops completion fish > ~/.config/fish/completions/gxops.fish'],
      load: () => import('./completion/fish.ts'),
    },
    {
      name: 'words',
      kind: 'reading',
      site: 'none',
      title: t('what may stand as the last of the words given; the scripts ask it'),
      arguments: [{ name: 'words...', title: t('the words typed so far, without gxops'), optional: true }],
      examples: ["gxops completion words -- runbook run ''"],
      load: () => import('./completion/words.ts'),
    },
  ],
};
