/** `query`: daily data support: a guarded, masked, capped look that is recorded. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const query: Noun = {
  name: 'query',
  group: 'do',
  title: t('answer a question from a database: guarded, masked, capped, recorded'),
  verbs: [
    {
      name: 'run',
      kind: 'recording',
      title: t('run one SELECT and show a few masked rows; without one, choose from your last'),
      options: [
        { flags: '--database <name>', title: t('database of site.yml'), complete: 'databases' },
        { flags: '--sql <text>', title: t('one SELECT; binds are :name, and values belong into them') },
        { flags: '--sql-file <file>', title: t('file with one SELECT; binds are :name'), complete: 'files' },
        { flags: '--query <name>', title: t('a saved query of templates/queries') },
        { flags: '--bind <k=v...>', title: t('values of the binds') },
        { flags: '--ticket <number>', title: t('ticket that the question belongs to') },
      ],
      examples: [
        "gxops query run --database inv --sql 'select status, count(*) from invoice group by status' --ticket T-20261124-001",
        'gxops query run --database inv --query invoice-by-number --bind no=25452000000000000001 --ticket T-20261124-001',
      ],
      load: () => import('./query/run.ts'),
    },
  ],
};
