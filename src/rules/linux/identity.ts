/** Rules on accounts: who is root, who may log in, whose password is missing, weak or endless. */
import { t } from '../../core/text.ts';
import { rowsAt, unlessMalformed } from './account-facts.ts';
import { accountsOf, shadowOf } from './accounts.ts';
import { held, listed, namesOf, type Rule } from './rule.ts';

const PASSWD = { kind: 'file', path: '/etc/passwd' } as const;
const SHADOW = { kind: 'file', path: '/etc/shadow' } as const;

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))];
}

const NO_LOGIN = /(^|\/)(nologin|false)$/;

export const IDENTITY_RULES: readonly Rule[] = [
  {
    id: 'LNX-ID-01',
    revision: 1,
    title: t('only root has UID 0'),
    why: t('A second account with UID 0 is root under a name that nobody watches.'),
    severity: 'critical',
    clauses: ['8.1.4.1a', '8.1.4.2c'],
    cis: '6.2.9',
    lane: 'cheap',
    needs: [PASSWD],
    wanted: () => t('root alone'),
    layers: {
      file: (facts) => {
        const accounts = rowsAt(facts, '/etc/passwd', accountsOf);
        const names = accounts.rows.filter(({ uid }) => uid === 0).map(({ name }) => name);
        return unlessMalformed(accounts, '/etc/passwd', held(names.join() === 'root', listed(names)));
      },
    },
    manual: t('Give the account a UID of its own with usermod -u, then give it its files.'),
    risk: { level: 3, blocks: t('scripts of that account that count on being root') },
  },
  {
    id: 'LNX-ID-02',
    revision: 1,
    title: t('no account without a password'),
    why: t('An empty password field lets anybody in who knows the name.'),
    severity: 'critical',
    clauses: ['8.1.4.1a'],
    cis: '6.2.2',
    lane: 'cheap',
    needs: [SHADOW],
    wanted: () => t('none'),
    layers: {
      file: (facts) => {
        const entries = rowsAt(facts, '/etc/shadow', shadowOf);
        const names = entries.rows.filter(({ password }) => password === 'none').map(({ name }) => name);
        const found = names.length === 0 ? t('none') : listed(names);
        return unlessMalformed(entries, '/etc/shadow', held(names.length === 0, found));
      },
    },
    manual: t('Lock the account with passwd -l after its owner has named every job that uses it.'),
    risk: { level: 2, blocks: t('a service that logs in to the account without a password') },
  },
  {
    id: 'LNX-ID-03',
    revision: 1,
    title: t('user names and UIDs are unique'),
    why: t('Two names with one UID are one account to the kernel, and the audit trail cannot tell them apart.'),
    severity: 'high',
    clauses: ['8.1.4.1a'],
    cis: '6.2.4, 6.2.6',
    lane: 'cheap',
    needs: [PASSWD],
    wanted: () => t('no name and no UID twice'),
    layers: {
      file: (facts) => {
        const accounts = rowsAt(facts, '/etc/passwd', accountsOf);
        const names = repeated(accounts.rows.map(({ name }) => name));
        const uids = repeated(accounts.rows.map(({ uid }) => String(uid)));
        const twice = [...names, ...uids.map((uid) => `UID ${uid}`)];
        const found = twice.length === 0 ? t('none twice') : t('twice: {names}', { names: listed(twice) });
        return unlessMalformed(accounts, '/etc/passwd', held(twice.length === 0, found));
      },
    },
    manual: t('Give one of them another UID with usermod -u and change the owner of its files.'),
    risk: { level: 2, blocks: t('programs that lose access to files of the account') },
  },
  {
    id: 'LNX-ID-04',
    revision: 1,
    title: t('system accounts cannot log in'),
    why: t(
      'A system account with a shell is a way in that nobody uses and nobody would miss. Trap: cron jobs and su - of the account need its shell.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.2c'],
    cis: '4.5.2.3',
    lane: 'cheap',
    needs: [PASSWD],
    params: { allow: { value: 'root sync shutdown halt oracle grid ogg', tighter: 'fewer' } },
    wanted: ({ allow = '' }) => t('nologin or false for UIDs below 1000 except {allow}', { allow: String(allow) }),
    layers: {
      file: (facts, { allow }) => {
        const allowed = new Set(namesOf(allow));
        const accounts = rowsAt(facts, '/etc/passwd', accountsOf);
        const open = accounts.rows.filter(
          ({ uid, name, shell }) => uid < 1000 && !allowed.has(name) && !NO_LOGIN.test(shell),
        );
        const names = open.map(({ name, shell }) => `${name} (${shell || '/bin/sh'})`);
        const found = names.length === 0 ? t('none with a shell') : listed(names);
        return unlessMalformed(accounts, '/etc/passwd', held(names.length === 0, found));
      },
    },
    manual: t('usermod -s /sbin/nologin for the account, after its cron jobs have been looked at.'),
    risk: { level: 2, blocks: t('cron jobs of the account, and su - to it') },
  },
  {
    id: 'LNX-ID-06',
    revision: 1,
    title: t('passwords of existing accounts expire'),
    why: t(
      'login.defs counts for new accounts only. Trap: an expired password of a service account stops its cron jobs and SSH jobs, so exceptions are named.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.1a'],
    cis: '4.5.1.2',
    lane: 'cheap',
    needs: [SHADOW],
    params: {
      max: { value: 90, tighter: 'lower', min: 1, max: 365 },
      exempt: { value: 'oracle grid ogg', tighter: 'fewer' },
    },
    wanted: ({ max = 90, exempt = '' }) =>
      t('at most {max} days for every account with a password except {exempt}', { max, exempt: String(exempt) }),
    layers: {
      file: (facts, { max, exempt }) => {
        const excused = new Set(namesOf(exempt));
        const entries = rowsAt(facts, '/etc/shadow', shadowOf);
        const late = entries.rows.filter(
          ({ name, password, maxDays }) =>
            password === 'set' && !excused.has(name) && (maxDays === undefined || maxDays > Number(max)),
        );
        const names = late.map(({ name, maxDays }) => `${name} (${maxDays ?? '∞'})`);
        const found = names.length === 0 ? t('all expire in time') : listed(names);
        return unlessMalformed(entries, '/etc/shadow', held(names.length === 0, found));
      },
    },
    manual: t('chage -M for each account, after the jobs that log in with it have been moved to keys.'),
    risk: { level: 3, blocks: t('cron and SSH jobs of accounts whose password expires (oracle, ogg, applications)') },
  },
];
