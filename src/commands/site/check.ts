/** `site check`: holds site.yml against the shipped template and against itself. */
import { type Finding, judged } from '../../core/finding.ts';
import type { Json } from '../../core/json.ts';
import type { Report, Section } from '../../core/report.ts';
import { shellLine } from '../../core/shell.ts';
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { parameterProblems } from '../../rules/linux/parameter-problems.ts';
import { type Problem, problemFacts, sentenceOf } from '../../rules/problem.ts';
import { checkSite } from '../../rules/site.ts';
import type { Call } from '../command.ts';
import { dictionaryFacts, dictionaryFindings, readDictionaries } from './dictionaries.ts';

/** Verdict `usage` (exit 2) with every fault at its line, `done` where there is none; findings about dictionaries end 1. Reads site.yml, the dictionaries and who confirmed them. */
export async function run({ session }: Call): Promise<Report> {
  const { keep } = session.world;
  const bytes = await keep.fetch('site.yml');
  if (bytes === undefined) {
    throw new Stop('usage', t('There is no site.yml in {dir}.', { dir: session.site.dir }), {
      notDone: t('Nothing was checked.'),
      next: [shellLine(['gxops', 'site', 'init', session.site.dir, '--sandbox'])],
    });
  }
  const text = Buffer.from(bytes).toString('utf8');
  const checked = checkSite(text, session.site.dir, await keep.template('site.yml'));
  const problems = checked.site ? parameterProblems(text, checked.site.parameters) : checked.problems;
  const site = problems.length === 0 ? checked.site : undefined;
  const data = { file: `${session.site.dir}/site.yml`, problems: problemFacts(problems) };
  if (site === undefined) {
    const title = t('site.yml is not valid; faults: {count}', { count: problems.length });
    return {
      title,
      verdict: 'usage',
      sections: [problemLines('site.yml', problems)],
      data,
      next: ['gxops site check'],
    };
  }
  return withDictionaries(session, site, data);
}

/** The dictionaries beside site.yml: a fault in one ends like one in site.yml. */
async function withDictionaries(
  session: Call['session'],
  plain: Site,
  data: Readonly<Record<string, Json>>,
): Promise<Report> {
  const { keep, now } = session.world;
  const { site, faults } = await readDictionaries(plain, keep);
  if (faults.length > 0) {
    const problems = faults.flatMap((fault) =>
      fault.problems.map((problem) => ({ file: `${plain.dir}/${fault.file}`, ...problemFact(problem) })),
    );
    return {
      title: t('{file} is not valid; faults: {count}', { file: faults[0]?.file ?? '', count: problems.length }),
      verdict: 'usage',
      sections: faults.map((fault) => problemLines(fault.file, fault.problems)),
      data: { ...data, problems },
      next: ['gxops site check'],
    };
  }
  const { findings, next } = await dictionaryFindings(site, keep, now());
  return {
    title: t('site.yml is valid'),
    verdict: judged(findings),
    sections: [{ kind: 'facts', facts: counts(site) }, ...findingSection(findings)],
    data: { ...data, dictionaries: dictionaryFacts(site), findings: findings as unknown as Json },
    next: [...next, 'gxops site show', 'gxops doctor'],
  };
}

function problemFact(problem: Problem): Readonly<Record<string, Json>> {
  const [fact] = problemFacts([problem]) as readonly Readonly<Record<string, Json>>[];
  return fact ?? {};
}

function findingSection(findings: readonly Finding[]): Section[] {
  return findings.length === 0 ? [] : [{ kind: 'findings', heading: t('Data dictionaries'), findings }];
}

/** Faults as lines an editor can jump to: `file:LINE:COLUMN  sentence`. */
export function problemLines(file: string, problems: readonly Problem[]): Section {
  const lines = problems.map((problem): Text => {
    const place = `${file}:${problem.line}:${problem.column}`;
    return t('{place}  {sentence}', { place, sentence: sentenceOf(problem) });
  });
  return { kind: 'text', lines };
}

function counts(site: Site): [Text, Text][] {
  const sizes: [Text, object][] = [
    [t('hosts'), site.hosts],
    [t('databases'), site.databases],
    [t('Redis'), site.redis],
    [t('search'), site.search],
    [t('GoldenGate'), site.goldengate],
  ];
  return [
    [t('name'), site.name],
    ...sizes.map(([title, entries]): [Text, Text] => [title, Object.keys(entries).join(', ') || t('none')]),
  ];
}
