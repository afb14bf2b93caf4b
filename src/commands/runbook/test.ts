/** `runbook test`: plays a runbook against fakes, first undisturbed, then with each step failing in every way it can. */
import { type Finding, judged } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report } from '../../core/report.ts';
import type { Runbook } from '../../core/runbook.ts';
import { type Text, t } from '../../core/text.ts';
import { type Outcome, play, type Setting } from '../../engine/trial.ts';
import { type Fault, faultsOf } from '../../engine/trial-faults.ts';
import { people } from '../../engine/trial-people.ts';
import type { Call } from '../command.ts';
import { settingOf } from './setting.ts';
import { faultyReport, lintOf, written } from './written.ts';

/** Verdict `usage` where it is no runbook; `unreachable` where no sample answers are known; else by how the trials ended. */
export async function run(call: Call): Promise<Report> {
  const one = await written(call);
  if (one.problems !== undefined) return faultyReport(one.file, one.problems);
  const { book, extras } = one;
  const { setting, unknown } = settingOf(book, extras.definition);
  const lint = lintOf(one).filter(({ outcome }) => outcome !== 'pass');
  const trials = unknown.length > 0 ? unknown : await trialsOf(book, setting);
  const findings = [...lint, ...trials];
  return {
    title: t('{name}: {count} trials', { name: book.name, count: trials.length }),
    verdict: judged(findings),
    sections: [{ kind: 'findings', heading: t('Trials'), findings }],
    data: { runbook: book.name, trials: trials as unknown as Json, lint: lint as unknown as Json },
    next: [`gxops runbook run ${book.name}`],
  };
}

/** The whole play, and one play for each fault of each step. */
async function trialsOf(book: Runbook, setting: Setting): Promise<Finding[]> {
  const crew = await people();
  const whole = await play(book, setting, crew);
  const findings = [wholeFinding(book, whole)];
  for (const fault of faultsOf(book, whole.deeds)) {
    // Only a confirmation can be declined.
    if (fault.how === 'declined' && setting.answers[fault.step] !== true) continue;
    findings.push(faultFinding(book, fault, await play(book, setting, crew, fault)));
  }
  return findings;
}

function wholeFinding({ name }: Runbook, { verdict, text }: Outcome): Finding {
  const about = { rule: 'trial-whole', subject: name, found: t('{verdict}: {text}', { verdict, text }) };
  const wanted = t('done');
  if (verdict === 'done') return { ...about, wanted, outcome: 'pass' };
  const advice = t('Undisturbed, it should end well; what it looks for may not be what its own changes make.');
  return { ...about, wanted, advice, outcome: verdict === 'findings' ? 'warn' : 'fail' };
}

const HOW: Readonly<Record<Fault['how'], Text>> = {
  fails: t('its look fails'),
  unknown: t('it cannot look'),
  hangs: t('it takes longer than its time-out'),
  refused: t('a deed is refused'),
  lost: t('a deed is done but the connection breaks'),
  declined: t('the person declines'),
  unwritten: t('the file cannot be written'),
};

const LEFT: Readonly<Record<Outcome['left'], Text>> = {
  nothing: t('everything is as before'),
  listed: t('what remains is listed for a person'),
  doubted: t('the doubt is named and a person must settle it'),
  unsaid: t('something is left behind and nothing says so'),
};

function faultFinding({ name }: Runbook, fault: Fault, { verdict, left, reached }: Outcome): Finding {
  const nth = fault.nth === undefined ? '' : ` ${fault.nth}`;
  const about = {
    rule: `trial-${fault.how}${fault.nth === undefined ? '' : `-${fault.nth}`}`,
    subject: `${name} ${fault.step}${nth}`,
    title: HOW[fault.how],
    found: t('{verdict}: {left}', { verdict, left: LEFT[left] }),
    wanted: t('as before, or what remains is said'),
  };
  if (left === 'unsaid') return { ...about, outcome: 'fail' };
  if (reached) return { ...about, outcome: 'pass' };
  return { ...about, outcome: 'skip', reason: t('with the sample inputs and answers it does not come to this step') };
}
