/** `runbook list`: what can be run by name. */
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { bookSources, loadBook, type Source } from './find.ts';

interface Line {
  readonly name: string;
  readonly from: string;
  readonly title: Text;
  readonly risk: string;
  readonly inputs: readonly string[];
  readonly fault?: true;
}

/** Data `{runbooks: [{name, from, title, risk, inputs, fault?}]}`. A faulty file is listed with its fault, verdict `findings`. */
export async function run({ session }: Call): Promise<Report> {
  const lines: Line[] = [];
  for (const source of await bookSources(session)) lines.push(await lineOf(source, session));
  return {
    title: t('Runbooks: {count}', { count: lines.length }),
    verdict: lines.some(({ fault }) => fault) ? 'findings' : 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Runbooks'),
        columns: [t('name'), t('title'), t('risk'), t('inputs'), t('from')],
        rows: lines.map(({ name, title, risk, inputs, from }) => [name, title, risk, inputs.join(', '), from]),
      },
    ],
    data: { runbooks: lines.map((line) => ({ ...line, title: line.title })) as never },
    next: lines.slice(-1).map(({ name }) => `gxops runbook show ${name}`),
  };
}

async function lineOf(source: Source, session: Session): Promise<Line> {
  const { name, file: from = 'gxops' } = source;
  try {
    const { title, risk, inputs } = await loadBook(source, session);
    return {
      name,
      from,
      title,
      risk,
      inputs: inputs.map((input) => (input.required ? input.name : `[${input.name}]`)),
    };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { name, from, title: error.text, risk: '–', inputs: [], fault: true };
  }
}
