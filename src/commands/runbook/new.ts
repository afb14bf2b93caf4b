/** `runbook new`: a commented runbook to start from, in the site's own folder. */
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { KEBAB } from '../../rules/shape.ts';
import type { Call } from '../command.ts';
import { bookSources } from './find.ts';

/** Writes `runbooks/NAME.yml`, which lints clean; never over one that exists. Data `{file}`. */
export async function run({ args, session }: Call): Promise<Report> {
  const [name = ''] = args;
  if (!new RegExp(KEBAB).test(name)) {
    throw new Stop(
      'usage',
      t('NAME is {name}; allowed are lower-case words with hyphens, such as flush-cache.', {
        name: JSON.stringify(name),
      }),
      {
        notDone: t('Nothing was written.'),
        next: ['gxops runbook new flush-cache'],
      },
    );
  }
  const taken = (await bookSources(session)).find((source) => source.name === name);
  const { keep } = session.world;
  const path = `runbooks/${name}.yml`;
  if (taken !== undefined || (await keep.fetch(path)) !== undefined) {
    throw new Stop(
      'refused',
      t('There is already a runbook {name} ({where}).', { name, where: taken?.file ?? t('shipped') }),
      {
        notDone: t('Nothing was written; the one that exists is untouched.'),
        next: ['gxops runbook list', `gxops runbook show ${name}`],
      },
    );
  }
  const text = (await keep.template('new-runbook.yml')).replaceAll(/\bNAME\b/g, name);
  await keep.store(path, Buffer.from(text, 'utf8'));
  const file = `${session.site.dir}/${path}`;
  return {
    title: t('{file} is written', { file }),
    verdict: 'done',
    sections: [{ kind: 'verbatim', text }],
    data: { file },
    next: [`gxops runbook lint ${file}`, `gxops runbook test ${file}`, `gxops runbook run ${name} --input host=…`],
  };
}
