/** Rules on records: the audit daemon's behaviour when space runs out, the journal's keeping, logs sent away. */
import { t } from '../../core/text.ts';
import { exists, type Facts, namesIn, placed, type TextFile, textAt, textFile, textFilesIn } from './facts.ts';
import { type Edit, held, type Judged, listed, type Params, type Rule } from './rule.ts';
import { AUDITD_CONF, JOURNALD_CONF, settingOf, withSetting } from './settings.ts';

const AUDITD = '/etc/audit/auditd.conf';
const STOPPING = ['space_left_action', 'admin_space_left_action', 'disk_full_action', 'disk_error_action'] as const;

const auditSetting = (facts: Facts, key: string): string =>
  settingOf(textAt(facts, AUDITD), AUDITD_CONF, key)?.value ?? '';
const stopping = (facts: Facts): string[] =>
  STOPPING.filter((key) => /^(halt|single)$/i.test(auditSetting(facts, key)));

function auditJudged(facts: Facts, { signed }: Params): Judged {
  const keep = auditSetting(facts, 'max_log_file_action');
  const halts = signed === '' ? stopping(facts) : [];
  const words = [`max_log_file_action = ${keep || '-'}`, ...halts.map((key) => `${key} = ${auditSetting(facts, key)}`)];
  return held(/^keep_logs$/i.test(keep) && halts.length === 0, listed(words));
}

function auditEdits(facts: Facts, { signed }: Params): Edit[] {
  const set = (key: string, value: string): Edit => ({
    kind: 'text',
    path: AUDITD,
    edit: (text) => withSetting(text, AUDITD_CONF, key, value),
  });
  const keep = /^keep_logs$/i.test(auditSetting(facts, 'max_log_file_action'))
    ? []
    : [set('max_log_file_action', 'keep_logs')];
  return [...keep, ...(signed === '' ? stopping(facts).map((key) => set(key, 'SYSLOG')) : [])];
}

const JOURNALD = '/etc/systemd/journald.conf';
const DROP_INS = ['/usr/lib/systemd/journald.conf.d', '/etc/systemd/journald.conf.d'] as const;
const OWN = '/etc/systemd/journald.conf.d/zz-gxops.conf';

