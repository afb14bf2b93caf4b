/** `runbook run`: rehearses a runbook; with --execute runs it until it ends or needs a person. */
import { insistOnSteps } from '../../core/answers.ts';
import { parseInputs, type RawInputs, splitPairs } from '../../core/inputs.ts';
import type { Report } from '../../core/report.ts';
import type { Runbook } from '../../core/runbook.ts';
import { shellLine } from '../../core/shell.ts';
import { rehearse } from '../../engine/rehearse.ts';
import { start } from '../../engine/run.ts';
import type { Call } from '../command.ts';
import { findBook } from './find.ts';
import { endedReport, rehearsalReport } from './report.ts';

/** Data `{run, verdict, waitingFor?, inDoubt, findings, changes}`; `run` is null for a rehearsal. */
export async function run(call: Call): Promise<Report> {
  const book = await findBook(call.args[0] ?? '', call.session);
  const { input } = call.options;
  return runBook(book, splitPairs('--input', Array.isArray(input) ? input : []), call);
}

/** Any runbook with raw inputs: without `--execute` a rehearsal, with it a run. */
export async function runBook(book: Runbook, raw: RawInputs, call: Call): Promise<Report> {
  const { session, options, execute } = call;
  insistOnAnswers(call, book);
  const inputs = parseInputs(book.inputs, raw, session.site, [`gxops runbook show ${book.name}`]);
  if (!execute) return rehearsalReport(await rehearse(book, inputs, session), againLine(book, raw));
  const ticket = typeof options.ticket === 'string' ? options.ticket : undefined;
  return endedReport(await start(book, inputs, session, ticket), session.site);
}

/** Stop('usage') for an `--answer` that no step of the runbook asks for. */
export function insistOnAnswers({ options }: Call, { name, steps }: Runbook): void {
  const { answer } = options;
  const names = Object.keys(splitPairs('--answer', Array.isArray(answer) ? answer : []));
  insistOnSteps(names, steps, [`gxops runbook show ${name}`]);
}

function againLine(book: Runbook, raw: RawInputs): string {
  const pairs = Object.entries(raw).flatMap(([name, value]) => ['--input', `${name}=${[value].flat().join(',')}`]);
  return shellLine(['gxops', 'runbook', 'run', book.name, ...pairs, '--execute']);
}
