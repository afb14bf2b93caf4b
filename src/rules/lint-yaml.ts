/** Lint of a YAML runbook's own wording: shells, secrets, time-outs, undo reasons, steps never reached, names the site does not have. */
import { nearest } from '../core/nearest.ts';
import type { Site } from '../core/site.ts';
import { t } from '../core/text.ts';
import { cutsOffCommand, cutsOffFile } from './cut-off.ts';
import { namesIn, parseExpression, type Value } from './expression.ts';
import { evaluate } from './expression-value.ts';
import type { Fault } from './lint.ts';
import type { Path } from './problem.ts';
import { type ChangeSource, type Definition, looksOf, type StepSource } from './runbook-definition.ts';
import { namesBefore } from './runbook-references.ts';
import { words } from './shape.ts';

/** Faults of the wording; `site` adds what only the site can tell. */
export function lintDefinition(definition: Definition, site?: Site): Fault[] {
  return definition.steps.flatMap((step, index) => [
    ...neverReached(definition, step, index),
    ...programsOf(step, index).flatMap((program) => lintProgram(step.id, program)),
    ...changesIn(step, index).flatMap((change) => lintChange(step, change)),
    ...(site === undefined ? [] : hostsIn(step, index).flatMap((host) => lintHost(step.id, host, site))),
    ...waits(step, index),
    ...withoutPurchaser(step, index),
    ...answeredTooLate(definition, step, index),
  ]);
}

interface At<T> {
  readonly path: Path;
  readonly of: T;
}

function changesIn(step: StepSource, index: number): At<ChangeSource>[] {
  return (step.act?.changes ?? []).map((of, at) => ({ path: ['steps', index, 'act', 'changes', at], of }));
}

/** Every argv of a step: of changes, undos, probes, settles and looks. */
function programsOf(step: StepSource, index: number): At<readonly string[]>[] {
  const programs: At<readonly string[] | undefined>[] = looksOf(step).map(({ at, look }) => ({
    path: ['steps', index, ...at, 'command'],
    of: look.command,
  }));
  for (const { path, of } of changesIn(step, index)) {
    programs.push({ path: [...path, 'command'], of: of.command });
    programs.push({
      path: [...path, 'undo', 'command'],
      of: of.undo && 'command' in of.undo ? of.undo.command : undefined,
    });
    programs.push({ path: [...path, 'probe', 'command'], of: of.probe?.command });
    for (const [at, argv] of (of.settle ?? []).entries()) programs.push({ path: [...path, 'settle', at], of: argv });
  }
  return programs.flatMap(({ path, of }) => (of === undefined ? [] : [{ path, of }]));
}

const SHELL = /^(.*\/)?(ba|da|z|k|c|tc|a|fi)?sh$/;
const CARRIERS = /^(.*\/)?(env|sudo|su|nohup|timeout|nice|xargs|ssh|eval|python[\d.]*|perl|ruby|node|awk)$/;
const SECRET =
  /(^|[^a-z])(pass(word|wd|phrase)?|pwd|secret|token|api_?key)\s*[=:]\s*\S|^--?(password|passwd|token|secret)(=|$)|^-p\S+$|BEGIN [A-Z ]*PRIVATE KEY|\/\/[^\s/:@]+:[^\s/@]+@/i;

