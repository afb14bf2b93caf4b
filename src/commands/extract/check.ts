/** `extract check`: what is overdue or does not add up; for cron, silent in the exit code while all is well. */
import type { Finding } from '../../core/finding.ts';
import { partsFolder } from '../../core/product.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { t } from '../../core/text.ts';
import { type Copy, EXTRACT_TYPES, type Extraction, foldExtractions } from '../../records/extract.ts';
import { declarationHolds } from '../../records/extract-statement.ts';
import { type Roster, rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';

/** Data `{overdue, withoutReceipt, withoutStatement, altered, orphans, parts}`, each ids. Exit 0 while nothing is found, 1 otherwise. */
export async function run({ session }: Call): Promise<Report> {
  const { keep } = session.world;
  const extractions = foldExtractions(await keep.entries({ types: EXTRACT_TYPES }));
  const roster = await rosterOf(keep);
  const findings = [
    ...(await Promise.all(extractions.map((one) => findingsOf(one, roster, session)))).flat(),
    ...(await orphans(extractions, session)),
    ...(await leftParts(session)),
  ];
  const ids = (rule: string) => [...new Set(findings.filter((one) => one.rule === rule).map(({ subject }) => subject))];
  return {
    title:
      findings.length === 0
        ? t('Extractions: nothing is overdue and all receipts are there ({count} looked at)', {
            count: extractions.length,
          })
        : t('Extractions: {count} matters need a person', { count: findings.length }),
    verdict: findings.length === 0 ? 'done' : 'findings',
    sections: findings.length === 0 ? [] : [{ kind: 'findings', heading: t('Findings'), findings }],
    data: {
      overdue: ids('extract:overdue'),
      withoutReceipt: ids('extract:receipt'),
      withoutStatement: ids('extract:statement'),
      altered: ids('extract:file'),
      orphans: ids('extract:orphan'),
      parts: ids('extract:parts'),
    },
    next: findings.flatMap(({ rule, subject }) =>
      rule === 'extract:overdue' ? [`gxops extract destroy ${subject} --execute`] : [],
    ),
  };
}

async function findingsOf(extraction: Extraction, roster: Roster, session: Session): Promise<Finding[]> {
  const { artefact, destroyed, id } = extraction;
  if (artefact === undefined) return [];
  const gone = destroyed?.at !== undefined && (destroyed.leftovers ?? []).length === 0;
  return [
    ...(gone ? [] : await fileFindings(extraction, session)),
    ...extraction.copies.flatMap((copy) => copyFindings(id, copy, extraction, roster, session)),
  ];
}

async function fileFindings(extraction: Extraction, session: Session): Promise<Finding[]> {
  const { id, artefact, destroyed, destroyBy } = extraction;
  const findings: Finding[] = [];
  const fail = (rule: string, found: Finding['found']) => findings.push({ rule, subject: id, outcome: 'fail', found });
  if (destroyBy !== undefined && today(session) > destroyBy)
    fail('extract:overdue', t('had to be destroyed by {destroyBy}', { destroyBy }));
  if (destroyed !== undefined) fail('extract:overdue', t('its destruction was begun and not finished'));
  const seen = await session.world.keep.hash(artefact?.path ?? '');
  if (destroyed === undefined && seen?.sha256 !== artefact?.sha256)
    fail('extract:file', seen === undefined ? t('the file is missing') : t('the file is not the one that was made'));
  return findings;
}

function copyFindings(id: string, copy: Copy, extraction: Extraction, roster: Roster, session: Session): Finding[] {
  const { received, destroyed, receiver } = copy;
  const due = extraction.destroyBy !== undefined && today(session) > extraction.destroyBy;
  const fail = (rule: string, found: ReturnType<typeof t>): Finding => ({ rule, subject: id, outcome: 'fail', found });
  const values = { receiver, copy: copy.copy };
  const findings: Finding[] = [];
  if (received === undefined)
    findings.push(fail('extract:receipt', t('{receiver} has not signed for copy {copy}', values)));
  else if (!declarationHolds('receipt', extraction, copy, received, roster))
    findings.push(fail('extract:receipt', t('the receipt of {receiver} for copy {copy} does not prove it', values)));
  if (destroyed !== undefined && !declarationHolds('destruction', extraction, copy, destroyed, roster))
    findings.push(
      fail('extract:statement', t('the statement of {receiver} about copy {copy} does not prove it', values)),
    );
  if (destroyed === undefined && due)
    findings.push(fail('extract:statement', t('{receiver} has not stated that copy {copy} is destroyed', values)));
  return findings;
}

/** Folders of exports that no record made, and what a killed run left in those that one did. */
async function orphans(extractions: readonly Extraction[], { world }: Session): Promise<Finding[]> {
  const { keep } = world;
  const made = new Map(extractions.flatMap((one) => (one.artefact === undefined ? [] : [[one.id, one] as const])));
  const findings: Finding[] = [];
  for (const folder of await keep.folders('exports')) {
    const files = await keep.files(`exports/${folder}`);
    const known = made.get(folder) !== undefined;
    const left = known ? files.filter((name) => name.startsWith('.partial-')) : files;
    if (left.length > 0)
      findings.push({
        rule: 'extract:orphan',
        subject: folder,
        outcome: 'fail',
        found: left.join(', '),
        advice: ADVICE,
      });
  }
  return findings;
}
/** Encrypted parts of an extraction that broke off, or was killed before it removed them. */
async function leftParts({ world }: Session): Promise<Finding[]> {
  const { keep } = world;
  const findings: Finding[] = [];
  for (const id of await keep.folders('runs')) {
    const parts = await keep.files(partsFolder(id));
    if (parts.length > 0)
      findings.push({
        ...{ rule: 'extract:parts', subject: id, outcome: 'fail' },
        found: t('{parts} encrypted files of an extraction that is not finished', { parts: parts.length }),
        advice: t('Go on by extract run ID --execute, or remove them by extract destroy ID --execute.'),
      });
  }
  return findings;
}

const ADVICE = t('Resume the run that was killed; it finishes the file or removes what is left.');

function today({ world }: Session): string {
  return world.now().toISOString().slice(0, 10);
}
