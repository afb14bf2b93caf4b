/** A YAML runbook's definition as a Runbook: functions built from data, so that the engine sees no difference to a shipped one. */
import type { Target } from '../core/change.ts';
import type { Input } from '../core/input.ts';
import { sha256 } from '../core/json.ts';
import type { Question } from '../core/question.ts';
import type { Moment, Runbook, Step } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';
import { namesIn, parseExpression } from '../rules/expression.ts';
import { evaluate } from '../rules/expression-value.ts';
import type { AskSource, Definition, InputSource, LookSource, StepSource } from '../rules/runbook-definition.ts';
import { namesBefore } from '../rules/runbook-references.ts';
import { definitionJson, parseRunbook } from '../rules/runbook-yaml.ts';
import { milliseconds } from '../rules/shape.ts';
import { fill, fillRecord } from '../rules/substitution.ts';
import { changesOf } from './site-yaml-change.ts';
import { findingsOf, valuesOf } from './site-yaml-look.ts';

/** The runbook in a YAML text; Stop('usage') at file:line where it does not hold. `file` is what a person opens to mend it. */
export function compileRunbook(text: string, file: string): Runbook {
  return runbookOf(parseRunbook(text, file));
}

/** A checked definition as a Runbook. Its digest is that of the whole source, so that any edit makes another runbook. */
export function runbookOf(definition: Definition): Runbook {
  const { runbook, version, title, why, risk, inputs = {}, locks = [] } = definition;
  return {
    name: runbook,
    version,
    title,
    purpose: why,
    risk,
    inputs: Object.entries(inputs).map(([name, input]) => inputOf(name, input)),
    targets: (given) => locks.map((lock) => fill(lock, (name) => given[name.replace('inputs.', '')]) as Target),
    steps: definition.steps.map((_, index) => stepOf(definition, index)),
    definition: definitionJson(definition),
  };
}

function inputOf(name: string, { title, ...rest }: InputSource): Input {
  return { name, title: title ?? name, ...rest };
}

/** What all kinds of steps share. */
function lineOf(definition: Definition, step: StepSource, index: number) {
  const { id, title, why, when, timeout, retry, onFail, unattended } = step;
  const skip = when === undefined ? undefined : skipUnless(definition, when, index);
  return {
    id,
    title,
    ...(why === undefined ? {} : { why }),
    ...(skip === undefined ? {} : { skip }),
    ...(timeout === undefined ? {} : { timeout: milliseconds(timeout) }),
    ...(retry === undefined ? {} : { retry: { attempts: retry.attempts, delay: milliseconds(retry.delay) } }),
    ...(onFail === undefined ? {} : { onFail }),
    ...(unattended === undefined ? {} : { unattended }),
  };
}

function skipUnless(definition: Definition, when: string, index: number): (moment: Moment) => Text | undefined {
  const { expression } = parseExpression(when, namesBefore(definition, index));
  const asked = namesIn(expression).filter((name) => name.startsWith('answers.'));
  return (moment) => {
    const values = valuesOf(moment);
    const holds = expression && evaluate(expression, values);
    // A rehearsal asks nobody: what hangs on an answer is planned as if it were to be done.
    if (holds === true || (holds === undefined && asked.some((name) => values(name) === undefined))) return undefined;
    if (holds === false) return t('not so: {condition}', { condition: when });
    throw new Stop('refused', t('It cannot be told whether {condition} holds.', { condition: when }), {
      notDone: t('The step was neither done nor skipped.'),
      safe: t('Nothing was changed by this step.'),
    });
  };
}

function stepOf(definition: Definition, index: number): Step {
  const step = definition.steps[index] as StepSource;
  const line = lineOf(definition, step, index);
  const { ask, approve, check, act, watch, produce } = step;
  const look = lookerOf(definition, step, index);
  if (ask !== undefined) return { ...line, kind: 'ask', question: () => questionOf(ask) };
  if (approve !== undefined) {
    const seats = approve.seats ?? [{ roles: ['approver'], party: 'purchaser' }];
    const expires = approve.expires === undefined ? {} : { expires: milliseconds(approve.expires) };
    return { ...line, kind: 'approve', seats: () => seats, ...expires };
  }
  if (check !== undefined) return { ...line, kind: 'check', look: look(check.looks), blocks: check.blocks ?? true };
  if (act !== undefined) {
    const plan = (moment: Moment) => changesOf(moment, act.changes, line.timeout);
    return {
      ...line,
      kind: 'act',
      plan,
      verify: look(act.verify),
      ...(act.after === undefined ? {} : { after: act.after }),
    };
  }
  if (watch !== undefined) return { ...line, ...watchOf(watch), probe: look(watch.looks) };
  return { ...line, kind: 'produce', releases: false, make: async (moment) => productOf(definition, produce, moment) };
}

function lookerOf(definition: Definition, step: StepSource, index: number) {
  const kinds = namesBefore(definition, index);
  const timeout = step.timeout === undefined ? undefined : milliseconds(step.timeout);
  return (looks: readonly LookSource[]) => (moment: Moment) =>
    findingsOf({ moment, runbook: definition.runbook, step: step.id, kinds, timeout }, looks);
}

function questionOf({ confirm, text, match, choice, options = {} }: AskSource): Omit<Question, 'id'> {
  if (confirm !== undefined) return { kind: 'confirm', message: confirm };
  if (choice !== undefined) {
    const choices = Object.entries(options).map(([value, title]) => ({ value, title }));
    return { kind: 'choice', message: choice, choices } as Omit<Question, 'id'>;
  }
  return { kind: 'text', message: text ?? '', ...(match === undefined ? {} : { match }) } as Omit<Question, 'id'>;
}

function watchOf(watch: NonNullable<StepSource['watch']>) {
  return {
    kind: 'watch' as const,
    every: milliseconds(watch.every),
    during: milliseconds(watch.for),
    failureLimit: watch.failures ?? 0,
    inconclusiveLimit: watch.inconclusive ?? 0,
  };
}

/** The record's folder is named by its content, so that the same record is the same file and none is overwritten by another. */
function productOf({ runbook }: Definition, produce: StepSource['produce'], moment: Moment) {
  const text = fillRecord(produce?.text ?? '', valuesOf(moment));
  const hash = sha256(text);
  const path = `exports/${runbook}-${hash.slice(0, 12)}/${produce?.file ?? 'record.txt'}`;
  return { path, binding: { path, sha256: hash }, source: { text }, recipients: [] };
}