function lintProgram(step: string, { path, of: argv }: At<readonly string[]>): Fault[] {
  const faults: Fault[] = [];
  const [program = '', ...args] = argv;
  const at = argv.findIndex((word) => SHELL.test(word));
  const carried = at === 0 || (at > 0 && CARRIERS.test(program));
  if (carried && argv.slice(at + 1).some((word) => /^-[a-z]*c$/.test(word))) {
    const found = t('{program} -c runs a text as a program; nothing in it can be told apart, escaped or undone', {
      program,
    });
    faults.push({
      rule: 'lint-shell',
      outcome: 'fail',
      step,
      path,
      found,
      advice: t('Write the program and its arguments as a list.'),
    });
  } else if (/^(.*\/)?(python[\d.]*|perl|ruby|node)$/.test(program) && args.some((word) => /^-(c|e)$/.test(word))) {
    const found = t('{program} is given a program as text', { program });
    faults.push({
      rule: 'lint-shell',
      outcome: 'fail',
      step,
      path,
      found,
      advice: t('Put it into a file on the host and name the file.'),
    });
  }
  const secret = argv.findIndex(
    (word) => SECRET.test(word) && !(word.startsWith('-p') && !/^(mysql|sqlplus|redis-cli|psql)/.test(program)),
  );
  if (secret >= 0) {
    const found = t('word {number} of the command looks like a secret', { number: secret + 1 });
    const advice = t('Arguments are seen by everybody on the host; let the program read a file of mode 0600.');
    faults.push({ rule: 'lint-secret', outcome: 'fail', step, path: [...path, secret], found, advice });
  }
  return faults;
}

function lintChange(step: StepSource, { path, of: change }: At<ChangeSource>): Fault[] {
  const faults: Fault[] = [];
  const { id } = step;
  if (change.command !== undefined && change.timeout === undefined && step.timeout === undefined) {
    const found = t('a command without a time-out; 60 seconds will be taken');
    faults.push({
      rule: 'lint-no-timeout',
      outcome: 'warn',
      step: id,
      path,
      found,
      advice: t('Say timeout at the change or the step.'),
    });
  }
  if (change.undo !== undefined && 'none' in change.undo && [...change.undo.none.trim()].length < 4) {
    const found = t('no undo, and no reason a person could use');
    const advice = t('Say why it cannot be undone and what to do instead; it is printed in the plan.');
    faults.push({ rule: 'lint-no-reason', outcome: 'fail', step: id, path: [...path, 'undo', 'none'], found, advice });
  }
  const undo = change.undo !== undefined && 'command' in change.undo ? [change.undo.command] : [];
  const programs = [change.command ?? [], ...undo, ...(change.settle ?? [])];
  const cuts = cutsOffFile(change.file ?? '') || programs.some(cutsOffCommand);
  if (cuts) {
    const found = t('it could cut us off from the host, and a YAML runbook cannot arm its undo there');
    const advice = t('It is refused on every host but a folder; use a shipped runbook.');
    faults.push({ rule: 'lint-cuts-off', outcome: 'fail', step: id, path, found, advice });
  }
  for (const key of ['content', 'line'] as const) {
    if (!SECRET.test(change[key] ?? '')) continue;
    const found = t('{key} looks as if it held a secret', { key });
    const advice = t(
      'A runbook is stored and shown; keep secrets in a file of mode 0600 that the program reads itself.',
    );
    faults.push({ rule: 'lint-secret', outcome: 'fail', step: id, path: [...path, key], found, advice });
  }
  return faults;
}

function hostsIn(step: StepSource, index: number): At<{ host: string; command: boolean }>[] {
  const looks = looksOf(step).map(({ at, look }) => ({ path: ['steps', index, ...at, 'host'], of: look }));
  const changes = changesIn(step, index).map(({ path, of }) => ({ path: [...path, 'host'], of }));
  return [...looks, ...changes].map(({ path, of }) => ({
    path,
    of: { host: of.host, command: of.command !== undefined },
  }));
}

function lintHost(step: string, { path, of }: At<{ host: string; command: boolean }>, site: Site): Fault[] {
  if (of.host.startsWith('${')) return [];
  const spec = Object.hasOwn(site.hosts, of.host) ? site.hosts[of.host] : undefined;
  const hosts = Object.keys(site.hosts);
  if (spec === undefined) {
    const near = nearest(of.host, hosts);
    const found = t('{host} is no host of site.yml; there are {words}', { host: of.host, words: words(hosts) || '-' });
    const advice = near === undefined ? t('Add it to site.yml or take an input.') : t('Did you mean {near}?', { near });
    return [{ rule: 'lint-unknown-host', outcome: 'fail', step, path, found, advice }];
  }
  if (!of.command || spec.connect !== 'local' || spec.root === undefined) return [];
  const found = t('{host} is a folder taken as a root; no command runs there', { host: of.host });
  return [{ rule: 'lint-no-commands', outcome: 'warn', step, path, found, advice: t('Look at a file instead.') }];
}

