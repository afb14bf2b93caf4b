/** Live names for completion: from site.yml, the journal and the runbooks, only the newest, so that Tab answers at once. */
import type { Session } from '../../core/session.ts';
import type { Site } from '../../core/site.ts';
import type { Values } from '../command.ts';

/** The marker by which the shell's script falls back to file names. */
export const FILES = ':files';
const NEWEST = 100;

/** The names of one kind; a Stop where site or journal cannot be read. */
export async function valuesFor(kind: Values, session: Session): Promise<readonly string[]> {
  return SOURCES[kind](session);
}

const SOURCES: Readonly<Record<Values, (session: Session) => Promise<readonly string[]>>> = {
  files: async () => [FILES],
  hosts: async (session) => Object.keys((await siteOf(session))?.hosts ?? {}),
  databases: async (session) => Object.keys((await siteOf(session))?.databases ?? {}),
  runs: async ({ world }) => {
    const entries = await world.keep.entries({ types: ['run.opened'], last: NEWEST });
    return entries.flatMap(({ body }) => body.run ?? []).reverse();
  },
  'open-runs': async ({ world }) => {
    const entries = await world.keep.entries({ types: ['run.opened'], open: true });
    return entries.flatMap(({ body }) => body.run ?? []).reverse();
  },
  approvals,
  extracts: async ({ world }) => {
    const entries = await world.keep.entries({ types: ['extract.applied'], last: NEWEST });
    return entries.flatMap(({ body }) => body.subject ?? []).reverse();
  },
  operators: async ({ world }) => {
    const { rosterOf } = await import('../../records/roster.ts');
    const roster = await rosterOf(world.keep);
    return [...roster.values()].filter(({ retired }) => retired === undefined).map(({ name }) => name);
  },
  runbooks,
  rules,
};

/** site.yml is read only for names that stand in it; a faulty one has none. */
async function siteOf({ world, site }: Session): Promise<Site | undefined> {
  const bytes = await world.keep.fetch('site.yml');
  if (bytes === undefined) return undefined;
  const { checkSite } = await import('../../rules/site.ts');
  return checkSite(Buffer.from(bytes).toString('utf8'), site.dir, await world.keep.template('site.yml')).site;
}

/** Subjects whose newest request nobody has rejected or used. */
async function approvals({ world }: Session): Promise<readonly string[]> {
  const { foldApprovals } = await import('../../records/approvals.ts');
  const types = ['approval.requested', 'approval.granted', 'approval.rejected', 'approval.used'] as const;
  const open = foldApprovals(await world.keep.entries({ types, last: 4 * NEWEST }));
  return open.filter((one) => one.used === undefined && one.rejected === undefined).map(({ subject }) => subject);
}

/** Shipped runbooks and the site's own files, without loading one. */
async function runbooks({ world }: Session): Promise<readonly string[]> {
  const { SHIPPED } = await import('../../runbooks/index.ts');
  const own = (await world.keep.files('runbooks')).filter((file) => /\.ya?ml$/.test(file));
  return [...new Set([...Object.keys(SHIPPED), ...own.map((file) => file.replace(/\.ya?ml$/, ''))])];
}

async function rules(): Promise<readonly string[]> {
  const { LINUX_RULES } = await import('../../rules/linux/index.ts');
  return LINUX_RULES.map(({ id }) => id);
}
