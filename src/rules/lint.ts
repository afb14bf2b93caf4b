/** Lint: what a runbook may say but should not, judged before anybody runs it. Structure of any runbook, wording of YAML ones. */
import type { Finding } from '../core/finding.ts';
import type { Runbook, Step } from '../core/runbook.ts';
import type { Site } from '../core/site.ts';
import { type Text, t } from '../core/text.ts';
import { lintDefinition } from './lint-yaml.ts';
import type { Path } from './problem.ts';
import type { Definition } from './runbook-definition.ts';
import type { Source } from './yaml.ts';

/** What else is known of it: the YAML it came from with its places, the site it is for. */
export interface LintExtras {
  /** What a person opens to mend it. */
  readonly file?: string;
  readonly definition?: Definition;
  readonly source?: Source;
  readonly site?: Site;
}

/** A fault with the step it is in and, for YAML, the path of its place. */
export interface Fault {
  readonly rule: string;
  readonly outcome: 'warn' | 'fail';
  readonly step?: string;
  readonly path?: Path;
  readonly found: Text;
  readonly advice: Text;
}

/** One pass where nothing was found, else one Finding per fault in the order of the steps. */
export function lint(book: Runbook, extras: LintExtras = {}): Finding[] {
  const { definition, site } = extras;
  const faults = [...lintSteps(book), ...(definition === undefined ? [] : lintDefinition(definition, site))];
  if (faults.length === 0) {
    return [
      { rule: 'lint', subject: extras.file ?? book.name, outcome: 'pass', found: t('nothing to complain about') },
    ];
  }
  return faults.map((fault) => findingOf(book, fault, extras));
}

function findingOf(book: Runbook, fault: Fault, { file = book.name, definition, source }: LintExtras): Finding {
  const index = definition?.steps.findIndex(({ id }) => id === fault.step) ?? -1;
  const path = fault.path ?? (index >= 0 ? ['steps', index, 'id'] : []);
  const place = source === undefined ? file : `${file}:${source.at(path).line}:${source.at(path).column}`;
  const { rule, outcome, found, advice } = fault;
  return { rule, subject: fault.step === undefined ? place : `${place} ${fault.step}`, outcome, found, advice };
}

/** What holds for every runbook, shipped or the site's own. */
function lintSteps({ steps }: Runbook): Fault[] {
  return [...twice(steps), ...notApproved(steps), ...notKnowable(steps), ...forLater(steps)];
}

function twice(steps: readonly Step[]): Fault[] {
  const ids = steps.map(({ id }) => id);
  return ids
    .filter((id, index) => ids.indexOf(id) !== index)
    .map((step) => ({
      ...{ rule: 'lint-duplicate-id', outcome: 'fail', step },
      found: t('the id {step} is used twice', { step }),
      advice: t('Ids live in the journal for ever; give each step its own.'),
    }));
}

function notApproved(steps: readonly Step[]): Fault[] {
  const first = steps.findIndex(({ kind }) => kind === 'approve');
  return steps
    .filter(
      (step, index) =>
        (step.kind === 'act' || (step.kind === 'produce' && step.releases)) && (first < 0 || index < first),
    )
    .map(({ id: step }) => ({
      ...{ rule: 'lint-no-approval', outcome: 'fail', step },
      found: t('{step} changes something with no approve step before it', { step }),
      advice: t('Put an approve step before it.'),
    }));
}

/** The plan of an act with `after` cannot be known when an approval before that other act is asked. */
function notKnowable(steps: readonly Step[]): Fault[] {
  return steps.flatMap((step, index) => {
    if (step.kind !== 'act' || step.after === undefined) return [];
    const { id, after } = step;
    const earlier = steps.findIndex((other) => other.id === after);
    if (earlier < 0 || earlier >= index || steps[earlier]?.kind !== 'act') {
      const found = t('{step} is said to come after {after}, which is no earlier act step', { step: id, after });
      return [{ rule: 'lint-unknown-after', outcome: 'fail', step: id, found, advice: t('Name an earlier act step.') }];
    }
    if (steps.slice(earlier + 1, index).some(({ kind }) => kind === 'approve')) return [];
    const found = t(
      'the plan of {step} is not known before {after} was done, and no approve step stands between them',
      { step: id, after },
    );
    return [
      {
        rule: 'lint-approval-between',
        outcome: 'fail',
        step: id,
        found,
        advice: t('Put an approve step between the two.'),
      },
    ];
  });
}

/** A policy that undoes what was done needs something done before it. */
function forLater(steps: readonly Step[]): Fault[] {
  const act = steps.findIndex(({ kind }) => kind === 'act');
  return steps
    .filter(
      ({ onFail, unattended }, index) =>
        (onFail === 'rollback' || unattended === 'rollback') && (act < 0 || index < act),
    )
    .map(({ id: step }) => ({
      ...{ rule: 'lint-nothing-to-undo', outcome: 'warn', step },
      found: t('{step} would roll back, but nothing was changed before it', { step }),
      advice: t('Use abort or suspend.'),
    }));
}
