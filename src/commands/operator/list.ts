/** `operator list`: who acts, approves and receives. */
import type { Report } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import { type RosterLine, rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';

/** Data `{operators: [{name, roles, party, account?, undertaking?, training?, clearance?, retired?}]}`; keys are public. */
export async function run({ options, session }: Call): Promise<Report> {
  const roster = await rosterOf(session.world.keep);
  const lines = [...roster.values()].filter(({ retired }) => options.all === true || !retired);
  return {
    title: t('Operators of {site}', { site: session.site.name }),
    verdict: 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Operators'),
        columns: [t('name'), t('roles'), t('party'), t('OS account'), t('receives'), t('undertaking'), t('retired')],
        rows: lines.map(rowOf),
      },
    ],
    data: { operators: lines.map(({ since: _, ...line }) => ({ ...line })) },
  };
}

function rowOf(line: RosterLine): Text[] {
  const { name, roles, party, account = '', age, undertaking = '', retired = '' } = line;
  return [
    name,
    roles.join(', '),
    party,
    account,
    age === undefined ? t('no') : t('yes'),
    undertaking,
    retired.slice(0, 10),
  ];
}
