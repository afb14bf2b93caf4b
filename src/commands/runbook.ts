/** `runbook`: procedures, their runs, and the tools to write them. */
import { t } from '../core/text.ts';
import type { Argument, Noun, Option } from './command.ts';

const name: Argument = { name: 'name', title: t('name of a runbook'), complete: 'runbooks' };
const file: Argument = { name: 'file', title: t('a runbook file (YAML)'), complete: 'files' };
const input: Option = { flags: '--input <name=value...>', title: t('an input of the runbook') };
const ticket: Option = { flags: '--ticket <id>', title: t('the work order it belongs to') };

export const runbook: Noun = {
  name: 'runbook',
  group: 'do',
  title: t('guided procedures: rehearse, run, resume'),
  verbs: [
    {
      name: 'list',
      kind: 'reading',
      title: t('shipped runbooks and those of the site'),
      load: () => import('./runbook/list.ts'),
    },
    {
      name: 'show',
      kind: 'reading',
      title: t('a runbook step by step; as paper checklist with --format md'),
      arguments: [name],
      load: () => import('./runbook/show.ts'),
    },
    {
      name: 'run',
      kind: 'acting',
      title: t('rehearse a runbook; with --execute run it'),
      arguments: [name],
      options: [input, ticket],
      examples: ['gxops runbook run harden-linux --input host=sandbox'],
      load: () => import('./runbook/run.ts'),
    },
    {
      name: 'resume',
      kind: 'acting',
      title: t('go on with a suspended or interrupted run'),
      changes: t('goes on with what --execute began'),
      arguments: [{ name: 'run', title: t('R-…'), complete: 'open-runs' }],
      examples: ['gxops runbook resume R-20261123-7F3KQ'],
      load: () => import('./runbook/resume.ts'),
    },
    {
      name: 'runs',
      kind: 'reading',
      title: t('runs, newest first, or one run in full'),
      arguments: [{ name: 'run', title: t('R-…'), optional: true, complete: 'runs' }],
      options: [
        { flags: '--open', title: t('only those not finished') },
        { flags: '--last <n>', title: t('only the newest n; 20 unless given') },
      ],
      load: () => import('./runbook/runs.ts'),
    },
    {
      name: 'settle',
      kind: 'recording',
      title: t('say whether a change in doubt happened'),
      arguments: [
        { name: 'run', title: t('R-…'), complete: 'open-runs' },
        { name: 'change', title: t('id of the change, as the report names it') },
      ],
      options: [
        { flags: '--happened', title: t('it happened') },
        { flags: '--did-not', title: t('it did not happen') },
        { flags: '--reason <text>', title: t('how you know; recorded') },
      ],
      load: () => import('./runbook/settle.ts'),
    },
    {
      name: 'lint',
      kind: 'reading',
      title: t('check a runbook file'),
      arguments: [file],
      load: () => import('./runbook/lint.ts'),
    },
    {
      name: 'test',
      kind: 'reading',
      title: t('play a runbook against fakes, failing each step in turn'),
      arguments: [file],
      load: () => import('./runbook/test.ts'),
    },
    {
      name: 'new',
      kind: 'recording',
      title: t('write a commented runbook to start from'),
      arguments: [{ name: 'name', title: t('name of the new runbook') }],
      load: () => import('./runbook/new.ts'),
    },
    {
      name: 'schema',
      kind: 'reading',
      site: 'none',
      title: t('the JSON Schema of runbook files'),
      load: () => import('./runbook/schema.ts'),
    },
  ],
};
