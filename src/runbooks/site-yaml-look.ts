/** The looks of a YAML runbook: places filled, the host asked, the answer judged; what could not be looked at is unknown. */
import type { Finding } from '../core/finding.ts';
import type { InputValue } from '../core/input.ts';
import { nearest } from '../core/nearest.ts';
import type { Moment } from '../core/runbook.ts';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Kind } from '../rules/expression.ts';
import { type FilledLook, type Judgement, judgeCommand, judgeFile } from '../rules/look-judge.ts';
import type { LookSource } from '../rules/runbook-definition.ts';
import { fill, fillArgv, fillPath, fillPattern, findingLines, type Values } from '../rules/substitution.ts';

/** The values of a moment by their full names: `inputs.x`, `answers.step`, `findings.step`. */
export function valuesOf({ inputs, answers, findings }: Moment): Values {
  return (name): InputValue | undefined => {
    const [, from, key = ''] = /^(inputs|answers|findings)\.(.+)$/.exec(name) ?? [];
    if (from === 'inputs') return Object.hasOwn(inputs, key) ? inputs[key] : undefined;
    if (from === 'answers') return Object.hasOwn(answers, key) ? answers[key] : undefined;
    return from === 'findings' ? findingLines(findings[key] ?? []) : undefined;
  };
}

/** A host name of site.yml; Stop('usage') naming the nearest where it is none. */
export function hostOf(host: string, values: Values, site: Site): string {
  const name = fill(host, values);
  if (Object.hasOwn(site.hosts, name)) return name;
  const hosts = Object.keys(site.hosts);
  const near = nearest(name, hosts) ?? '';
  const known = { name, known: hosts.join(', ') || '-', near };
  const text = near
    ? t('{name} is no host of site.yml. Did you mean {near}? There are {known}.', known)
    : t('{name} is no host of site.yml. There are {known}.', known);
  throw new Stop('usage', text, { notDone: t('It was not looked at and not changed.'), next: ['gxops site show'] });
}

/** How a step's looks are named and what their expressions may use. */
export interface Looking {
  readonly moment: Moment;
  readonly runbook: string;
  readonly step: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly timeout: number | undefined;
}

/** One Finding per look, in order; every look is made, however many fail. */
export async function findingsOf(looking: Looking, looks: readonly LookSource[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [index, look] of looks.entries()) findings.push(await findingOf(looking, look, index));
  return findings;
}

async function findingOf(looking: Looking, look: LookSource, index: number): Promise<Finding> {
  const { runbook, step, moment } = looking;
  const values = valuesOf(moment);
  const host = hostOf(look.host, values, moment.site);
  const filled = filledLook(look, values);
  const what = filled.file ?? filled.command?.join(' ') ?? '';
  const about = {
    rule: `${runbook}/${step}/${index + 1}`,
    subject: `host:${host} ${what}`,
    ...(look.title === undefined ? {} : { title: look.title }),
  };
  const advice = look.otherwise === undefined ? {} : { advice: look.otherwise };
  try {
    const { holds, found, wanted } = await judged(looking, filled, host, values);
    if (holds === true) return { ...about, outcome: 'pass', found, wanted };
    if (holds === false) return { ...about, ...advice, outcome: look.level ?? 'fail', found, wanted };
    return {
      ...about,
      ...advice,
      outcome: 'unknown',
      found,
      wanted,
      reason: t('the answer is no number, or does not decide it'),
    };
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'unreachable') throw error;
    return { ...about, ...advice, outcome: 'unknown', found: t('could not look'), reason: error.text };
  }
}

async function judged(
  { moment, kinds, timeout }: Looking,
  look: FilledLook,
  host: string,
  values: Values,
): Promise<Judgement> {
  const as = look.as;
  if (look.file !== undefined) return judgeFile(look, await moment.look.file(host, look.file, as));
  const argv = { host, argv: look.command ?? [], ...(as === undefined ? {} : { as }) };
  return judgeCommand(look, await moment.look.command(argv, timeout), kinds, values);
}

function filledLook({ host: _, ...look }: LookSource, values: Values): FilledLook {
  return {
    ...look,
    ...(look.command === undefined ? {} : { command: fillArgv(look.command, values) }),
    ...(look.file === undefined ? {} : { file: fillPath(look.file, values) }),
    ...(look.as === undefined ? {} : { as: fill(look.as, values) }),
    ...(look.equals === undefined ? {} : { equals: fill(look.equals, values) }),
    ...(look.contains === undefined ? {} : { contains: fill(look.contains, values) }),
    ...(look.matches === undefined ? {} : { matches: fillPattern(look.matches, values) }),
  };
}
