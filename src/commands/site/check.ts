/** `site check`: holds site.yml against the shipped template and against itself. */
import type { Report, Section } from '../../core/report.ts';
import { shellLine } from '../../core/shell.ts';
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { parameterProblems } from '../../rules/linux/parameter-problems.ts';
import { type Problem, problemFacts, sentenceOf } from '../../rules/problem.ts';
import { checkSite } from '../../rules/site.ts';
import type { Call } from '../command.ts';

/** Verdict `usage` (exit 2) with every fault at its line, `done` where there is none. Reads site.yml only. */
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
  return {
    title: t('site.yml is valid'),
    verdict: 'done',
    sections: [{ kind: 'facts', facts: counts(site) }],
    data,
    next: ['gxops site show', 'gxops doctor'],
  };
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
