/** `operator retire`: proposes that an operator leaves; what he or she signed before keeps verifying. */
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { insistActive } from './active.ts';
import { propose, troubleWith } from './proposal.ts';

/** Ends `done` when recorded. Data as `operator add`. */
export async function run({ args, options, session }: Call): Promise<Report> {
  const roster = await rosterOf(session.world.keep);
  const { since: _, retired: __, ...operator } = insistActive('NAME', args[0] ?? '', roster);
  const reason = typeof options.reason === 'string' ? options.reason.trim().slice(0, 500) : '';
  const proposal = { change: 'retire', operator, ...(reason === '' ? {} : { reason }) } as const;
  const trouble = troubleWith(proposal, roster);
  if (trouble)
    throw new Stop('refused', t('operator retire {name}: {trouble}.', { name: operator.name, trouble }), {
      notDone: t('Nothing was proposed or recorded.'),
      next: ['gxops operator add --help'],
    });
  return propose(proposal, t('Operator {name} leaves', { name: operator.name }), session);
}
