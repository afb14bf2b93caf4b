/** `runbook schema`: the JSON Schema of runbook files, for editors. */
import type { Report } from '../../core/report.ts';
import { t } from '../../core/text.ts';
import { runbookSchema } from '../../rules/runbook-schema.ts';

/** Verdict `done`; data is the schema itself. */
export async function run(): Promise<Report> {
  const data = runbookSchema();
  return {
    title: t('JSON Schema of runbook files'),
    verdict: 'done',
    sections: [{ kind: 'verbatim', text: JSON.stringify(data, null, 2) }],
    data,
  };
}
