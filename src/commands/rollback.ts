/** `rollback`: the only way back; undoes a run's standing changes, newest first, each verified. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

const run = { name: 'run', title: t('R-…'), complete: 'runs' } as const;

export const rollback: Noun = {
  name: 'rollback',
  group: 'do',
  title: t('undo what a run changed'),
  verbs: [
    {
      name: 'list',
      kind: 'reading',
      title: t('runs whose changes stand and can be undone'),
      load: () => import('./rollback/list.ts'),
    },
    {
      name: 'show',
      kind: 'reading',
      title: t('each change of a run and its way back'),
      arguments: [run],
      load: () => import('./rollback/show.ts'),
    },
    {
      name: 'run',
      kind: 'acting',
      title: t('undo a run; rehearses without --execute'),
      arguments: [run],
      examples: ['gxops rollback run R-20261123-7F3KQ --execute'],
      load: () => import('./rollback/run.ts'),
    },
  ],
};
