/** `extract run`: rehearses an application; with --execute makes its file, once, if what was approved is what would be done. */
import type { Json } from '../../core/json.ts';
import type { Artefact } from '../../core/product.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { shellLine } from '../../core/shell.ts';
import { t } from '../../core/text.ts';
import type { Ended } from '../../engine/course.ts';
import { rehearse } from '../../engine/rehearse.ts';
import { resume, start } from '../../engine/run.ts';
import type { Call } from '../command.ts';
import { endedReport, rehearsalReport } from '../runbook/report.ts';
import { bookOfExtraction, findExtraction } from './stored.ts';

/** Data `{id, rows, bytes, seconds, file, sha256, manifest}`; without --execute, or when it does not end, as `runbook run` with the id. */
export async function run(call: Call): Promise<Report> {
  const { session, execute } = call;
  const id = call.args[0] ?? '';
  const book = await bookOfExtraction(id, session);
  if (!execute) {
    const again = shellLine(['gxops', '--site', session.site.dir, 'extract', 'run', id, '--execute']);
    const report = rehearsalReport(await rehearse(book, { id }, session), again);
    return { ...report, data: { id, ...(report.data as Record<string, Json>) } };
  }
  const open = await openRun(id, session);
  const ended = open === undefined ? await start(book, { id }, session) : await resume(open, book, session);
  return reportOf(id, ended, session);
}

/** A run of this application that was begun: the one that used its approval, else one that still waits. */
async function openRun(id: string, session: Session): Promise<string | undefined> {
  const { run } = await findExtraction(id, session);
  if (run !== undefined) return run;
  const opened = await session.world.keep.entries({ types: ['run.opened'], open: true });
  return opened.findLast(
    ({ body }) => body.type === 'run.opened' && body.data.runbook === 'extract' && body.data.inputs.id === id,
  )?.body.run;
}

function reportOf(id: string, ended: Ended, session: Session): Report {
  const report = endedReport(ended, session.site);
  const artefact = ended.state.artefacts.at(-1);
  const data = report.data as Record<string, Json>;
  if (artefact === undefined || ended.verdict !== 'done') return { ...report, data: { id, ...data } };
  const file = `${session.site.dir}/${artefact.path}`;
  return {
    ...report,
    title: t('Extraction {id}: {rows} rows', { id, rows: artefact.rows }),
    sections: [
      {
        kind: 'facts',
        facts: [
          [t('file'), file],
          [t('rows'), `${artefact.rows}`],
          [t('bytes'), `${artefact.bytes}`],
          [t('SHA-256'), artefact.sha256],
        ],
      },
      { kind: 'text', heading: t('For the recipient'), lines: [openLine(file)] },
      ...report.sections,
    ],
    data: { ...data, ...madeData(id, artefact, session) },
    next: [openLine(file)],
  };
}

function madeData(id: string, artefact: Artefact, { site }: Session): Record<string, Json> {
  const { rows, bytes, took, path, sha256, manifest } = artefact;
  return {
    ...{ id, rows, bytes, seconds: Math.ceil(took / 1_000), file: `${site.dir}/${path}`, sha256 },
    manifest: manifest === undefined ? null : `${site.dir}/${manifest.path}`,
  };
}

/** The one command the recipient types; the key file is theirs. */
function openLine(file: string): string {
  const name = file.split('/').at(-1) ?? '';
  return `${shellLine(['gxops', 'extract', 'open', file])} --identity KEY --to ${shellLine([name.replace(/\.age(\.zip)?$/, '')])}`;
}
