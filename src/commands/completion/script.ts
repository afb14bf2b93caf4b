/** A completion script as a Report: the script and nothing else. */
import type { Report } from '../../core/report.ts';

/** The script to standard output, as it is. */
export function scriptReport(shell: string, text: string): Report {
  return { title: shell, verdict: 'done', sections: [{ kind: 'verbatim', text }], data: { shell, script: text } };
}
