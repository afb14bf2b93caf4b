/** Each driver, whether or not a target of the site needs it: does it load, which version, how does it work? */
import type { Finding } from '../../core/finding.ts';
import type { Session } from '../../core/session.ts';
import type { Site } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';
import type { Reach } from '../../core/world.ts';
import { within } from './within.ts';

/** Driver -> what it is for, and whether this site has a target that needs it. */
const DRIVERS: Readonly<Record<string, { readonly title: Text; needed(site: Site): boolean }>> = {
  sqlite: { title: t('SQLite (node:sqlite): locks, the sandbox, embedded databases'), needed: () => true },
  age: { title: t('age: encrypted exports'), needed: () => true },
  oracledb: { title: t('Oracle (oracledb, Thin)'), needed: ({ databases }) => ofKind(databases, 'oracle') },
  pg: { title: t('PostgreSQL, openGauss, Kingbase (pg)'), needed: ({ databases }) => ofKind(databases, 'postgres') },
  ioredis: { title: t('Redis (ioredis)'), needed: ({ redis }) => Object.keys(redis).length > 0 },
  fetch: { title: t('Elasticsearch (fetch)'), needed: ({ search }) => Object.keys(search).length > 0 },
  ssh: {
    title: t('OpenSSH'),
    needed: ({ hosts }) => Object.values(hosts).some((host) => host.connect === 'ssh'),
  },
};

/** One finding a driver, then the SQL grammar of the guard, then GoldenGate's own program. */
export async function examineDrivers(session: Session): Promise<readonly Finding[]> {
  const drivers = Object.entries(DRIVERS).map(async ([name, { title, needed }]) => {
    const reach = await within(session, (look) => look.reach(`driver:${name}`));
    return judgeDriver(name, title, needed(session.site), reach);
  });
  return [...(await Promise.all(drivers)), await grammar(), ...goldengate(session.site)];
}

function ofKind(databases: Site['databases'], kind: string): boolean {
  return Object.values(databases).some((database) => database.kind === kind);
}

function judgeDriver(name: string, title: Text, needed: boolean, reach: Reach | undefined): Finding {
  const common = { rule: 'doctor-driver', subject: `driver:${name}`, title };
  if (reach === undefined)
    return { ...common, outcome: 'unknown', found: t('not looked at'), reason: t('no answer in time') };
  if (reach.ok)
    return { ...common, outcome: 'pass', found: [reach.version, reach.mode].filter(Boolean).join(', ') || t('loads') };
  const found = reach.trouble ?? t('does not load');
  const advice = reach.advice === undefined ? {} : { advice: reach.advice };
  if (needed) return { ...common, outcome: 'fail', found, wanted: t('loads'), ...advice };
  return {
    ...common,
    outcome: 'skip',
    found,
    reason: t('no target of this site needs it: {found}', { found }),
    ...advice,
  };
}

/** The PostgreSQL grammar (libpg-query) is tried on a statement that must be judged, not only loaded. */
async function grammar(): Promise<Finding> {
  const common = {
    rule: 'doctor-driver',
    subject: 'driver:libpg-query',
    title: t('SQL grammar of the guard (libpg-query)'),
    wanted: t('judges a statement'),
  };
  try {
    const { guard } = await import('../../rules/sql/guard.ts');
    const rules = {
      dialect: 'postgres',
      catalogue: [{ name: 'name', table: 'probe', column: 'name' }],
      classification: {},
      clear: [],
    } as const;
    const judgement = await guard('select name from probe', rules);
    if (judgement.ok) return { ...common, outcome: 'pass', found: t('judges a statement') };
    return { ...common, outcome: 'fail', found: judgement.refusals[0]?.why ?? t('does not load') };
  } catch (cause) {
    return {
      ...common,
      outcome: 'fail',
      found: cause instanceof Error ? cause.message : String(cause),
      advice: t('Build again: npm run build'),
    };
  }
}

function goldengate(site: Site): Finding[] {
  if (Object.keys(site.goldengate).length > 0) return [];
  const reason = t('no goldengate in site.yml; ggsci or adminclient is looked for on its host');
  return [
    {
      rule: 'doctor-driver',
      subject: 'driver:ggsci',
      title: t('GoldenGate (ggsci, adminclient)'),
      outcome: 'skip',
      found: '',
      reason,
    },
  ];
}
