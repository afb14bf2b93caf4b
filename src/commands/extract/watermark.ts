/** `extract watermark`: which extraction a leaked file, or a part of one, came from; what was found is recorded. */
import type { Json } from '../../core/json.ts';
import { secretBits } from '../../core/keyed.ts';
import { localTime } from '../../core/local-time.ts';
import type { Report, Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { type Text, t } from '../../core/text.ts';
import { EXTRACT_TYPES, type Extraction, foldExtractions } from '../../records/extract.ts';
import { agreement, isProven } from '../../rules/forms/mark-judge.ts';
import type { Call } from '../command.ts';
import { type Leaked, readLeaked } from './leaked.ts';

/** One extraction tried: distinct cells compared, and how many of them agree. `file`: the bytes are those of the very file. */
interface Candidate {
  readonly id: string;
  readonly matched: number;
  readonly compared: number;
  readonly proven: boolean;
  readonly file: boolean;
  readonly chance: number;
}

/**
 * Data `{found, matched, compared, candidates: [{id, matched, compared, proven}], application: {requester, recipients, at}}`, the best
 * candidates first. Proven ends `done`; else nobody is accused and it ends `unreachable`.
 */
export async function run(call: Call): Promise<Report> {
  const { session } = call;
  const leaked = await readLeaked(call, call.args[0] ?? '');
  const extractions = foldExtractions(await session.world.keep.entries({ types: EXTRACT_TYPES }));
  // What was never run has left no file.
  const tried = extractions.filter(({ run, artefact }) => run !== undefined || artefact !== undefined);
  const candidates = await compared(leaked, tried, session);
  const best = candidates[0];
  const found = best?.proven === true ? tried.find(({ id }) => id === best.id) : undefined;
  const counts = { matched: best?.matched ?? 0, compared: best?.compared ?? 0 };
  const data = { sha256: leaked.sha256, found: found?.id ?? null, ...counts };
  const about = found === undefined ? {} : { subject: found.id };
  for (const entry of await session.world.keep.append([{ type: 'extract.traced', data, ...about }]))
    session.tell(entry);
  return report(leaked, candidates, found, session);
}

/** Every extraction against the file, one table at a time. */
async function compared(leaked: Leaked, tried: readonly Extraction[], session: Session): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const { id, artefact } of tried) {
    session.signal.throwIfAborted();
    const file = artefact !== undefined && [artefact.sha256, artefact.plain].includes(leaked.sha256);
    const found = agreement(leaked.seen, secretBits(await session.world.keep.mark(id)));
    candidates.push({ id, ...found, file, proven: file || isProven(found, tried.length) });
  }
  return candidates.sort((a, b) => Number(b.file) - Number(a.file) || a.chance - b.chance);
}

const SHOWN = 10;

function report(
  leaked: Leaked,
  candidates: readonly Candidate[],
  found: Extraction | undefined,
  session: Session,
): Report {
  const best = candidates[0];
  const shown = candidates.slice(0, SHOWN);
  const rows = shown.map(({ id, matched, compared, proven }): Text[] => [
    ...[id, `${matched}`, `${compared}`],
    proven ? t('proven') : t('not proven'),
  ]);
  const at = found?.at ?? '';
  return {
    title:
      found === undefined
        ? t('Undecided: no extraction is proven to be the source')
        : t('The file came from {id}', { id: found.id }),
    verdict: found === undefined ? 'unreachable' : 'done',
    sections: [
      ...(found === undefined ? [] : [applicationFacts(found, session)]),
      {
        kind: 'table',
        heading: t('Extractions compared'),
        columns: [t('number'), t('marks that agree'), t('marks compared'), t('judgement')],
        rows,
      },
      { kind: 'text', lines: words(leaked, best, found) },
    ],
    data: {
      found: found?.id ?? null,
      ...{ matched: best?.matched ?? 0, compared: best?.compared ?? 0, sha256: leaked.sha256, kind: leaked.kind },
      candidates: shown.map(({ id, matched, compared, proven }) => ({ id, matched, compared, proven })),
      application:
        found === undefined ? null : ({ requester: found.requester, recipients: found.recipients, at } as Json),
    },
    next: found === undefined ? [] : [`gxops extract show ${found.id}`, `gxops audit log --subject ${found.id}`],
  };
}

function applicationFacts({ id, requester, recipients, purpose, at, copies }: Extraction, session: Session): Section {
  return {
    kind: 'facts',
    facts: [
      [t('number'), id],
      [t('purpose'), purpose],
      [t('applied by'), requester],
      [t('applied'), localTime(at, session.site.timeZone)],
      [t('recipients'), recipients.join(', ')],
      [
        t('copies handed over'),
        copies.map(({ copy, receiver, medium }) => `${copy}: ${receiver}, ${medium}`).join('; ') || '–',
      ],
    ],
  };
}

/** What the figures mean, and what they do not. */
function words(leaked: Leaked, best: Candidate | undefined, found: Extraction | undefined): Text[] {
  if (leaked.kind === 'age' && found === undefined)
    return [t('The file is encrypted and none of our own: nothing in it can be read. Decrypt it first.')];
  if (best?.file === true) return [t('Its bytes are those of the very file that was made.')];
  if (found !== undefined)
    return [
      t('By chance a foreign file agrees so well less than once in a million, all extractions together.'),
      t('It is proven from which extraction the rows came, not who passed them on.'),
    ];
  return [
    t(
      'A mark counts each distinct text once; some thirty that agree are needed, and more the more extractions there are.',
    ),
    t(
      'Saving a CSV again in a spreadsheet removes the invisible mark, so does any program that writes quotes or blanks its own way; a workbook keeps it as long as it keeps its cell styles.',
    ),
    t('Undecided does not mean that the file is none of ours: compare its columns and rows with the applications.'),
  ];
}