/** Main file first, then drop-ins by name; one below /etc hides its namesake below /usr/lib. */
function journalFiles(facts: Facts): TextFile[] {
  const main = textFile(facts, JOURNALD) ?? textFile(facts, '/usr/lib/systemd/journald.conf');
  const byName = new Map(
    DROP_INS.flatMap((folder) => textFilesIn(facts, folder, '.conf')).map((file) => [
      file.path.slice(file.path.lastIndexOf('/')),
      file,
    ]),
  );
  const dropIns = [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  return [...(main ? [main] : []), ...dropIns];
}

function journalSetting(facts: Facts, key: string): { value: string; path: string } | undefined {
  return journalFiles(facts)
    .flatMap(({ path, text }) => {
      const setting = settingOf(text, JOURNALD_CONF, key);
      return setting ? [{ value: setting.value, path }] : [];
    })
    .at(-1);
}

function journalKeeps(facts: Facts): boolean {
  const storage = journalSetting(facts, 'Storage')?.value.toLowerCase() ?? 'auto';
  return storage === 'persistent' || (storage === 'auto' && namesIn(facts, '/var/log/journal') !== undefined);
}

function journalJudged(facts: Facts): Judged {
  const max = journalSetting(facts, 'SystemMaxUse')?.value ?? '';
  const found = `Storage=${journalSetting(facts, 'Storage')?.value ?? 'auto'}, SystemMaxUse=${max || '-'}`;
  return held(journalKeeps(facts) && /^\d+(\.\d+)?[KMGTPE]?$/i.test(max), found);
}

function journalEdits(facts: Facts, { size }: Params): Edit[] {
  const set = (key: string, value: string): Edit => {
    const there = journalSetting(facts, key)?.path;
    const dropIns = journalFiles(facts).length > 1;
    const path = there?.startsWith('/etc/')
      ? there
      : there === undefined && !dropIns && exists(facts, JOURNALD)
        ? JOURNALD
        : OWN;
    return { kind: 'text', path, mode: 0o644, edit: (text) => withSetting(text, JOURNALD_CONF, key, value) };
  };
  const max = journalSetting(facts, 'SystemMaxUse')?.value ?? '';
  const sized = /^\d+(\.\d+)?[KMGTPE]?$/i.test(max);
  return [
    ...(journalKeeps(facts) ? [] : [set('Storage', 'persistent')]),
    ...(sized ? [] : [set('SystemMaxUse', `${size}M`)]),
  ];
}

function rsyslogText(facts: Facts): string {
  const texts = [
    textAt(facts, '/etc/rsyslog.conf'),
    ...textFilesIn(facts, '/etc/rsyslog.d', '.conf').map(({ text }) => text),
  ];
  return texts.join('\n').replace(/^\s*#.*$/gm, '');
}

export const LOG_RULES: readonly Rule[] = [
  {
    id: 'LNX-AU-03',
    revision: 1,
    title: t('audit records are kept, and a full disk does not stop the host'),
    why: t(
      'Records that rotate away are gone when they are asked for. Trap: halt and single stop the host when the disk is full; keep_logs fills it, so old files must be archived. It takes effect at the next start of auditd.',
    ),
    severity: 'high',
    clauses: ['8.1.4.3c'],
    cis: '5.2.2.2, 5.2.2.3',
    lane: 'cheap',
    needs: [{ kind: 'file', path: AUDITD }],
    applies: (facts) => {
      const there = placed(facts, AUDITD).what.kind !== 'absent';
      return {
        applies: there,
        fact: there ? t('auditd is installed') : t('auditd is not installed: {path} is absent', { path: AUDITD }),
      };
    },
    params: { signed: { value: '', tighter: 'fewer' } },
    wanted: () => t('max_log_file_action keep_logs; no halt and no single unless signed for'),
    layers: { file: auditJudged },
    fix: { cutsOff: false, edits: auditEdits },
    manual: t(
      'Set max_log_file_action = keep_logs and SYSLOG instead of halt or single in auditd.conf; archive old files.',
    ),
    risk: { level: 3, blocks: t('the whole host, where halt or single stays; the disk, where nobody archives') },
  },
  {
    id: 'LNX-AU-06',
    revision: 1,
    title: t('logs also go to a log host'),
    why: t(
      'Who breaks in deletes what is kept here. Trap: without a queue on disk a silent log host blocks the writers.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.3c'],
    cis: '5.1.1.6',
    lane: 'cheap',
    needs: [
      { kind: 'file', path: '/etc/rsyslog.conf' },
      { kind: 'folder', path: '/etc/rsyslog.d', files: '.conf' },
    ],
    applies: (facts) => {
      const there = placed(facts, '/etc/rsyslog.conf').what.kind !== 'absent';
      return { applies: there, fact: there ? t('rsyslog is installed') : t('no rsyslog: /etc/rsyslog.conf is absent') };
    },
    wanted: () => t('an omfwd action with a disk queue'),
    layers: {
      file: (facts) => {
        const text = rsyslogText(facts);
        const sent = /type\s*=\s*"omfwd"/i.test(text) || /^\s*[^\s$]+\s+@@?[^\s@]/m.test(text);
        const queued = /queue\.filename\s*=|\$ActionQueueFileName\b/i.test(text);
        const found = !sent
          ? t('nothing is sent')
          : queued
            ? t('sent, with a disk queue')
            : t('sent, without a disk queue');
        return held(sent && queued, found);
      },
    },
    manual: t('Add an omfwd action with queue.filename and action.resumeRetryCount="-1" to rsyslog.'),
    risk: { level: 2, blocks: t('programs that log, where the log host is silent and there is no queue') },
  },
  {
    id: 'LNX-AU-08',
    revision: 1,
    title: t('the system journal survives a restart and has a bound'),
    why: t(
      'A journal in memory is gone after the restart that it should explain. Trap: without a bound it fills the disk. It takes effect at the next start of systemd-journald.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.3c'],
    cis: '5.1.2.4',
    lane: 'cheap',
    needs: [
      { kind: 'file', path: JOURNALD },
      { kind: 'file', path: '/usr/lib/systemd/journald.conf' },
      ...DROP_INS.map((path) => ({ kind: 'folder', path, files: '.conf' }) as const),
      { kind: 'folder', path: '/var/log/journal' },
      { kind: 'file', path: OWN },
    ],
    applies: (facts) => {
      const there = [JOURNALD, '/usr/lib/systemd/journald.conf'].some(
        (path) => placed(facts, path).what.kind !== 'absent',
      );
      return {
        applies: there,
        fact: there ? t('systemd-journald is installed') : t('no systemd-journald: journald.conf is absent'),
      };
    },
    params: { size: { value: 2048, tighter: 'higher', min: 64, max: 65536 } },
    wanted: () => t('Storage=persistent (or auto with /var/log/journal) and SystemMaxUse set'),
    layers: { file: journalJudged },
    fix: { cutsOff: false, edits: journalEdits },
    manual: t('Set Storage=persistent and SystemMaxUse in journald.conf, then restart systemd-journald.'),
    risk: { level: 1, blocks: t('nothing while the disk has room') },
  },
];
