/** site.yml to a Site: every key held against the commented template, every name against the thing it names. */
import type { Json } from '../core/json.ts';
import {
  type DatabaseSpec,
  type GoldengateSpec,
  type HostSpec,
  LIMITS,
  type Limits,
  type RedisSpec,
  type SearchSpec,
  type Site,
  type Window,
} from '../core/site.ts';
import { inOrder, type Problem, refusal } from './problem.ts';
import { milliseconds } from './shape.ts';
import { checkShape, type Members, membersOf } from './shape-check.ts';
import { checkReferences } from './site-references.ts';
import { DAYS, siteShape } from './site-shape.ts';
import { readYaml } from './yaml.ts';

/** The Site, or what is wrong with the file; `dir` is the absolute folder that holds it, `template` the shipped site.yml. */
export function checkSite(text: string, dir: string, template: string): { site?: Site; problems: readonly Problem[] } {
  const source = readYaml(text);
  if (source.problems.length > 0) return { problems: inOrder(source.problems) };
  const value = withoutEmptySections(source.value);
  const shape = checkShape(source, siteShape(readYaml(template).value), value);
  const members = membersOf(value) ?? {};
  const problems = [...shape, ...checkReferences(source, members, shape)];
  return problems.length > 0 ? { problems: inOrder(problems) } : { site: siteOf(members, dir), problems };
}

/** The Site; Stop('usage') at file:line where the file does not hold. */
export function parseSite(text: string, dir: string, template: string): Site {
  const { site, problems } = checkSite(text, dir, template);
  if (site !== undefined) return site;
  throw refusal(`${dir}/site.yml`, problems, [`gxops --site ${dir} site check`]);
}

/** A section whose entries are all commented out is as good as left out. */
function withoutEmptySections(value: Json): Json {
  const members = membersOf(value);
  if (members === undefined) return value;
  return Object.fromEntries(Object.entries(members).filter(([, item]) => item !== null));
}

/** The members have passed the Shape, which is what makes these types true. */
function siteOf(members: Members, dir: string): Site {
  const section = <T>(name: string) => (members[name] ?? {}) as unknown as Readonly<Record<string, T>>;
  return {
    dir,
    name: members.name as string,
    language: members.language as Site['language'],
    timeZone: members.timeZone as string,
    sandbox: members.sandbox === true,
    hosts: section<HostSpec>('hosts'),
    databases: section<DatabaseSpec>('databases'),
    redis: section<RedisSpec>('redis'),
    search: section<SearchSpec>('search'),
    goldengate: section<GoldengateSpec>('goldengate'),
    limits: limitsOf(membersOf(members.limits) ?? {}),
    windows: mapped(section<readonly Members[]>('windows'), (windows) => windows.map(windowOf)),
    neighbours: section('neighbours'),
    obeys: section('obeys'),
    classification: section('classification'),
    owners: section('owners'),
    hot: section('hot'),
    keys: section('keys'),
    parameters: section('parameters'),
  };
}

function mapped<A, B>(record: Readonly<Record<string, A>>, make: (item: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, item]) => [name, make(item)]));
}

function limitsOf(members: Members): Limits {
  const given = Object.entries(members).map(([name, value]) => [
    name,
    typeof value === 'string' ? milliseconds(value) : value,
  ]);
  return { ...LIMITS, ...Object.fromEntries(given) };
}

function windowOf(members: Members): Window {
  const days = (members.days as readonly string[]).map((day) => DAYS.indexOf(day as (typeof DAYS)[number]));
  return { days, from: members.from as string, to: members.to as string };
}
