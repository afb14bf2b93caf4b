/** Rules on access: modes of account and cron files, who may use cron and su, files that trust other hosts. */
import { t } from '../../core/text.ts';
import { rowsAt, unlessMalformed } from './account-facts.ts';
import { accountsOf, groupsOf } from './accounts.ts';
import { FAMILY_NEEDS, type Facts, familyOf, namesIn, placed, textAt, textFile } from './facts.ts';
import { linesOf, replaced } from './lines.ts';
import { withPamLineAfter } from './pam.ts';
import { PAM_NEEDS, stackOf } from './pam-facts.ts';
import { type Edit, held, type Judged, listed, type Rule } from './rule.ts';

interface Bound {
  readonly path: string;
  /** Bits that may stay. */
  readonly keep: number;
}

/** Paths that are there with more bits than allowed, or not root's. */
function tooOpen(
  facts: Facts,
  bounds: readonly Bound[],
): { path: string; keep: number; mode: number; owner: number; kind: string }[] {
  return bounds.flatMap(({ path, keep }) => {
    const { what } = placed(facts, path);
    if (what.kind === 'absent') return [];
    return (what.mode & ~keep) === 0 && what.owner === 0
      ? []
      : [{ path, keep, mode: what.mode, owner: what.owner, kind: what.kind }];
  });
}

function modesJudged(facts: Facts, bounds: readonly Bound[]): Judged {
  const open = tooOpen(facts, bounds).map(({ path, mode, owner }) => `${path} ${mode.toString(8)} uid ${owner}`);
  return held(open.length === 0, open.length === 0 ? t('none too open') : listed(open));
}

/** Not curable here: another owner, or a folder where only files can be changed. */
function modeEdits(facts: Facts, bounds: readonly Bound[], secret = false): Edit[] {
  const open = tooOpen(facts, bounds);
  const beyond = open.some(({ owner, kind }) => owner !== 0 || (facts.rooted && kind !== 'file'));
  if (beyond) return [];
  return open.map(({ path, keep }) => ({ kind: 'mode', path, keep, ...(secret ? { secret } : {}) }));
}

const PUBLIC = ['/etc/passwd', '/etc/group'].map((path) => ({ path, keep: 0o644 }));
const SHADOWS = ['/etc/shadow', '/etc/gshadow'].map((path) => ({ path, keep: 0o640 }));
const CRON: readonly Bound[] = [
  { path: '/etc/crontab', keep: 0o600 },
  ...['hourly', 'daily', 'weekly', 'monthly', 'd'].map((name) => ({ path: `/etc/cron.${name}`, keep: 0o700 })),
];
const filesOf = (bounds: readonly Bound[]) => bounds.map(({ path }) => ({ kind: 'file', path }) as const);

const ALLOW = '/etc/cron.allow';
const SPOOLS = ['/var/spool/cron', '/var/spool/cron/crontabs'] as const;
const NOT_USERS = new Set(['crontabs', 'atjobs', 'atspool', 'lastrun', 'tabs']);

const hasCron = (facts: Facts) => {
  const there = CRON.some(({ path }) => placed(facts, path).what.kind !== 'absent');
  return {
    applies: there,
    fact: there ? t('cron is set up') : t('no cron: neither /etc/crontab nor /etc/cron.* is there'),
  };
};

/** Accounts with a crontab of their own; they lose it when cron.allow leaves them out. */
function jobUsers(facts: Facts): string[] {
  const names = SPOOLS.flatMap((folder) => namesIn(facts, folder) ?? []).filter((name) => !NOT_USERS.has(name));
  return [...new Set(['root', ...names.filter((name) => /^[A-Za-z_][\w.-]*\$?$/.test(name))])];
}

function missingFromAllow(facts: Facts): string[] {
  const allowed = new Set(linesOf(textAt(facts, ALLOW)).map(({ body }) => body.trim()));
  return jobUsers(facts).filter((name) => name !== 'root' && !allowed.has(name));
}

function suWheel(facts: Facts): { ok: boolean; found: string } {
  const stack = stackOf(facts, 'auth', 'su');
  const at = stack.findIndex(({ module, control, args }) => {
    return (
      module === 'pam_wheel.so' &&
      /^requi(red|site)$/.test(control) &&
      args.includes('use_uid') &&
      !args.includes('trust')
    );
  });
  const way = stack.findIndex(({ module, control }) => module !== 'pam_rootok.so' && control === 'sufficient');
  const line = stack[at];
  const found = line
    ? `/etc/pam.d/${line.file}:${line.line} pam_wheel ${line.args.join(' ')}`
    : '- pam_wheel.so use_uid';
  return { ok: at >= 0 && (way < 0 || at < way), found };
}

function suEdits(facts: Facts): Edit[] {
  const members = groupsOf(textAt(facts, '/etc/group')).rows.find(({ name }) => name === 'wheel')?.members ?? [];
  const rootok = stackOf(facts, 'auth', 'su').some(({ module, file }) => module === 'pam_rootok.so' && file === 'su');
  if (members.length === 0 || !rootok || suWheel(facts).found.startsWith('/')) return [];
  return [{ kind: 'text', path: '/etc/pam.d/su', edit: withWheel }];
}

