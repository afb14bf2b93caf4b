/** `approve`: the only approval. Shows the whole of what is approved, then signs. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const approve: Noun = {
  name: 'approve',
  group: 'do',
  title: t('approve a run, an extraction or an operator'),
  verbs: [
    {
      name: '',
      kind: 'recording',
      title: t('show the whole of what is approved, with its digest, then sign'),
      arguments: [{ name: 'id', title: t('R-…, E-… or O-…'), complete: 'approvals' }],
      options: [
        { flags: '--digest <digest>', title: t('the digest that must be the one approved') },
        { flags: '--expires <time>', title: t('how long the approval holds, e.g. 2h') },
        { flags: '--print', title: t('print the sheet for an approval on paper') },
        { flags: '--paper <file>', title: t('scan of the signed sheet'), complete: 'files' },
        { flags: '--number <number>', title: t('number of the signed sheet') },
        { flags: '--code <code>', title: t('short code as printed on the sheet') },
        { flags: '--countersign <operator>', title: t('second operator who saw the sheet'), complete: 'operators' },
      ],
      examples: [
        'gxops approve R-20261123-7F3KQ --as chen',
        'gxops approve R-20261123-7F3KQ --print --report sheet.md',
      ],
      load: () => import('./approve/grant.ts'),
    },
  ],
};
