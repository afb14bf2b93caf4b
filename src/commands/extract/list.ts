/** `extract list`: every application and where it stands. */
import type { Report } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import { EXTRACT_TYPES, extractionStanding, foldExtractions } from '../../records/extract.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { ledger } from './forms.ts';

/** How each standing is called. */
export const STANDINGS: Readonly<Record<ReturnType<typeof extractionStanding>, Text>> = {
  waiting: t('waits for approval'),
  granted: t('approved, not run'),
  expired: t('expired'),
  rejected: t('rejected'),
  used: t('run without a file'),
  made: t('file made'),
  'handed-over': t('handed over, receipt missing'),
  received: t('received'),
  destroying: t('destruction begun, not finished'),
  destroyed: t('destroyed'),
};

/** Data `{extracts: [{id, standing, database, requester, recipients, limit, rows, applied}]}`. */
export async function run({ session }: Call): Promise<Report> {
  const { keep } = session.world;
  const roster = await rosterOf(keep);
  const now = session.world.now();
  const all = foldExtractions(await keep.entries({ types: EXTRACT_TYPES }));
  const extracts = all.map((one) => ({
    ...{ id: one.id, standing: extractionStanding(one, roster, now), database: one.database, requester: one.requester },
    ...{ recipients: one.recipients, limit: one.limit, rows: one.artefact?.rows ?? null, applied: one.at },
  }));
  return {
    title: t('Extractions'),
    verdict: 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Extractions'),
        columns: [
          t('number'),
          t('standing'),
          t('database'),
          t('applied by'),
          t('recipients'),
          t('rows at most'),
          t('rows'),
        ],
        rows: extracts.map((one): Text[] => [
          ...[one.id, STANDINGS[one.standing], one.database, one.requester],
          ...[one.recipients.join(', '), `${one.limit}`, one.rows === null ? '–' : `${one.rows}`],
        ]),
      },
    ],
    document: await ledger(all, roster, session),
    data: { extracts },
    ...(extracts.length === 0 ? { next: ['gxops extract apply --help'] } : {}),
  };
}
