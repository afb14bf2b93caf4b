/** What `runbook test` plays a runbook against: a site of its own, sample inputs and answers, files and outputs that let its looks hold. */
import type { Finding } from '../../core/finding.ts';
import type { Inputs, InputValue } from '../../core/input.ts';
import type { Answer, Question } from '../../core/question.ts';
import type { Runbook } from '../../core/runbook.ts';
import { LIMITS, type Site } from '../../core/site.ts';
import { t } from '../../core/text.ts';
import type { Output } from '../../core/world.ts';
import { type FakeFile, fakeWorld, outside } from '../../engine/fake-world.ts';
import type { Setting } from '../../engine/trial.ts';
import { type Definition, looksOf, stepKind } from '../../rules/runbook-definition.ts';
import { namesBefore } from '../../rules/runbook-references.ts';
import { sandboxHostFiles } from '../../rules/sandbox-host.ts';
import { fill, fillArgv, fillPath, fillPattern, type Values } from '../../rules/substitution.ts';
import { sampleAnswer, sampleInput, sampleOutput, TRIAL_HOST } from '../../rules/trial-answers.ts';

/** `unknown` says for what no sample was found; then nothing can be played. */
export function settingOf(book: Runbook, definition?: Definition): { setting: Setting; unknown: readonly Finding[] } {
  const samples = book.inputs.map(({ name, title: _, ...input }) => [name, sampleInput(input)] as const);
  const inputs: Inputs = Object.fromEntries(
    samples.filter((sample): sample is [string, InputValue] => sample[1] !== undefined),
  );
  const lost = samples.filter(([, value]) => value === undefined).map(([name]) => unknownOf(book, `inputs.${name}`));
  if (definition === undefined) return { setting: folderSetting(book, inputs), unknown: lost };
  if (lost.length > 0) return { setting: folderSetting(book, inputs), unknown: lost };
  return yamlSetting(book, definition, inputs);
}

function unknownOf({ name }: Runbook, what: string): Finding {
  return {
    rule: 'trial-sample',
    subject: `${name} ${what}`,
    outcome: 'unknown',
    found: t('no sample is known'),
    reason: t('nothing that was tried satisfies it, so it was not played'),
    advice: t('Give the input an example, or say it with equals, contains, atMost or atLeast.'),
  };
}

/** A shipped runbook plays on the sandbox's server: files only, no command runs. */
function folderSetting(book: Runbook, inputs: Inputs): Setting {
  const files = sandboxHostFiles('1').map(({ path, bytes, mode }): [string, FakeFile] => [
    `${TRIAL_HOST} /${path}`,
    { bytes, mode, owner: 0, group: 0 },
  ]);
  const answer = (): Output => ({ code: 127, stdout: '', stderr: '' });
  const site = trialSite([TRIAL_HOST]);
  return { site, inputs, answers: answersOf(book, inputs, site), files: new Map(files), rooted: true, answer };
}

/** Sample answers to a shipped runbook's questions. */
function answersOf({ steps }: Runbook, inputs: Inputs, site: Site): Record<string, Answer> {
  const { look } = fakeWorld(outside());
  const moment = { inputs, answers: {}, findings: {}, site, look, now: new Date(0) };
  const given = steps.flatMap((step): [string, Answer][] => {
    if (step.kind !== 'ask') return [];
    const answer = answerTo(step.question(moment) as Question);
    return answer === undefined ? [] : [[step.id, answer]];
  });
  return Object.fromEntries(given);
}

function answerTo(question: Question): Answer | undefined {
  if (question.kind === 'confirm') return true;
  if (question.kind === 'choice') return question.choices[0]?.value;
  const match = question.kind === 'text' ? question.match : undefined;
  return sampleAnswer({ text: '', ...(match === undefined ? {} : { match }) });
}

