/** `site show`: the site as it was understood, and whether its secret files are guarded; no secret is read. */
import { type Finding, judged } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report, Section } from '../../core/report.ts';
import type { SecretSource, Site } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';
import { windowText } from '../../core/window.ts';
import { type Guarded, judgeSecretFile, secretFiles } from '../../rules/site-secrets.ts';
import type { Call } from '../command.ts';
import { dictionarySections } from './dictionaries.ts';

/** Verdict by the findings about secret files: done, findings or unreachable. */
export async function run({ session }: Call): Promise<Report> {
  const { site, world } = session;
  const { uid } = await world.look.machine();
  const findings: Finding[] = [];
  for (const file of secretFiles(site)) {
    findings.push(judgeSecretFile(file, await statOf(session, file.path), uid));
  }
  return {
    title: t('Site {name}', { name: site.name }),
    verdict: judged(findings),
    sections: [...sectionsOf(site), { kind: 'findings', heading: t('Secret files'), findings }],
    data: { site: site as unknown as Json, findings: findings as unknown as Json },
  };
}

/** `mode owner kind` by stat, so that the content is never read; undefined where this machine cannot be looked at. */
async function statOf({ site, world }: Call['session'], path: string): Promise<Guarded | undefined> {
  const here = Object.entries(site.hosts).find(([, spec]) => spec.connect === 'local' && spec.root === undefined);
  if (here === undefined) return undefined;
  const output = await world.look.command({ host: here[0], argv: ['stat', '-c', '%a %u %F', '--', path] });
  const [, mode = '', owner = '', kind = ''] = /^([0-7]+) (\d+) (.+)\s*$/.exec(output.stdout) ?? [];
  if (output.code !== 0 || mode === '') return { kind: 'absent' };
  return { kind: 'there', mode: Number.parseInt(mode, 8), owner: Number(owner), regular: kind.startsWith('regular') };
}

function sectionsOf(site: Site): Section[] {
  const facts: [Text, Text][] = [
    [t('folder'), site.dir],
    [t('language'), site.language],
    [t('time zone'), site.timeZone],
    [t('sandbox'), site.sandbox ? t('yes') : t('no')],
    [t('rows at most'), `${site.limits.rows}`],
    [t('two approvals above'), `${site.limits.twoApprovalsAboveRows}`],
    [t('least coverage'), `${site.limits.coverage}`],
  ];
  const sections: Section[] = [
    { kind: 'facts', facts },
    targets(t('Hosts'), site.hosts),
    targets(t('Databases'), site.databases),
    targets(t('Redis'), site.redis),
    targets(t('Search'), site.search),
    targets(t('GoldenGate'), site.goldengate),
    lists(t('Neighbours'), site.neighbours, ({ name, contact }) => `${name} (${contact})`),
    lists(t('Rules obeyed'), site.obeys, (rule) => rule),
    lists(t('Change windows'), site.windows, windowText),
    ...dictionarySections(site),
  ];
  return sections.filter((section) => section.kind !== 'table' || section.rows.length > 0);
}

function targets(heading: Text, entries: Readonly<Record<string, object>>): Section {
  const rows = Object.entries(entries).map(([name, entry]): [Text, Text, Text] => {
    const { passwordFile, passwordCommand, ...plain } = entry as SecretSource & Record<string, Json>;
    return [name, flat(plain), passwordFile ?? passwordCommand?.[0] ?? ''];
  });
  return { kind: 'table', heading, columns: [t('name'), t('how it is reached'), t('secret comes from')], rows };
}

function flat(entry: Readonly<Record<string, unknown>>): string {
  return Object.entries(entry)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
}

function lists<T>(heading: Text, record: Readonly<Record<string, readonly T[]>>, show: (item: T) => string): Section {
  const rows = Object.entries(record).map(([name, items]): [Text, Text] => [name, items.map(show).join('; ')]);
  return { kind: 'table', heading, columns: [t('for'), t('is')], rows };
}
