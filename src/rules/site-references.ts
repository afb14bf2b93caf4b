/** What site.yml says about itself: names that must exist, and things that cannot both be true. */
import { nearest } from '../core/nearest.ts';
import { t } from '../core/text.ts';
import { type Path, type Problem, shown } from './problem.ts';
import { words } from './shape.ts';
import { type Members, membersOf, problemAt, problemAtKey } from './shape-check.ts';
import type { Source } from './yaml.ts';

/** Problems between keys; where the shape already complained about a value, nothing is said about it again. */
export function checkReferences(source: Source, site: Members, shape: readonly Problem[]): Problem[] {
  const complained = new Set(shape.map(({ key }) => key));
  const found: Reference[] = [
    ...checkHostNames(source, site),
    ...checkJumps(source, site),
    ...checkTargets(source, site),
    ...checkPasswords(source, site),
    ...checkZone(source, site),
    ...checkClassified(source, site),
  ];
  // A section whose own name is mistyped has no names; what refers to them is not at fault.
  const mistyped = new Set(
    shape.flatMap(({ key, nearest: near }) => (key.includes('.') || near === undefined ? [] : [near])),
  );
  return found.filter(({ key, missingFrom }) => !complained.has(key) && !mistyped.has(missingFrom ?? ''));
}

function entriesOf(site: Members, section: string): [string, Members][] {
  return Object.entries(membersOf(site[section]) ?? {}).flatMap(([name, entry]) => {
    const members = membersOf(entry);
    return members === undefined ? [] : [[name, members]];
  });
}

function namesOf(site: Members, section: string): string[] {
  return Object.keys(membersOf(site[section]) ?? {});
}

/** A value that must be one of the names of a section. */
function mustBe(source: Source, path: Path, name: string, site: Members, section: string): Reference[] {
  const names = namesOf(site, section);
  if (names.includes(name)) return [];
  const values = { key: shown(path), name, section, words: words(names) || '-' };
  const message = t('{key} names {name}, which is not in {section}; there are {words}', values);
  return [{ ...problemAt(source, path, message, nearest(name, names)), missingFrom: section }];
}

/** A problem about a name that a section does not have. */
type Reference = Problem & { readonly missingFrom?: string };

function checkHostNames(source: Source, site: Members): Reference[] {
  const named = [...entriesOf(site, 'goldengate').map(([name, entry]) => ['goldengate', name, entry.host] as const)];
  const clients = entriesOf(site, 'databases').filter(([, entry]) => entry.kind === 'oracle');
  const all = [...named, ...clients.map(([name, entry]) => ['databases', name, entry.host] as const)];
  const unknown = all.flatMap(([section, name, host]) =>
    typeof host === 'string' ? mustBe(source, [section, name, 'host'], host, site, 'hosts') : [],
  );
  const homeless = clients
    .filter(([, entry]) => entry.client === 'sqlplus' && entry.host === undefined)
    .map(([name]) => {
      const key = `databases.${name}.host`;
      return problemAtKey(
        source,
        ['databases', name, 'host'],
        t('{key} is missing: client sqlplus runs on a host', { key }),
      );
    });
  return [...unknown, ...homeless];
}

/** `via` may also be an alias of ssh_config, which cannot be known here; but a name of ours must be one that can be jumped through. */
function checkJumps(source: Source, site: Members): Problem[] {
  const hosts = new Map(entriesOf(site, 'hosts'));
  return [...hosts].flatMap(([name, entry]) => {
    const via = entry.via;
    const key = `hosts.${name}.via`;
    if (typeof via !== 'string' || !hosts.has(via)) return [];
    if (hosts.get(via)?.connect !== 'ssh')
      return [
        problemAt(source, ['hosts', name, 'via'], t('{key} names {via}, which is not reached by ssh', { key, via })),
      ];
    return circles(hosts, name)
      ? [problemAt(source, ['hosts', name, 'via'], t('{key} leads back to {name}', { key, name }))]
      : [];
  });
}

function circles(hosts: ReadonlyMap<string, Members>, start: string): boolean {
  let at = hosts.get(start)?.via;
  for (let hop = 0; hop <= hosts.size; hop++) {
    if (at === start) return true;
    if (typeof at !== 'string') return false;
    at = hosts.get(at)?.via;
  }
  return false;
}

const SECTIONS: Readonly<Record<string, string>> = {
  host: 'hosts',
  database: 'databases',
  redis: 'redis',
  search: 'search',
  goldengate: 'goldengate',
};

function checkTargets(source: Source, site: Members): Reference[] {
  return ['windows', 'neighbours'].flatMap((section) =>
    namesOf(site, section).flatMap((target) => {
      const [kind = '', name] = target.split(':');
      const under = SECTIONS[kind];
      if (name === undefined || name === '*' || under === undefined) return [];
      return mustBe(source, [section, target], name, site, under).map((problem) => ({
        ...problem,
        ...source.keyAt([section, target]),
      }));
    }),
  );
}

/** Printing programs only repeat their argument: then the secret stands in the file. */
const PRINTS = /(^|\/)(echo|printf|base64)$/;

function checkPasswords(source: Source, site: Members): Problem[] {
  return ['databases', 'redis', 'search'].flatMap((section) =>
    entriesOf(site, section).flatMap(([name, entry]) => {
      const path = [section, name, 'passwordCommand'];
      const key = shown(path);
      const { passwordCommand: command, passwordFile: file } = entry;
      const both = t('{key} and passwordFile exclude each other', { key });
      if (command !== undefined && file !== undefined) return [problemAtKey(source, path, both)];
      if (!Array.isArray(command) || !PRINTS.test(String(command[0]))) return [];
      const clear = t(
        '{key} holds the secret itself; name a file of mode 0600 (passwordFile) or a program that keeps it',
        { key },
      );
      return [problemAtKey(source, path, clear)];
    }),
  );
}

function checkZone(source: Source, site: Members): Problem[] {
  const zone = site.timeZone;
  if (typeof zone !== 'string') return [];
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    const near = nearest(zone, Intl.supportedValuesOf('timeZone'));
    const message = t('{key} is {value}; allowed is a time zone name such as Asia/Shanghai', {
      key: 'timeZone',
      value: JSON.stringify(zone.slice(0, 60)),
    });
    return [problemAt(source, ['timeZone'], message, near)];
  }
}

function checkClassified(source: Source, site: Members): Reference[] {
  return namesOf(site, 'classification').flatMap((database) =>
    mustBe(source, ['classification', database], database, site, 'databases').map((problem) => ({
      ...problem,
      ...source.keyAt(['classification', database]),
    })),
  );
}
