/** `site`: the folder that says what there is, how to reach it and what is allowed. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const site: Noun = {
  name: 'site',
  group: 'rest',
  title: t('the site folder: make it, check it, show it'),
  verbs: [
    {
      name: 'init',
      kind: 'recording',
      site: 'none',
      title: t('make a new site folder; --sandbox makes a complete one to practise on'),
      changes: t('makes the new folder'),
      arguments: [{ name: 'dir', title: t('the folder to make; it must be empty or not exist'), complete: 'files' }],
      options: [
        { flags: '--sandbox', title: t('with an invoice database, a host and operators, nothing installed') },
        { flags: '--rows <n>', title: t('invoices in the sandbox database') },
        { flags: '--seed <s>', title: t('the same seed gives the same rows and host files') },
      ],
      examples: ['gxops site init ./sandbox --sandbox --rows 1000'],
      load: () => import('./site/init.ts'),
    },
    {
      name: 'check',
      kind: 'reading',
      site: 'none',
      title: t('check site.yml: every fault with its line and the nearest valid name'),
      examples: ['gxops site check', 'gxops --site /etc/gxops site check'],
      load: () => import('./site/check.ts'),
    },
    {
      name: 'show',
      kind: 'reading',
      title: t('the site as understood; secrets only by where they come from'),
      examples: ['gxops site show', 'gxops site show --json'],
      load: () => import('./site/show.ts'),
    },
  ],
};
