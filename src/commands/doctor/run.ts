/** Runs every examination at once, each within its own time, and judges by what they found. */
import { type Finding, judged } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report, Section } from '../../core/report.ts';
import { type Text, t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { examineDrivers } from './drivers.ts';
import { examineJournal } from './journal.ts';
import { examineKeys } from './keys.ts';
import { examineMachine } from './machine.ts';
import { examineTargets } from './targets.ts';

/** Verdict by the findings: done, findings or unreachable. Changes nothing, writes nothing. */
export async function run({ session }: Call): Promise<Report> {
  const groups = await Promise.all([
    group(t('This machine'), examineMachine(session)),
    group(t('Journal'), examineJournal(session)),
    group(t('Keys and secrets'), examineKeys(session)),
    group(t('Drivers'), examineDrivers(session)),
    group(t('Targets'), examineTargets(session)),
  ]);
  const findings = groups.flatMap((one) => one.findings);
  const verdict = judged(findings);
  const sections: Section[] = groups.map((one) => ({ kind: 'findings', ...one }));
  return {
    title: TITLES[verdict],
    verdict,
    sections: sections.filter((section) => section.kind !== 'findings' || section.findings.length > 0),
    data: { findings: findings as unknown as Json },
    next: verdict === 'done' ? [] : ['gxops site check', 'gxops doctor'],
  };
}

const TITLES: Readonly<Record<ReturnType<typeof judged>, Text>> = {
  done: t('gxops can look everywhere it is told to'),
  findings: t('gxops found something to put right'),
  unreachable: t('gxops cannot look everywhere it is told to'),
};

async function group(
  heading: Text,
  work: Promise<readonly Finding[]>,
): Promise<{ heading: Text; findings: readonly Finding[] }> {
  return { heading, findings: await work };
}