function yamlSetting(book: Runbook, definition: Definition, inputs: Inputs): { setting: Setting; unknown: Finding[] } {
  const unknown: Finding[] = [];
  const answers: Record<string, Answer> = {};
  for (const { id, ask } of definition.steps) {
    const answer = ask === undefined ? true : sampleAnswer(ask);
    if (answer === undefined) unknown.push(unknownOf(book, `${id} ask`));
    else if (ask !== undefined) answers[id] = answer;
  }
  const values: Values = (name) => {
    const [, from, key = ''] = /^(inputs|answers)\.(.+)$/.exec(name) ?? [];
    return from === 'inputs' ? inputs[key] : from === 'answers' ? answers[key] : undefined;
  };
  const outputs = outputsOf(book, definition, values, unknown);
  const answer: Setting['answer'] = (step, host, argv) => outputs.get(keyOf(step, host, argv));
  const files = filesOf(definition, values);
  const site = trialSite([TRIAL_HOST, ...hostsOf(definition)]);
  return { setting: { site, inputs, answers, files, rooted: false, answer }, unknown };
}

function keyOf(step: string, host: string, argv: readonly string[]): string {
  return JSON.stringify([step, host, ...argv]);
}

function hostsOf({ steps }: Definition): string[] {
  const hosts = steps.flatMap((step) => [
    ...looksOf(step).map(({ look }) => look.host),
    ...(step.act?.changes ?? []).map(({ host }) => host),
  ]);
  return hosts.filter((host) => !host.includes('${'));
}

/** For each command a step looks with, an output that lets all its looks at that command hold. */
function outputsOf(book: Runbook, definition: Definition, values: Values, unknown: Finding[]): Map<string, Output> {
  const outputs = new Map<string, Output>();
  for (const [index, step] of definition.steps.entries()) {
    const kinds = namesBefore(definition, index);
    for (const { look } of looksOf(step)) {
      if (look.command === undefined) continue;
      const argv = fillArgv(look.command, values);
      const { equals, contains, matches } = look;
      const filled = {
        ...look,
        ...(equals === undefined ? {} : { equals: fill(equals, values) }),
        ...(contains === undefined ? {} : { contains: fill(contains, values) }),
        ...(matches === undefined ? {} : { matches: fillPattern(matches, values) }),
      };
      const output = sampleOutput(filled, true, kinds, values);
      if (output === undefined) unknown.push(unknownOf(book, `${step.id} ${argv.join(' ')}`));
      else outputs.set(keyOf(step.id, fill(look.host, values), argv), output);
    }
  }
  return outputs;
}

/** The files that checks before any change want to see, and those of which one line is changed. */
function filesOf({ steps }: Definition, values: Values): Map<string, FakeFile> {
  const files = new Map<string, FakeFile>();
  const put = (host: string, path: string, text: string, mode = '0644') => {
    const bytes = Buffer.from(text, 'utf8');
    files.set(`${fill(host, values)} ${fillPath(path, values)}`, {
      bytes,
      mode: Number.parseInt(mode, 8),
      owner: 0,
      group: 0,
    });
  };
  for (const step of steps) {
    for (const { host, file, line } of step.act?.changes ?? []) {
      if (file !== undefined && line !== undefined) put(host, file, '# sample\n');
    }
  }
  for (const step of steps) {
    if (stepKind(step) !== 'check') continue;
    for (const { look } of looksOf(step)) {
      if (look.file === undefined || look.present === false) continue;
      const parts = [look.contains, look.matches?.replaceAll(/^\^|\$$/g, '')].filter((part) => part !== undefined);
      const text = look.equals ?? (parts.join('\n') || '# sample');
      put(look.host, look.file, `${fill(text, values)}\n`, look.mode);
    }
  }
  return files;
}

function trialSite(hosts: readonly string[]): Site {
  return {
    ...{ dir: '/trial', name: 'trial', language: 'en', timeZone: 'UTC', sandbox: true, limits: LIMITS },
    hosts: Object.fromEntries(hosts.map((host) => [host, { connect: 'local' }])),
    ...{
      databases: {},
      redis: {},
      search: {},
      goldengate: {},
      windows: {},
      classification: {},
      owners: {},
      hot: {},
      keys: {},
      parameters: {},
    },
    neighbours: { default: [{ name: 'trial', contact: '-' }] },
    obeys: { default: ['trial'] },
  };
}
