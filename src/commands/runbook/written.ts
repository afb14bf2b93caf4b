/** The runbook that a person names to lint or test: a file of theirs, or one that runs by its name. */
import type { Report } from '../../core/report.ts';
import type { Runbook } from '../../core/runbook.ts';
import { t } from '../../core/text.ts';
import { type LintExtras, lint } from '../../rules/lint.ts';
import { type Problem, problemFacts } from '../../rules/problem.ts';
import type { Definition } from '../../rules/runbook-definition.ts';
import { readRunbook } from '../../rules/runbook-yaml.ts';
import { runbookOf } from '../../runbooks/site-yaml.ts';
import type { Call } from '../command.ts';
import { problemLines } from '../site/check.ts';
import { bookSources, findBook } from './find.ts';

/** A runbook with what else is known of it, or the faults that keep it from being one. */
export type Written =
  | { readonly book: Runbook; readonly extras: LintExtras & { readonly file: string }; readonly problems?: undefined }
  | { readonly book?: undefined; readonly file: string; readonly problems: readonly Problem[] };

const MOST = 1024 * 1024;

/** Names without a dot or slash are looked up; everything else is a file. Stop('usage') where it cannot be read. */
export async function written({ args, session, read }: Call): Promise<Written> {
  const [file = ''] = args;
  const { site } = session;
  const named = /^[a-z0-9-]+$/.test(file) ? await bookSources(session) : undefined;
  const source = named?.find(({ name }) => name === file);
  if (source?.file === undefined && named !== undefined) {
    return { book: await findBook(file, session), extras: { file, site } };
  }
  const bytes =
    source?.file === undefined ? await read('FILE', file, MOST) : await session.world.keep.fetch(source.file);
  const from = source?.file === undefined ? file : `${site.dir}/${source.file}`;
  const found = readRunbook(Buffer.from(bytes ?? []).toString('utf8'));
  if (found.definition === undefined) return { file: from, problems: found.problems };
  const definition: Definition = found.definition;
  return { book: runbookOf(definition), extras: { file: from, site, definition, source: found.source } };
}

/** The report of a file that is no runbook: verdict `usage` (exit 2), every fault at its line. */
export function faultyReport(file: string, problems: readonly Problem[]): Report {
  return {
    title: t('{file} is not valid; faults: {count}', { file, count: problems.length }),
    verdict: 'usage',
    sections: [problemLines(file, problems)],
    data: { file, problems: problemFacts(problems) },
    next: [`gxops runbook lint ${file}`, 'gxops runbook schema'],
  };
}

/** Findings of lint for a runbook as named. */
export function lintOf({ book, extras }: Extract<Written, { book: Runbook }>) {
  return lint(book, extras);
}