function waits({ id, watch, timeout }: StepSource, index: number): Fault[] {
  if (watch === undefined || timeout !== undefined) return [];
  const found = t('a probe without a time-out may hang for the whole watch');
  return [
    {
      rule: 'lint-no-timeout',
      outcome: 'warn',
      step: id,
      path: ['steps', index, 'watch'],
      found,
      advice: t('Say timeout at the step.'),
    },
  ];
}

/** The engine refuses an approval without a seat for the purchaser; better to know before. */
function withoutPurchaser({ id, approve }: StepSource, index: number): Fault[] {
  if (approve?.seats === undefined || approve.seats.some(({ party }) => party === 'purchaser')) return [];
  const found = t('no seat of {step} is the purchaser’s; its approval could release nothing', { step: id });
  const path = ['steps', index, 'approve', 'seats'];
  return [
    { rule: 'lint-no-purchaser', outcome: 'fail', step: id, path, found, advice: t('Give one seat party: purchaser.') },
  ];
}

/** An answer given after the approval must not decide what of the approved plan is done. */
function answeredTooLate(definition: Definition, step: StepSource, index: number): Fault[] {
  if (step.act === undefined || step.when === undefined) return [];
  const { expression } = parseExpression(step.when, namesBefore(definition, index));
  const gate = definition.steps.findLastIndex(({ approve }, at) => approve !== undefined && at < index);
  const late = definition.steps
    .slice(gate + 1, index)
    .filter(({ id }) => namesIn(expression).includes(`answers.${id}`));
  return late.map(({ id: ask }) => ({
    ...{ rule: 'lint-answer-after-approval', outcome: 'fail', step: step.id, path: ['steps', index, 'when'] },
    found: t('whether {step} is done hangs on {ask}, which is asked after the approval', { step: step.id, ask }),
    advice: t('Ask before the approve step.'),
  }));
}

const MOST_CASES = 4096;

/** A `when` over enums, booleans and confirmations alone can be tried in every case; one that never holds is a step never done. */
function neverReached(definition: Definition, step: StepSource, index: number): Fault[] {
  if (step.when === undefined) return [];
  const { expression } = parseExpression(step.when, namesBefore(definition, index));
  if (expression === undefined) return [];
  const cases = casesOf(definition, namesIn(expression));
  if (cases === undefined || cases.some((values) => evaluate(expression, (name) => values.get(name)) !== false))
    return [];
  const found = t('{step} is never reached: {when} is false in every case', { step: step.id, when: step.when });
  return [
    {
      rule: 'lint-unreachable',
      outcome: 'fail',
      step: step.id,
      path: ['steps', index, 'when'],
      found,
      advice: t('Correct the condition or remove the step.'),
    },
  ];
}

/** All cases of the names' values; undefined where a name has too many to try. */
function casesOf(definition: Definition, names: readonly string[]): ReadonlyMap<string, Value>[] | undefined {
  let cases: Map<string, Value>[] = [new Map()];
  for (const name of names) {
    const values = triedValues(definition, name);
    if (values === undefined || cases.length * values.length > MOST_CASES) return undefined;
    cases = cases.flatMap((one) => values.map((value) => new Map(one).set(name, value)));
  }
  return cases;
}

function triedValues({ inputs = {}, steps }: Definition, name: string): readonly Value[] | undefined {
  const [from, key = ''] = name.split('.');
  if (from === 'inputs') return inputs[key]?.type === 'boolean' ? [true, false] : inputs[key]?.choices;
  const ask = steps.find(({ id }) => id === key)?.ask;
  // A declined confirmation ends the run, so that a later step only ever sees true.
  if (ask?.confirm !== undefined) return [true];
  return ask?.options === undefined ? undefined : Object.keys(ask.options);
}
