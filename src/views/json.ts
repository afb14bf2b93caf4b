/** A Report, or a refusal, as the one JSON document that machines read. Sentences are spoken, data is left as it is. */
import { safeJson } from '../core/escape.ts';
import type { Report } from '../core/report.ts';
import type { Stop } from '../core/stop.ts';
import { spoken } from '../core/text.ts';
import { EXIT } from '../core/verdict.ts';
import type { Tongue } from './how.ts';

/** The document for stdout; `command` is noun and verb, e.g. `extract run`. Ends in a newline. */
export function drawJson(report: Report, command: string, how: Tongue): string {
  return documentOf(
    {
      schema: 1,
      command,
      verdict: report.verdict,
      exit: report.exit ?? EXIT[report.verdict],
      title: report.title,
      run: report.run,
      sections: report.sections,
      data: report.data,
      next: report.next ?? [],
    },
    how,
  );
}

/** The same shape for an error on stderr: the sentence is the title, `error` says the rest of it. */
export function drawStopJson(stop: Stop, command: string, how: Tongue): string {
  const { notDone, safe, place, data, next } = stop.detail;
  return documentOf(
    {
      schema: 1,
      command,
      verdict: stop.verdict,
      exit: EXIT[stop.verdict],
      title: stop.text,
      error: { notDone, safe, place },
      data: data ?? null,
      next: next ?? [],
    },
    how,
  );
}

function documentOf(value: unknown, how: Tongue): string {
  return `${safeJson(JSON.stringify(spoken(value, how.dictionary), null, 2))}\n`;
}
