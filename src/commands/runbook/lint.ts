/** `runbook lint`: faults of a runbook at file:line, then what it should not say even where it may. */
import { judged } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report } from '../../core/report.ts';
import { t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { faultyReport, lintOf, written } from './written.ts';

/** Verdict `usage` where it is no runbook, `findings` where lint complains, else `done`. */
export async function run(call: Call): Promise<Report> {
  const one = await written(call);
  if (one.problems !== undefined) return faultyReport(one.file, one.problems);
  const { file } = one.extras;
  const findings = lintOf(one);
  const verdict = judged(findings);
  return {
    title:
      verdict === 'done' ? t('{file}: nothing to complain about', { file }) : t('{file}: lint complains', { file }),
    verdict,
    sections: [{ kind: 'findings', heading: t('Lint'), findings }],
    data: { file, problems: [], findings: findings as unknown as Json },
    next: [`gxops runbook test ${file}`],
  };
}
