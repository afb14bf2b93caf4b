/** `audit`: what was recorded, and whether it is still what was recorded. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

/** Who read the journal is itself a record. */
const READ = t('records only that it was read');

export const audit: Noun = {
  name: 'audit',
  group: 'watch',
  title: t('the journal: read it, prove that it is whole'),
  verbs: [
    {
      name: 'log',
      kind: 'reading',
      title: t('what was recorded, oldest first'),
      changes: READ,
      options: [
        { flags: '--run <run>', title: t('only of this run'), complete: 'runs' },
        { flags: '--subject <id>', title: t('only about this run, extraction or operator change') },
        { flags: '--type <type...>', title: t('only of these types, e.g. change.made') },
        { flags: '--since <seq>', title: t('only behind this sequence number') },
        { flags: '--last <n>', title: t('only the newest n; 50 unless given') },
      ],
      examples: ['gxops audit log --type change.made --last 20'],
      load: () => import('./audit/log.ts'),
    },
    {
      name: 'show',
      kind: 'reading',
      title: t('one record, or all of a run, in full'),
      changes: READ,
      arguments: [{ name: 'id', title: t('a sequence number or R-…'), complete: 'runs' }],
      examples: ['gxops audit show 17'],
      load: () => import('./audit/show.ts'),
    },
    {
      name: 'verify',
      kind: 'reading',
      title: t('whether every line is what was recorded; writes nothing'),
      options: [
        {
          flags: '--strict',
          title: t('also the spelling of every line and the signatures behind the operators; ten times slower'),
        },
      ],
      examples: ['gxops audit verify --strict'],
      site: 'none', // an altered journal cannot say who asks, and a broken site.yml must not hide it
      load: () => import('./audit/verify.ts'),
    },
  ],
};
