/** A runbook by its name: shipped with gxops, or the site's own under runbooks/. */
import { notAllowed } from '../../core/nearest.ts';
import type { Runbook } from '../../core/runbook.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { fetchJson } from '../../engine/course.ts';
import type { RunState } from '../../records/run.ts';
import { SHIPPED } from '../../runbooks/index.ts';

/** Where a runbook comes from; `file` is below the site folder. */
export interface Source {
  readonly name: string;
  readonly file?: string;
}

/** All names, shipped ones first. */
export async function bookSources(session: Session): Promise<readonly Source[]> {
  const files = (await session.world.keep.files('runbooks')).filter((file) => /\.ya?ml$/.test(file));
  const own = files.map((file) => ({ name: file.replace(/\.ya?ml$/, ''), file: `runbooks/${file}` }));
  return [
    ...Object.keys(SHIPPED).map((name) => ({ name })),
    ...own.filter(({ name }) => !Object.hasOwn(SHIPPED, name)),
  ];
}

/** The runbook, compiled; Stop('usage') with the nearest name for an unknown one, at file:line for a faulty one. */
export async function findBook(name: string, session: Session): Promise<Runbook> {
  if (name === 'extract') throw byApplication();
  const sources = await bookSources(session);
  const source = sources.find((one) => one.name === name);
  if (!source)
    throw notAllowed(
      'NAME',
      name,
      sources.map((one) => one.name),
      ['gxops runbook list'],
    );
  return loadBook(source, session);
}

/** The runbook of an extraction is made from its application, so it has no name to be run by. */
function byApplication(): Stop {
  return new Stop('usage', t('extract is run by its own command: each application is a runbook of its own.'), {
    notDone: t('Nothing was done.'),
    next: ['gxops extract apply --help', 'gxops extract list'],
  });
}

/** Loads or compiles one. */
export async function loadBook({ name, file }: Source, session: Session): Promise<Runbook> {
  const shipped = file === undefined && Object.hasOwn(SHIPPED, name) ? SHIPPED[name] : undefined;
  if (shipped) return shipped();
  const path = file ?? `runbooks/${name}.yml`;
  const bytes = await session.world.keep.fetch(path);
  const { compileRunbook } = await import('../../runbooks/site-yaml.ts');
  const text = Buffer.from(bytes ?? '').toString('utf8');
  return compileRunbook(text, `${session.site.dir}/${path}`);
}

/**
 * The runbook that a run was opened with: an extraction's from its application, a shipped one by its name, the site's own from its
 * file, or from the run's snapshot where the file is gone. The engine compares its definition with the snapshot.
 */
export async function bookOfRun(state: RunState, session: Session): Promise<Runbook> {
  if (state.runbook === 'extract') {
    const { bookOfExtraction } = await import('../extract/stored.ts');
    return bookOfExtraction(String(state.inputs.id ?? ''), session);
  }
  const known = (await bookSources(session)).some(({ name }) => name === state.runbook);
  return known ? findBook(state.runbook, session) : bookOfSnapshot(state, session);
}

async function bookOfSnapshot({ definition }: RunState, session: Session): Promise<Runbook> {
  const { runbookOf } = await import('../../runbooks/site-yaml.ts');
  return runbookOf(await fetchJson(session, definition));
}
