/** `runbook show`: the very thing that runs, step by step; as Markdown it is the paper checklist. */

import type { Input } from '../../core/input.ts';
import { digestOf, type Json } from '../../core/json.ts';
import type { Report, Section } from '../../core/report.ts';
import type { Runbook, Step } from '../../core/runbook.ts';
import { neighboursOf, obeyedBy, type Site } from '../../core/site.ts';
import { type Text, t } from '../../core/text.ts';
import { SHIPPED } from '../../runbooks/index.ts';
import type { Call } from '../command.ts';
import { findBook } from './find.ts';

/** Data `{name, version, digest, steps: [{id, kind, title}], definition}`. */
export async function run({ args, session }: Call): Promise<Report> {
  const book = await findBook(args[0] ?? '', session);
  const { name, version, definition } = book;
  const digest = digestOf(definition);
  return {
    title: t('{title} ({name})', { title: book.title, name }),
    verdict: 'done',
    sections: [
      { kind: 'text', lines: [book.purpose] },
      { kind: 'facts', facts: factsOf(book, digest, session.site) },
      ...inputTable(book.inputs),
      { kind: 'todo', heading: t('Steps'), items: book.steps.map(lineOf) },
      ...wordsOf(book),
      { kind: 'facts', heading: t('Closing'), facts: BLANKS },
    ],
    data: {
      name,
      version,
      digest,
      steps: book.steps.map(({ id, kind, title }) => ({ id, kind, title: title as unknown as Json })),
      definition,
    },
    next: [
      `gxops runbook run ${name}${book.inputs
        .filter(({ required }) => required)
        .map((input) => ` --input ${input.name}=…`)
        .join('')}`,
    ],
  };
}

function factsOf(book: Runbook, digest: string, site: Site): [Text, Text][] {
  const neighbours = neighboursOf(site, []).map(({ name, contact }) => `${name} (${contact})`);
  return [
    [t('version'), `${book.version}`],
    [t('digest'), digest],
    [t('risk'), book.risk],
    [t('obeys'), obeyedBy(site, book.name).join('; ') || '–'],
    [t('neighbours'), neighbours.join('; ') || '–'],
    [t('run id'), BLANK],
    [t('ticket'), BLANK],
    [t('date'), BLANK],
  ];
}

/** A runbook of the site's own is shown as it is written: what each step looks at, runs and writes, to be done by hand if need be. */
function wordsOf(book: Runbook): Section[] {
  if (Object.hasOwn(SHIPPED, book.name)) return [];
  const text = JSON.stringify(book.definition, undefined, 2);
  return [{ kind: 'verbatim', heading: t('The definition that the digest is of'), text }];
}

const BLANK = '________________';
const BLANKS: readonly [Text, Text][] = [
  [t('carried out by'), BLANK],
  [t('checked by'), BLANK],
  [t('ended at'), BLANK],
  [t('remarks'), BLANK],
];

function inputTable(inputs: readonly Input[]): Section[] {
  if (inputs.length === 0) return [];
  const rows = inputs.map((input): Text[] => [
    input.name,
    input.title,
    input.type,
    input.required ? t('yes') : t('no'),
    input.default === undefined ? '' : [input.default].flat().join(', '),
    input.example ?? '',
  ]);
  const columns = [t('input'), t('what'), t('type'), t('needed'), t('unless given'), t('example')];
  return [{ kind: 'table', heading: t('Inputs'), columns, rows }];
}

/** What happens, who answers, what is checked, and blanks for time and signature. */
function lineOf(step: Step): Text {
  const { id, title, kind } = step;
  const values = { id, title, what: WHAT[kind], why: step.why ?? '', blanks: t('time ________ signature ________') };
  return step.why === undefined
    ? t('[{id}] {title}: {what}. {blanks}', values)
    : t('[{id}] {title}: {what}. Why: {why} {blanks}', values);
}

const WHAT: Readonly<Record<Step['kind'], Text>> = {
  ask: t('the person at the keyboard answers'),
  approve: t('another person signs the digest of the plan'),
  check: t('look and judge, change nothing'),
  act: t('the planned changes are made, then looked at again'),
  watch: t('probe for a time; undo when the business is blocked'),
  produce: t('a file is written and its hash recorded'),
};
