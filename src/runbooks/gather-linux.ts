/** Gathers what Linux rules need of one host through look: each path once, links followed, a refusal kept as its reason. */
import { posix } from 'node:path';
import type { Finding } from '../core/finding.ts';
import type { Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Look } from '../core/world.ts';
import { homesOf } from '../rules/linux/access.ts';
import type { Fact, Facts, Need, Placed } from '../rules/linux/facts.ts';
import { checkParameters, needsOf } from '../rules/linux/index.ts';
import { judgeRules } from '../rules/linux/judge.ts';
import type { Rule } from '../rules/linux/rule.ts';

/** The user that looks and deeds run as on a host: root where site.yml allows becoming it. */
export function userOn(site: Site, host: string): 'root' | undefined {
  const spec = site.hosts[host];
  return spec && 'become' in spec && spec.become?.users.includes('root') ? 'root' : undefined;
}

/** One host's facts and what the rules find in them. */
export async function lookAtHost(
  look: Look,
  site: Site,
  host: string,
  rules: readonly Rule[],
): Promise<{ readonly facts: Facts; readonly findings: readonly Finding[] }> {
  checkParameters(site.parameters);
  const facts = await gatherFacts(look, host, needsOf(rules), userOn(site, host));
  return { facts, findings: judgeRules(rules, facts, host, site.parameters) };
}

/** Everything the needs name. What could not be looked at is `unseen` with the reason; it never throws for that. */
export async function gatherFacts(look: Look, host: string, needs: readonly Need[], as?: 'root'): Promise<Facts> {
  const rooted = look.rooted(host);
  const fact = turns(AT_ONCE);
  const wanted = rooted ? needs.filter((need) => !('running' in need && need.running)) : needs;
  const folders = await gatherFolders(look, host, wanted, fact);
  const files = new Map<string, Promise<Fact<Placed>>>();
  const add = (path: string): Promise<Fact<Placed>> => {
    const under = files.get(path) ?? fact(() => placedAt(look, host, path, as));
    files.set(path, under);
    return under;
  };
  for (const path of pathsIn(wanted, folders)) add(path);
  for (const path of await homePaths(wanted, add)) add(path);
  const commands = wanted.filter((need) => need.kind === 'command');
  return {
    rooted,
    folders,
    files: await resolved([...files]),
    commands: await resolved(
      commands.map(({ argv }) => {
        const run = () => look.command({ host, argv, ...(as === undefined ? {} : { as }) });
        return [argv.join(' '), fact(run)] as const;
      }),
    ),
  };
}

async function gatherFolders(
  look: Look,
  host: string,
  needs: readonly Need[],
  fact: AsFact,
): Promise<Facts['folders']> {
  const paths = new Set(needs.flatMap((need) => (need.kind === 'folder' ? [need.path] : [])));
  return resolved([...paths].map((path) => [path, fact(() => look.folder(host, path))]));
}

function pathsIn(needs: readonly Need[], folders: Facts['folders']): string[] {
  return needs.flatMap((need) => {
    if (need.kind === 'file') return [need.path];
    if (need.kind !== 'folder' || need.files === undefined) return [];
    const { path, files } = need;
    const names = folders[path];
    const there = names && 'seen' in names ? (names.seen ?? []) : [];
    return there.filter((name) => name.endsWith(files)).map((name) => `${path}/${name}`);
  });
}

async function homePaths(needs: readonly Need[], add: (path: string) => Promise<Fact<Placed>>): Promise<string[]> {
  const names = needs.flatMap((need) => (need.kind === 'homes' ? need.names : []));
  if (names.length === 0) return [];
  const passwd = await add('/etc/passwd');
  if ('unseen' in passwd || passwd.seen.what.kind !== 'file') return [];
  const homes = homesOf(Buffer.from(passwd.seen.what.bytes).toString('utf8'));
  return homes.flatMap((home) => names.map((name) => `${home}/${name}`));
}

/** The kernel gives up after 40 as well. */
const LINKS = 40;

async function placedAt(look: Look, host: string, path: string, as?: 'root'): Promise<Placed> {
  let at = path;
  for (let hops = 0; hops < LINKS; hops++) {
    const what = await look.file(host, at, as);
    if (what.kind !== 'link' || what.target === undefined) return { at, what };
    at = posix.resolve(posix.dirname(at), what.target);
  }
  throw new Stop('unreachable', t('{path} is a ring of symbolic links.', { path }));
}

type AsFact = <T>(look: () => Promise<T>) => Promise<Fact<T>>;

/** Looks at once on one host: below the ten sessions that sshd allows a connection unless told otherwise. */
const AT_ONCE = 8;

/** Lets so many looks run at a time; a look that may not look becomes the reason. */
function turns(places: number): AsFact {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (look) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return { seen: await look() };
    } catch (error) {
      // refused: a link that leads out of a root folder, a user that may not be become.
      if (error instanceof Stop && /^(unreachable|refused)$/.test(error.verdict)) return { unseen: error.text };
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function resolved<T>(pairs: readonly (readonly [string, Promise<T>])[]): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(pairs.map(async ([key, value]) => [key, await value] as const)));
}
