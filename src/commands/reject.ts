/** `reject`: says no to a request, with the reason, for good. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const reject: Noun = {
  name: 'reject',
  group: 'rest',
  title: t('refuse a run, an extraction or an operator'),
  verbs: [
    {
      name: '',
      kind: 'recording',
      title: t('refuse what waits for approval, with the reason'),
      arguments: [{ name: 'id', title: t('R-…, E-… or O-…'), complete: 'approvals' }],
      options: [{ flags: '--reason <text>', title: t('why; recorded') }],
      examples: ['gxops reject R-20261123-7F3KQ --reason "wrong window" --as chen'],
      load: () => import('./approve/reject.ts'),
    },
  ],
};
