/** `harden check`: judges hosts by the rules, coverage first; changes nothing. */
import { type Finding, judged, type Outcome } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report, Section } from '../../core/report.ts';
import { speak, type Text, t } from '../../core/text.ts';
import type { Verdict } from '../../core/verdict.ts';
import { chosenRules } from '../../rules/linux/index.ts';
import type { Rule } from '../../rules/linux/rule.ts';
import { lookAtHost } from '../../runbooks/gather-linux.ts';
import type { Call } from '../command.ts';
import { givenHosts, givenList } from './given.ts';

/** evaluated: pass, warn, fail, accepted. applicable: those and unknown. total: all rules asked for. */
interface Coverage {
  readonly evaluated: number;
  readonly applicable: number;
  readonly total: number;
}

interface Checked {
  readonly host: string;
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
}

export async function run(call: Call): Promise<Report> {
  const { site } = call.session;
  const rules = chosenRules(givenList(call, 'rule')).filter(
    ({ lane }) => lane === 'cheap' || call.options.lane === 'walk',
  );
  const hosts = givenHosts(call, ['local']);
  const checked = await Promise.all(hosts.map((host) => check(call, host, rules)));
  const thin = checked.some(
    ({ coverage }) => coverage.applicable > 0 && coverage.evaluated / coverage.applicable < site.limits.coverage,
  );
  return {
    title: t('Baseline of {hosts}', { hosts: hosts.join(', ') }),
    verdict: verdictOf(checked, thin),
    sections: [
      coverageSection(checked, thin, site.limits.coverage),
      ...checked.flatMap((one) => findingSections(one, checked.length > 1)),
    ],
    data: { hosts: checked.map(dataOf) },
    next: nextOf(checked),
  };
}

async function check(call: Call, host: string, rules: readonly Rule[]): Promise<Checked> {
  const { world, site } = call.session;
  const { findings } = await lookAtHost(world.look, site, host, rules);
  const applicable = findings.filter(({ outcome }) => outcome !== 'skip');
  const evaluated = applicable.filter(({ outcome }) => outcome !== 'unknown');
  return {
    host,
    findings,
    coverage: { evaluated: evaluated.length, applicable: applicable.length, total: rules.length },
  };
}

/** A fault outranks what could not be looked at; a thin look is never `done`. */
function verdictOf(checked: readonly Checked[], thin: boolean): Verdict {
  const verdict = judged(checked.flatMap(({ findings }) => findings));
  return verdict === 'done' && thin ? 'unreachable' : verdict;
}

function coverageSection(checked: readonly Checked[], thin: boolean, floor: number): Section {
  const lines = checked.map(({ host, coverage: { evaluated, applicable, total }, findings }) => {
    const count = (outcome: Outcome): number => findings.filter((finding) => finding.outcome === outcome).length;
    const counts = {
      pass: count('pass'),
      fail: count('fail') + count('warn'),
      skip: count('skip'),
      unknown: count('unknown'),
    };
    const share = `${evaluated}/${applicable}/${total}`;
    return t(
      '{host}: coverage {share} (evaluated/applicable/total); {pass} pass, {fail} fail, {skip} skipped, {unknown} unknown',
      {
        host,
        share,
        ...counts,
      },
    );
  });
  const percent = Math.round(floor * 100);
  const low = t('Coverage is below {percent} %: this look says little. Look as root, or let the account use sudo.', {
    percent,
  });
  return { kind: 'text', lines: thin ? [...lines, low] : lines };
}

const GROUPS: readonly { readonly outcomes: readonly Outcome[]; readonly heading: Text }[] = [
  { outcomes: ['fail', 'warn'], heading: t('Not as wanted') },
  { outcomes: ['unknown'], heading: t('Not known') },
  { outcomes: ['accepted'], heading: t('Accepted') },
  { outcomes: ['pass'], heading: t('As wanted') },
  { outcomes: ['skip'], heading: t('Not applicable') },
];

function findingSections({ host, findings }: Checked, several: boolean): Section[] {
  return GROUPS.flatMap(({ outcomes, heading }) => {
    const group = findings.filter(({ outcome }) => outcomes.includes(outcome));
    if (group.length === 0) return [];
    return [
      { kind: 'findings', heading: several ? t('{host}: {heading}', { host, heading }) : heading, findings: group },
    ];
  });
}

function dataOf({ host, coverage, findings }: Checked): Json {
  const results = findings.map(({ rule, outcome, reason, found, wanted }) => ({
    rule,
    outcome,
    reason: reason === undefined ? null : speak(reason),
    found: speak(found),
    wanted: wanted === undefined ? null : speak(wanted),
  }));
  return { host, coverage: { ...coverage }, results };
}

function nextOf(checked: readonly Checked[]): string[] {
  const faulty = checked.filter(({ findings }) => findings.some(({ outcome }) => outcome === 'fail'));
  return faulty.slice(0, 3).map(({ host }) => `gxops harden apply --host ${host}`);
}
