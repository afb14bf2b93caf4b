/** `doctor`: can we look everywhere, and is this machine fit for it? */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const doctor: Noun = {
  name: 'doctor',
  group: 'rest',
  title: t('can we look everywhere: runtime, journal, keys, clocks, disk, rights, drivers, targets'),
  verbs: [
    {
      name: '',
      kind: 'reading',
      title: t('look at this machine, the journal, every driver and every configured target'),
      examples: ['gxops doctor', 'gxops doctor --json'],
      load: () => import('./doctor/run.ts'),
    },
  ],
};
