/** `extract show`: one application as a whole. */
import type { Json } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import type { Report, Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { type Text, t } from '../../core/text.ts';
import { type Extraction, extractionStanding } from '../../records/extract.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { applicationForm } from './forms.ts';
import { STANDINGS } from './list.ts';
import { applicationOf, findExtraction } from './stored.ts';
import { columnTable } from './tables.ts';

/** Data `{id, standing, digest, columns, approvals, artefact}` and what was applied for; the statement is shown as it was written. */
export async function run({ session, args }: Call): Promise<Report> {
  const extraction = await findExtraction(args[0] ?? '', session);
  const application = await applicationOf(extraction, session);
  const roster = await rosterOf(session.world.keep);
  const standing = extractionStanding(extraction, roster, session.world.now());
  const { id, digest, columns, artefact } = extraction;
  const { database, purpose, basis, limit, requester, recipients, format, clear, expires } = application;
  const grants = extraction.approval?.grants ?? [];
  return {
    title: t('Extraction {id}: {standing}', { id, standing: STANDINGS[standing] }),
    verdict: 'done',
    sections: [
      {
        kind: 'facts',
        facts: [
          ...([
            [t('purpose'), purpose],
            [t('basis'), basis],
            [t('database'), database],
          ] as const),
          ...([
            [t('applied by'), requester],
            [t('applied'), localTime(extraction.at, session.site.timeZone)],
            [t('holds until'), localTime(expires, session.site.timeZone)],
          ] as const),
          [t('recipients'), recipients.map(({ operator }) => operator).join(', ')],
          [t('rows at most'), `${limit}`],
          [t('digest'), digest],
          [t('signed by'), grants.map(({ approver }) => approver).join(', ') || '–'],
        ],
      },
      columnTable(columns),
      { kind: 'verbatim', heading: t('Statement'), text: application.sql },
      ...fileSection(extraction),
      ...copySection(extraction, session),
    ],
    document: await applicationForm({ extraction, application, roster, session }),
    data: {
      ...{ id, standing, digest, columns: columns as unknown as Json, database, purpose, basis, limit, requester },
      ...{ recipients: recipients.map(({ operator }) => operator), format, clear, expires },
      approvals: grants.map(({ approver, at }) => ({ approver, at })),
      artefact: (artefact ?? null) as unknown as Json,
      destroyBy: extraction.destroyBy ?? null,
      copies: extraction.copies.map(({ copy, medium, destination, receiver, at, received, destroyed }) => ({
        ...{ copy, medium, destination, receiver, at },
        ...{ received: received?.at ?? null, destroyed: destroyed?.at ?? null },
      })),
      destroyed: extraction.destroyed?.at ?? null,
    },
    next:
      standing === 'granted'
        ? [`gxops extract run ${id} --execute`]
        : standing === 'waiting'
          ? [`gxops approve ${id}`]
          : standing === 'made'
            ? [`gxops extract handover ${id} --medium N --destination '…'`]
            : [],
  };
}

function fileSection({ artefact }: Extraction): Section[] {
  if (artefact === undefined) return [];
  const rows: (readonly [Text, Text])[] = [
    [t('file'), artefact.path],
    [t('rows'), `${artefact.rows}`],
    [t('SHA-256'), artefact.sha256],
  ];
  return [{ kind: 'facts', heading: t('Files made'), facts: rows }];
}

function copySection({ copies, destroyed, destroyBy }: Extraction, { site }: Session): Section[] {
  const end: (readonly [Text, Text])[] = [
    [t('to be destroyed by'), destroyBy ?? '–'],
    [t('destroyed here'), destroyed?.at === undefined ? '–' : localTime(destroyed.at, site.timeZone)],
  ];
  const rows = copies.map(({ copy, medium, destination, receiver, at, received, destroyed: gone }): Text[] => [
    ...[`${copy}`, localTime(at, site.timeZone), medium, destination, receiver],
    ...[received, gone].map((stated) => (stated === undefined ? '–' : localTime(stated.at, site.timeZone))),
  ]);
  const columns = [
    t('copy'),
    t('handed over'),
    t('storage medium'),
    t('destination'),
    t('receiver'),
    t('receipt'),
    t('destroyed there'),
  ];
  return [
    { kind: 'facts', heading: t('End'), facts: end },
    ...(rows.length === 0 ? [] : [{ kind: 'table', heading: t('Copies'), columns, rows } as const]),
  ];
}
