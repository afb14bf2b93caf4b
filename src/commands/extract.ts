/** `extract`: data leaves only by an application, an approval and an encrypted file. */
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const extract: Noun = {
  name: 'extract',
  group: 'do',
  title: t('hand over data: applied for, approved, masked, encrypted'),
  verbs: [
    {
      name: 'apply',
      kind: 'recording',
      title: t('apply for an extraction and ask for its approval'),
      options: [
        { flags: '--database <name>', title: t('database of site.yml'), complete: 'databases' },
        { flags: '--sql-file <file>', title: t('file with one SELECT; binds are :name'), complete: 'files' },
        { flags: '--extract <name>', title: t('a saved extract of templates/extracts') },
        { flags: '--bind <k=v...>', title: t('values of the binds') },
        { flags: '--purpose <text>', title: t('what the data is for') },
        { flags: '--basis <text>', title: t('legal basis or document number') },
        { flags: '--limit <n>', title: t('rows at most') },
        {
          flags: '--recipient <operator...>',
          title: t('who receives it; encrypted to their age keys'),
          complete: 'operators',
        },
        { flags: '--clear <column...>', title: t('columns to release unmasked; the approver sees them') },
        { flags: '--as-file <format>', title: t('csv, xlsx or jsonl') },
        { flags: '--no-bom', title: t('CSV without a byte order mark') },
        { flags: '--passphrase', title: t('may also be opened by a passphrase, asked for when the file is made') },
        { flags: '--destroy-by <date>', title: t('day on which the data must be gone, YYYY-MM-DD') },
        { flags: '--expires <time>', title: t('how long the application holds, e.g. 7d') },
      ],
      examples: [
        "gxops extract apply --database inv --extract invoices-of-region --bind region=450103 --bind from=2025-01-01 --bind until=2025-04-01 --purpose '专项核查' --basis '桂税函〔2026〕1号' --limit 5000 --recipient zhao",
      ],
      load: () => import('./extract/apply.ts'),
    },
    {
      name: 'run',
      kind: 'acting',
      title: t('make the file of an approved extraction'),
      arguments: [{ name: 'id', title: t('number of the application (E-…)'), complete: 'extracts' }],
      examples: ['gxops extract run E-20261123-7F3KQ --execute'],
      load: () => import('./extract/run.ts'),
    },
    {
      name: 'open',
      kind: 'recording',
      title: t('decrypt a file that was handed over and check it against its manifest'),
      arguments: [{ name: 'file', title: t('the encrypted file (.age)'), complete: 'files' }],
      options: [
        {
          flags: '--identity <file>',
          title: t('your age identity file, 0600; without it a passphrase is asked for'),
          complete: 'files',
        },
        { flags: '--to <file>', title: t('where the decrypted data goes'), complete: 'files' },
      ],
      examples: ['gxops extract open invoices.csv.age --identity zhao.age --to invoices.csv'],
      load: () => import('./extract/open.ts'),
    },
    {
      name: 'handover',
      kind: 'recording',
      title: t('register a copy that leaves, or sign for one received'),
      arguments: [{ name: 'id', title: t('number of the application (E-…)'), complete: 'extracts' }],
      options: [
        { flags: '--medium <number>', title: t('number of the medium the copy is on') },
        { flags: '--destination <text>', title: t('where the copy goes') },
        {
          flags: '--to <operator>',
          title: t('who receives it; needed where there are several recipients'),
          complete: 'operators',
        },
        { flags: '--paper <file>', title: t('scan of the receipt signed on paper'), complete: 'files' },
        { flags: '--number <number>', title: t('number of the signed sheet') },
        { flags: '--countersign <operator>', title: t('second operator who saw the sheet'), complete: 'operators' },
      ],
      examples: [
        "gxops extract handover E-20261123-7F3KQ --medium U-017 --destination '稽查局案件室'",
        'gxops --as zhao extract handover E-20261123-7F3KQ',
      ],
      load: () => import('./extract/handover.ts'),
    },
    {
      name: 'destroy',
      kind: 'acting',
      title: t('remove our file for ever, or state that a received copy is destroyed'),
      arguments: [{ name: 'id', title: t('number of the application (E-…)'), complete: 'extracts' }],
      options: [
        { flags: '--reason <text>', title: t('why, where it is not simply due') },
        { flags: '--to <operator>', title: t('whose copy a paper is about'), complete: 'operators' },
        { flags: '--paper <file>', title: t('scan of the statement signed on paper'), complete: 'files' },
        { flags: '--number <number>', title: t('number of the signed sheet') },
        { flags: '--countersign <operator>', title: t('second operator who saw the sheet'), complete: 'operators' },
      ],
      examples: [
        'gxops extract destroy E-20261123-7F3KQ --execute',
        'gxops --as zhao extract destroy E-20261123-7F3KQ',
      ],
      load: () => import('./extract/destroy.ts'),
    },
    {
      name: 'classify',
      kind: 'recording',
      title: t('propose what each column of a database is; the owner confirms the dictionary'),
      options: [
        { flags: '--database <name>', title: t('database of site.yml'), complete: 'databases' },
        { flags: '--table <table...>', title: t('only these tables; the others stay as they are') },
        { flags: '--rows <n>', title: t('rows a table to look at, 1000 unless given; only counts are kept') },
        { flags: '--file <file>', title: t('propose this edited file instead of sampling'), complete: 'files' },
        { flags: '--expires <time>', title: t('how long the proposal waits, e.g. 7d') },
      ],
      examples: [
        'gxops extract classify --database inv',
        'gxops extract classify --database inv --file dictionary/inv.proposed.yml',
      ],
      load: () => import('./extract/classify.ts'),
    },
    {
      name: 'check',
      kind: 'reading',
      title: t('overdue destruction, copies without a receipt, files that changed'),
      load: () => import('./extract/check.ts'),
    },
    {
      name: 'watermark',
      kind: 'recording',
      title: t('find the extraction that a leaked file, or a part of one, came from'),
      arguments: [{ name: 'file', title: t('the leaked file: CSV, JSON lines or XLSX'), complete: 'files' }],
      examples: ['gxops extract watermark found-on-the-web.csv'],
      load: () => import('./extract/watermark.ts'),
    },
    {
      name: 'list',
      kind: 'reading',
      title: t('applications and where each stands'),
      load: () => import('./extract/list.ts'),
    },
    {
      name: 'show',
      kind: 'reading',
      title: t('one application with its columns, approvals and file'),
      arguments: [{ name: 'id', title: t('number of the application (E-…)'), complete: 'extracts' }],
      load: () => import('./extract/show.ts'),
    },
  ],
};
