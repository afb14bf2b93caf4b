/** `extract show`: one application as a whole. */
import type { Json } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import type { Report, Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { type Text, t } from '../../core/text.ts';
import { type Extraction, type ExtractionStanding, extractionStanding } from '../../records/extract.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Application } from '../../rules/application.ts';
import type { Call } from '../command.ts';
import { applicationForm } from './forms.ts';
import { STANDINGS } from './list.ts';
import { applicationOf, findExtraction } from './stored.ts';
import { columnTable } from './tables.ts';

/** What is told of one application. */
interface Told {
  readonly extraction: Extraction;
  readonly application: Application;
  readonly standing: ExtractionStanding;
}

/** Data `{id, standing, digest, columns, approvals, artefact, destroyBy, copies, destroyed}` and what was applied for; the statement is shown as it was written. */
export async function run({ session, args }: Call): Promise<Report> {
  const extraction = await findExtraction(args[0] ?? '', session);
  const application = await applicationOf(extraction, session);
  const roster = await rosterOf(session.world.keep);
  const standing = extractionStanding(extraction, roster, session.world.now());
  const told: Told = { extraction, application, standing };
  return {
    title: t('Extraction {id}: {standing}', { id: extraction.id, standing: STANDINGS[standing] }),
    verdict: 'done',
    sections: [
      { kind: 'facts', facts: factsOf(told, session) },
      columnTable(extraction.columns),
      { kind: 'verbatim', heading: t('Statement'), text: application.sql },
      ...fileSection(extraction),
      ...copySection(extraction, session),
    ],
    document: await applicationForm({ extraction, application, roster, session }),
    data: dataOf(told),
    next: nextOf(extraction.id, standing),
  };
}

function factsOf({ extraction, application }: Told, { site }: Session): (readonly [Text, Text])[] {
  const { database, purpose, basis, limit, requester, recipients, expires } = application;
  const grants = extraction.approval?.grants ?? [];
  return [
    [t('purpose'), purpose],
    [t('basis'), basis],
    [t('database'), database],
    [t('applied by'), requester],
    [t('applied'), localTime(extraction.at, site.timeZone)],
    [t('holds until'), localTime(expires, site.timeZone)],
    [t('recipients'), recipients.map(({ operator }) => operator).join(', ')],
    [t('rows at most'), `${limit}`],
    [t('digest'), extraction.digest],
    [t('signed by'), grants.map(({ approver }) => approver).join(', ') || '–'],
  ];
}

function dataOf({ extraction, application, standing }: Told): Json {
  const { id, digest, columns, artefact, copies, destroyBy, destroyed } = extraction;
  const { database, purpose, basis, limit, requester, recipients, format, clear, expires } = application;
  return {
    ...{ id, standing, digest, columns: columns as unknown as Json, database, purpose, basis, limit, requester },
    ...{ recipients: recipients.map(({ operator }) => operator), format, clear, expires },
    approvals: (extraction.approval?.grants ?? []).map(({ approver, at }) => ({ approver, at })),
    artefact: (artefact ?? null) as unknown as Json,
    ...{ destroyBy: destroyBy ?? null, destroyed: destroyed?.at ?? null },
    copies: copies.map(({ copy, medium, destination, receiver, at, received, destroyed: gone }) => ({
      ...{ copy, medium, destination, receiver, at, received: received?.at ?? null, destroyed: gone?.at ?? null },
    })),
  };
}

function nextOf(id: string, standing: ExtractionStanding): string[] {
  if (standing === 'waiting') return [`gxops approve ${id}`];
  if (standing === 'granted') return [`gxops extract run ${id} --execute`];
  return standing === 'made' ? [`gxops extract handover ${id} --medium N --destination '…'`] : [];
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
