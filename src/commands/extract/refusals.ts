/** How a statement that is not run is told: by the guard's refusals, or by what was found before running it. */
import type { Finding } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import type { Refusal } from '../../rules/sql/refusal.ts';
import type { Desk } from './statement.ts';

/** Data `{refusals: [{code, at, why}]}`; exit 3. */
export function refusedReport(refusals: readonly Refusal[], { nothing, help }: Desk): Report {
  const rows = refusals.map(({ code, at, why }): Text[] => [code, `${at.line}:${at.column}`, why]);
  const columns = [t('code'), t('line:column'), t('why')];
  return {
    title: t('The statement is refused'),
    verdict: 'refused',
    sections: [
      { kind: 'table', heading: t('Refused'), columns, rows },
      { kind: 'text', lines: [nothing, t('No statement was run.')] },
    ],
    data: { refusals: refusals as unknown as Json },
    next: [help],
  };
}

/** What stands against running it: whatever failed, and whatever could not be looked at. */
export function obstaclesAmong(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown');
}

/** Data `{refusals: [{code, why, wanted}]}`; exit 3. */
export function obstacleReport(findings: readonly Finding[], { refused, nothing, help }: Desk): Report {
  return {
    title: refused,
    verdict: 'refused',
    sections: [
      { kind: 'findings', heading: t('What stands against it'), findings },
      { kind: 'text', lines: [nothing, t('No row was read.')] },
    ],
    data: {
      refusals: findings.map(({ rule, found, wanted }) => ({ code: rule, why: found, wanted })) as unknown as Json,
    },
    next: ['gxops doctor', help],
  };
}