/** The line the distribution ships as a comment is uncommented; else one is put below pam_rootok. */
export function withWheel(text: string): string {
  const lines = linesOf(text);
  if (lines.some(({ body }) => /^\s*auth\s+required\s+pam_wheel\.so\b.*\buse_uid\b/.test(body))) return text;
  const at = lines.findIndex(({ body }) => /^\s*#\s*auth\s+required\s+pam_wheel\.so\s+use_uid\s*$/.test(body));
  const body = lines[at]?.body ?? '';
  if (at >= 0) return replaced(text, at, body.replace('#', ''));
  return withPamLineAfter(text, 'auth', 'pam_rootok.so', 'auth\t\trequired\tpam_wheel.so use_uid');
}

const TRUST = ['/etc/hosts.equiv', '/etc/ssh/shosts.equiv'] as const;
const HOME_FILES = ['.rhosts', '.shosts', '.netrc'] as const;

/** Files that trust a host or hold a password for one, in /etc and in the homes of accounts that can log in. */
function trusting(facts: Facts): string[] {
  const homes = homesOf(textAt(facts, '/etc/passwd'));
  const paths = [...TRUST, ...homes.flatMap((home) => HOME_FILES.map((name) => `${home}/${name}`))];
  return paths.filter((path) => {
    const { at, what } = placed(facts, path);
    return what.kind !== 'absent' && at !== '/dev/null';
  });
}

/** Home folders of accounts with a login shell, each once. */
export function homesOf(passwd: string): string[] {
  const open = accountsOf(passwd).rows.filter(
    ({ shell, home }) => !/(nologin|false|sync|shutdown|halt)$/.test(shell) && home.startsWith('/'),
  );
  return [...new Set(open.map(({ home }) => home.replace(/\/+$/, '')))].filter((home) => home !== '');
}

export const ACCESS_RULES: readonly Rule[] = [
  {
    id: 'LNX-AC-02',
    revision: 1,
    title: t('only root writes the account files'),
    why: t('Who writes /etc/passwd or /etc/group is root.'),
    severity: 'high',
    clauses: ['8.1.4.2f'],
    cis: '6.1.1, 6.1.4',
    lane: 'cheap',
    needs: filesOf(PUBLIC),
    wanted: () => t('at most 644, owner root'),
    layers: { file: (facts) => modesJudged(facts, PUBLIC) },
    fix: { cutsOff: false, edits: (facts) => modeEdits(facts, PUBLIC) },
    manual: t('chown root and chmod 644 for the named files.'),
    risk: { level: 0, blocks: t('nothing') },
  },
  {
    id: 'LNX-AC-03',
    revision: 1,
    title: t('password hashes are closed to others'),
    why: t('Who reads the hashes can guess passwords at leisure.'),
    severity: 'critical',
    clauses: ['8.1.4.2f', '8.1.4.8b'],
    cis: '6.1.6, 6.1.7, 6.1.8, 6.1.9',
    lane: 'cheap',
    needs: filesOf(SHADOWS),
    wanted: () => t('at most 640, owner root'),
    layers: { file: (facts) => modesJudged(facts, SHADOWS) },
    fix: { cutsOff: false, edits: (facts) => modeEdits(facts, SHADOWS, true) },
    manual: t('chown root and chmod 000 (Debian: 640 root:shadow) for the named files.'),
    risk: { level: 0, blocks: t('nothing') },
  },
  {
    id: 'LNX-AC-04',
    revision: 1,
    title: t('cron’s files are closed to others'),
    why: t('Job lists show paths, accounts and sometimes passwords.'),
    severity: 'medium',
    clauses: ['8.1.4.2f'],
    cis: '4.1.1.2',
    lane: 'cheap',
    needs: filesOf(CRON),
    applies: hasCron,
    wanted: () => t('crontab at most 600, cron.* at most 700, owner root'),
    layers: { file: (facts) => modesJudged(facts, CRON) },
    fix: { cutsOff: false, edits: (facts) => modeEdits(facts, CRON) },
    manual: t('chmod 600 /etc/crontab, chmod 700 for the folders /etc/cron.*.'),
    risk: { level: 0, blocks: t('nothing') },
  },
  {
    id: 'LNX-AC-05',
    revision: 1,
    title: t('only named accounts use cron'),
    why: t('Who may plan jobs may act while nobody looks. Trap: an account left out of the list loses its jobs.'),
    severity: 'medium',
    clauses: ['8.1.4.2d'],
    cis: '4.1.1.8',
    lane: 'cheap',
    needs: [
      ...filesOf(CRON),
      { kind: 'file', path: ALLOW },
      ...SPOOLS.map((path) => ({ kind: 'folder', path }) as const),
    ],
    applies: hasCron,
    wanted: () => t('/etc/cron.allow is there and names every account that has jobs'),
    layers: {
      file: (facts) => {
        if (!textFile(facts, ALLOW)) return held(false, t('/etc/cron.allow is absent'));
        const missing = missingFromAllow(facts);
        return held(
          missing.length === 0,
          missing.length === 0 ? t('all are named') : t('not named: {names}', { names: listed(missing) }),
        );
      },
    },
    fix: {
      cutsOff: false,
      edits: (facts) => {
        const names = textFile(facts, ALLOW) ? missingFromAllow(facts) : jobUsers(facts);
        const add = (text: string): string =>
          (text === '' || text.endsWith('\n') ? text : `${text}\n`) + names.map((name) => `${name}\n`).join('');
        return [{ kind: 'text', path: ALLOW, mode: 0o600, edit: add }];
      },
    },
    manual: t('Write every account that has jobs into /etc/cron.allow.'),
    risk: { level: 3, blocks: t('scheduled jobs of an account that is not in the list') },
  },
  {
    id: 'LNX-AC-06',
    revision: 1,
    title: t('only administrators become another user with su'),
    why: t(
      'With su every account that learns a password becomes that account. Trap: scripts that call su - oracle without being root stop.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.2d'],
    cis: '4.3.7',
    lane: 'cheap',
    needs: [...PAM_NEEDS, { kind: 'file', path: '/etc/group' }],
    applies: (facts) => {
      const there = (namesIn(facts, '/etc/pam.d') ?? []).includes('su');
      return { applies: there, fact: there ? t('/etc/pam.d/su is there') : t('no su: /etc/pam.d/su is absent') };
    },
    wanted: () => 'auth required pam_wheel.so use_uid',
    layers: {
      file: (facts) => {
        const { ok, found } = suWheel(facts);
        return held(ok, found);
      },
    },
    fix: { cutsOff: true, edits: suEdits },
    manual: t(
      'Put the administrators into wheel, then require pam_wheel with use_uid in /etc/pam.d/su, below pam_rootok.',
    ),
    risk: { level: 2, blocks: t('scripts in which an ordinary account calls su') },
  },
  {
    id: 'LNX-AC-13',
    revision: 1,
    title: t('no file trusts another host'),
    why: t(
      'rhosts and hosts.equiv let in whoever owns the named host; .netrc holds passwords in clear. Trap: old rcp, rsh and ftp scripts use them.',
    ),
    severity: 'high',
    clauses: ['8.1.4.1c', '8.1.4.2b'],
    cis: '6.2.11',
    lane: 'cheap',
    needs: [
      { kind: 'file', path: '/etc/passwd' },
      ...TRUST.map((path) => ({ kind: 'file', path }) as const),
      { kind: 'homes', names: HOME_FILES },
    ],
    wanted: () => t('none'),
    layers: {
      file: (facts) => {
        const accounts = rowsAt(facts, '/etc/passwd', accountsOf);
        const there = trusting(facts);
        const judged = held(there.length === 0, there.length === 0 ? t('none') : listed(there));
        return unlessMalformed(accounts, '/etc/passwd', judged);
      },
    },
    fix: {
      cutsOff: false,
      // A .netrc is a person's own and holds passwords: it never becomes part of a plan.
      edits: (facts) => {
        const there = trusting(facts);
        if (there.some((path) => path.endsWith('/.netrc'))) return [];
        return there.map((path) => ({ kind: 'remove', path }));
      },
    },
    manual: t('Ask the owner what uses the file, replace it by SSH keys, then move it away.'),
    risk: { level: 2, blocks: t('old rcp, rsh and ftp scripts') },
  },
  {
    id: 'LNX-AC-16',
    revision: 1,
    title: t('SELinux is not switched off'),
    why: t(
      'Switched off, labels decay and cannot be switched on again without relabelling. Trap: Oracle, Elasticsearch and nginx paths; permissive first.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.2g'],
    cis: '1.5.1.4',
    lane: 'cheap',
    needs: [
      ...FAMILY_NEEDS,
      { kind: 'file', path: '/etc/selinux/config' },
      { kind: 'folder', path: '/sys/fs/selinux', running: true },
    ],
    applies: (facts) => {
      const { family, name } = familyOf(facts);
      return { applies: family === 'el', fact: t('the distribution is {name}', { name }) };
    },
    wanted: () => t('enforcing or permissive, in the file and in the kernel'),
    layers: {
      file: (facts) => {
        const value = /^\s*SELINUX\s*=\s*(\w+)/m.exec(textAt(facts, '/etc/selinux/config'))?.[1] ?? '';
        return held(/^(enforcing|permissive)$/i.test(value), `SELINUX=${value}`);
      },
      running: (facts) => {
        const there = (namesIn(facts, '/sys/fs/selinux') ?? []).includes('enforce');
        return held(there, there ? t('the kernel has it') : t('the kernel does not have it'));
      },
    },
    manual: t('Set SELINUX=permissive, relabel at the next start, watch for a week, then enforce.'),
    risk: { level: 3, blocks: t('services whose files carry wrong labels; the next start') },
  },
];
