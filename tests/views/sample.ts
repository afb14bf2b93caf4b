/** Reports that the view tests draw: one with every kind of section, in both scripts, with a hostile string where asked. */
import type { Finding } from '../../src/core/finding.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Report, Section } from '../../src/core/report.ts';
import { t } from '../../src/core/text.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** One finding of each outcome. */
export const findings: readonly Finding[] = [
  { rule: 'LNX-ID-01', subject: 'host:sandbox', outcome: 'pass', found: t('no empty passwords') },
  {
    rule: 'LNX-ID-05',
    subject: 'host:sandbox /etc/login.defs',
    outcome: 'fail',
    title: t('Passwords expire'),
    found: 'PASS_MAX_DAYS 99999',
    wanted: t('at most {days} days', { days: 90 }),
    advice: '开票系统主机上所有可登录账户的口令有效期都不得超过九十天，超过的账户在整改前应逐一登记。',
  },
  { rule: 'LNX-LOG-02', subject: 'host:sandbox', outcome: 'skip', found: '', reason: t('the host is a folder') },
  { rule: 'LNX-NET-03', subject: 'host:app01', outcome: 'unknown', found: '', reason: 'Permission denied' },
  { rule: 'LNX-SSH-04', subject: 'host:app01', outcome: 'warn', found: '数据支持', wanted: '系统保障' },
  { rule: 'LNX-SSH-07', subject: 'host:app01', outcome: 'accepted', found: 'yes', reason: '例外 2026-3' },
];

/** A plan with every kind of Change, a release and an unknowable line. */
export const plan: Plan = {
  runbook: { name: 'harden-linux', version: 3, title: t('Harden a Linux host'), digest },
  inputs: { host: 'sandbox' },
  obeys: ['税务系统网络安全管理办法 第十二条'],
  neighbours: [{ name: '电子底账', contact: '王工 029-0000' }],
  seats: [{ roles: ['approver', 'owner'], party: 'purchaser' }],
  digest,
  lines: [
    {
      step: 'write',
      title: t('Write the settings'),
      certainty: 'checked',
      item: {
        kind: 'change',
        change: {
          kind: 'file',
          host: 'sandbox',
          path: '/etc/login.defs',
          content: { utf8: 'PASS_MAX_DAYS 90\n' },
          mode: 0o600,
          before: digest,
          settle: [{ host: 'sandbox', argv: ['true'] }],
        },
        preview: [' # 口令', '-PASS_MAX_DAYS 99999', '+PASS_MAX_DAYS 90'],
      },
    },
    {
      step: 'run',
      title: t('Restart the service'),
      certainty: 'predicted',
      item: {
        kind: 'change',
        change: {
          kind: 'command',
          host: 'app01',
          argv: ['systemctl', 'restart', 'a b'],
          as: 'root',
          undo: { irreversible: t('a restart cannot be taken back') },
          reaches: ['ogg'],
        },
      },
    },
    {
      step: 'sql',
      title: '更新',
      certainty: 'checked',
      item: {
        kind: 'change',
        change: {
          kind: 'sql',
          database: 'inv',
          text: 'update t\nset a = :a',
          binds: { a: 1 },
          undo: [{ kind: 'sql', database: 'inv', text: 'update t set a = 0', undo: [] }],
        },
      },
    },
    {
      step: 'cache',
      title: 'cache',
      certainty: 'checked',
      item: {
        kind: 'change',
        change: { kind: 'redis', service: 'cache', argv: ['CONFIG', 'SET', 'maxmemory', '1gb'], undo: [] },
      },
    },
    {
      step: 'give',
      title: t('Hand over the data'),
      certainty: 'checked',
      item: {
        kind: 'release',
        path: 'exports/E-1/invoices.csv.age',
        binding: { sql: 'select a\nfrom t', limit: 100, columns: [{ name: 'phone', mask: 'phone' }], to: ['zhao'] },
      },
    },
    { step: 'later', title: 'later', certainty: { until: 'write' }, item: { kind: 'nothing' } },
  ],
};

/** Every kind of section; `odd` is put wherever text from outside may stand. */
export function sections(odd = '发票号码 12345678'): Section[] {
  return [
    { kind: 'text', heading: t('Purpose'), lines: [odd, t('the host is a folder')] },
    {
      kind: 'findings',
      heading: t('Findings'),
      findings: findings.map((one) => ({ ...one, subject: `${one.subject} ${odd}` })),
    },
    { kind: 'plan', heading: t('Plan'), plan: { ...plan, obeys: [odd], inputs: { host: odd } } },
    {
      kind: 'table',
      heading: t('Operators'),
      columns: [t('name'), '角色', '单位', '说明'],
      rows: [
        ['zhang', '数据支持', '承建方', odd],
        ['chen', 'approver', '采购方', '金额大于一百万元的发票须由两名审批人分别签字，缺一不可。'],
      ],
    },
    {
      kind: 'facts',
      heading: t('Facts'),
      facts: [
        ['行数', '12,000'],
        [t('runbook'), odd],
      ],
    },
    {
      kind: 'todo',
      heading: t('What remains'),
      items: [odd, t('restore {path} by hand', { path: '/etc/login.defs' })],
    },
    { kind: 'verbatim', heading: t('Script'), text: `#!/bin/sh\necho ${odd}\n` },
  ];
}

/** A report of all of them. */
export function report(odd?: string): Report {
  return {
    title: t('harden-linux on {host}', { host: 'sandbox' }),
    verdict: 'findings',
    run: 'R-20261123-7F3KQ',
    sections: sections(odd),
    data: { rows: 2, odd: odd ?? '' },
    next: ["gxops runbook run harden-linux --input 'host=sandbox' --execute"],
  };
}
