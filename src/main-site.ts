/** Which site folder, which site, which operator: found as the command line, the environment and the journal say. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { shellLine } from './core/shell.ts';
import { LIMITS, type Site } from './core/site.ts';
import { Stop } from './core/stop.ts';
import { t } from './core/text.ts';
import type { Keep } from './core/world.ts';

const NOTHING = t('Nothing was done.');
const EVERYBODYS = '/etc/gxops';

/** The folder of `--site`, of GXOPS_SITE, the nearest parent with a site.yml, /etc/gxops; undefined where there is none. */
export function findSite(flag: string | undefined): string | undefined {
  for (const [from, given] of [
    ['--site', flag],
    ['GXOPS_SITE', process.env.GXOPS_SITE],
  ] as const) {
    if (given === undefined || (given === '' && from === 'GXOPS_SITE')) continue;
    if (isFile(join(given, 'site.yml'))) return resolve(given);
    throw new Stop('usage', t('{from}: {given} is not a site folder: it holds no site.yml.', { from, given }), {
      notDone: NOTHING,
      next: [shellLine(['gxops', 'site', 'init', given, '--sandbox'])],
    });
  }
  for (let dir = process.cwd(); ; dir = dirname(dir)) {
    if (isFile(join(dir, 'site.yml'))) return dir;
    if (dir === dirname(dir)) break;
  }
  return isFile(join(EVERYBODYS, 'site.yml')) ? EVERYBODYS : undefined;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Whether there is no journal at all: every journal begins with its genesis. */
export async function journalIsMissing(keep: Keep): Promise<boolean> {
  try {
    return (await keep.entries({ upTo: 1 })).length === 0;
  } catch (cause) {
    // There is one, but it cannot be read: whoever asks for its entries is told why.
    if (cause instanceof Stop) return false;
    throw cause;
  }
}

/** A Keep of a site whose journal is gone: looking at hosts and files goes on, but what was done is not known, which is not nothing. */
export function withoutJournal(keep: Keep, site: Site): Keep {
  return { ...keep, entries: () => Promise.reject(journalMissing(site, 'unreachable')) };
}

/** Said where the journal is gone: `refused` to whoever would add to it, `unreachable` to whoever asks it. */
export function journalMissing({ dir }: Site, verdict: 'refused' | 'unreachable'): Stop {
  const folder = join(dir, 'journal');
  return new Stop(verdict, t('There is no journal in {folder}: what was done is not known.', { folder }), {
    notDone: NOTHING,
    safe: t('Bring the folder back from a copy; a new journal would know nothing of what was done.'),
    next: ['gxops doctor', 'gxops audit verify'],
  });
}

/** The refusal where no site was found. */
export function noSite(): Stop {
  return new Stop(
    'usage',
    t('No site folder: neither --site nor GXOPS_SITE names one, and no parent folder holds a site.yml.'),
    {
      notDone: NOTHING,
      next: ['gxops site init ./sandbox --sandbox'],
    },
  );
}

/** The parsed site of a folder; Stop('usage') at file:line where site.yml or a dictionary does not hold, 'refused' where others may have written one. */
export async function loadSite(dir: string): Promise<Site> {
  const { parseSite } = await import('./rules/site.ts');
  const file = join(dir, 'site.yml');
  const template = readFileSync(new URL('../templates/site.yml', import.meta.url), 'utf8');
  const site = parseSite(ownText(file), dir, template);
  if (!existsSync(join(dir, 'dictionary'))) return site;
  const { withDictionaries } = await import('./rules/dictionary.ts');
  return withDictionaries(site, (path) => (existsSync(join(dir, path)) ? ownText(join(dir, path)) : undefined));
}

/** site.yml names commands that are run for secrets, a dictionary what is masked: whoever can write one can have it so. */
function ownText(file: string): string {
  const { mode, uid, gid } = statSync(file);
  const [ours, group] = [process.getuid?.() ?? uid, process.getgid?.() ?? gid];
  const shared = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== group);
  if (shared || (uid !== ours && uid !== 0)) {
    const facts = { file, mode: (mode & 0o777).toString(8), owner: uid };
    const text = shared
      ? t('{file} can be written by other accounts (mode {mode}, owner {owner}).', facts)
      : t('{file} belongs to another account (owner {owner}).', facts);
    throw new Stop('refused', text, {
      notDone: NOTHING,
      safe: t('It says what is run and who must approve: read it before you make it your own.'),
      next: [shellLine(shared ? ['chmod', '600', file] : ['ls', '-l', file])],
    });
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new Stop(
      'usage',
      t('{flag}: {path} cannot be read ({code}). Allowed: a file.', { flag: '--site', path: file, code }),
      {
        notDone: NOTHING,
        next: [shellLine(['ls', '-l', file])],
        cause,
      },
    );
  }
}

/** A site of which nothing is known but its folder: for commands that make one or need none. */
export function emptySite(dir: string): Site {
  return {
    ...{ dir, name: '', language: 'en', timeZone: 'UTC', sandbox: false, limits: { ...LIMITS, rows: 0 } },
    ...{ hosts: {}, databases: {}, redis: {}, search: {}, goldengate: {}, windows: {} },
    ...{ neighbours: {}, obeys: {}, classification: {}, owners: {}, hot: {}, keys: {}, parameters: {} },
  };
}
