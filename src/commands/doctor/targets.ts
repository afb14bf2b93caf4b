/** Every configured target: reached, or what stands in the way and what to do; and how far its clock is from ours. */
import type { Target } from '../../core/change.ts';
import type { Finding } from '../../core/finding.ts';
import type { Session } from '../../core/session.ts';
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import type { Reach } from '../../core/world.ts';
import { within } from './within.ts';

/** Milliseconds of clock difference that make a record's times doubtful. */
const SKEW = 2000;

/** One finding a target, one more for each clock that was told. */
export async function examineTargets(session: Session): Promise<readonly Finding[]> {
  const found = await Promise.all(targetsOf(session.site).map((target) => examine(session, target)));
  const programs = Object.keys(session.site.goldengate).map((name) => goldengate(session, name));
  return [...found.flat(), ...(await Promise.all(programs))];
}

function targetsOf(site: Site): Target[] {
  const names = (kind: 'host' | 'database' | 'redis' | 'search', entries: object) =>
    Object.keys(entries).map((name): Target => `${kind}:${name}`);
  return [
    ...names('host', site.hosts),
    ...names('database', site.databases),
    ...names('redis', site.redis),
    ...names('search', site.search),
  ];
}

async function examine(session: Session, target: Target): Promise<Finding[]> {
  const host = target.startsWith('host:') ? session.site.hosts[target.slice(5)] : undefined;
  if (host?.connect === 'hand') return [byHand(target)];
  const reach = await within(session, (look) => look.reach(target));
  const clock = reach?.skew === undefined ? [] : [skewed(target, reach.skew)];
  return [judgeTarget(target, reach), ...clock];
}

function byHand(target: Target): Finding {
  const reason = t('carried by hand: a person looks through the bastion window when asked');
  return { rule: 'doctor-target', subject: target, outcome: 'skip', found: '', reason };
}

function judgeTarget(target: Target, reach: Reach | undefined): Finding {
  const common = { rule: 'doctor-target', subject: target };
  if (reach === undefined)
    return { ...common, outcome: 'unknown', found: t('not reached'), reason: t('no answer in time') };
  const facts = [reach.version, reach.mode].filter(Boolean).join(', ');
  const advice = reach.advice === undefined ? {} : { advice: reach.advice };
  // Reached, and something is wrong all the same: an account that may do more than it should.
  if (reach.ok && reach.trouble !== undefined)
    return { ...common, outcome: 'warn', found: facts || t('reached'), reason: reach.trouble, ...advice };
  if (reach.ok) return { ...common, outcome: 'pass', found: facts || t('reached') };
  return {
    ...common,
    outcome: 'unknown',
    found: t('not reached'),
    reason: reach.trouble ?? t('it did not say why'),
    ...advice,
  };
}

function skewed(target: Target, skew: number): Finding {
  const far = Math.abs(skew) > SKEW;
  const wanted = t('at most {most} ms from this machine', { most: SKEW });
  const advice = t('Let both follow the same time server; until then compare times in records with care.');
  return { rule: 'doctor-clock', subject: target, outcome: far ? 'warn' : 'pass', found: `${skew} ms`, wanted, advice };
}

/** ggsci and adminclient are programs of the host: is one of them there? */
async function goldengate(session: Session, name: string): Promise<Finding> {
  const spec = session.site.goldengate[name];
  const common = { rule: 'doctor-target', subject: `goldengate:${name}` };
  const paths = [`${spec?.home}/ggsci`, `${spec?.home}/bin/adminclient`];
  const wanted = t('one of {paths} on host {host}', { paths: paths.join(', '), host: spec?.host ?? '' });
  try {
    const argv = ['ls', '-d', '--', ...paths];
    const output = await within(session, (look) => look.command({ host: spec?.host ?? '', argv }, 10_000));
    const seen = output?.stdout.trim() ?? '';
    if (seen !== '') return { ...common, outcome: 'pass', found: seen.replaceAll('\n', ', '), wanted };
    const reason = output === undefined ? t('no answer in time') : t('neither was found');
    return { ...common, outcome: 'unknown', found: t('not reached'), wanted, reason };
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    return { ...common, outcome: 'unknown', found: t('not reached'), wanted, reason: cause.text };
  }
}
