/** Rules on passwords: /etc/login.defs, the quality and history modules, hashes, and locking after failed logins. */
import { type Text, t } from '../../core/text.ts';
import { rowsAt, unlessMalformed } from './account-facts.ts';
import { shadowOf } from './accounts.ts';
import { type Facts, textAt, textFilesIn } from './facts.ts';
import { type PamLine, pamArg, withPamArg } from './pam.ts';
import { PAM_NEEDS, pamServices, stackOf } from './pam-facts.ts';
import { type Edit, held, type Judged, listed, type Params, type Rule } from './rule.ts';
import { EQUALS_CONF, LOGIN_DEFS, settingOf, withSetting } from './settings.ts';

const DEFS = '/etc/login.defs';
const QUALITY = '/etc/security/pwquality.conf';
const HISTORY = '/etc/security/pwhistory.conf';
const FAILLOCK = '/etc/security/faillock.conf';

/** A setting of login.defs as a person finds it: key, value, place. */
function defFound(facts: Facts, key: string): { value: string | undefined; found: Text } {
  const setting = settingOf(textAt(facts, DEFS), LOGIN_DEFS, key);
  const found = setting ? `${key} ${setting.value} (${DEFS}:${setting.line})` : t('{key} is not set', { key });
  return { value: setting?.value, found };
}

function inDefs(
  rule: Pick<Rule, 'id' | 'title' | 'why' | 'params' | 'wanted' | 'risk'> & { cis?: string },
  key: string,
): Rule {
  const param = Object.entries(rule.params ?? {})[0] ?? ['max', { value: 0, tighter: 'lower' as const }];
  const within = (value: string | undefined, limit: number): boolean => {
    if (value === undefined || !/^\d+$/.test(value)) return false;
    return param[1].tighter === 'lower' ? Number(value) >= 1 && Number(value) <= limit : Number(value) >= limit;
  };
  const set = (params: Params): string => String(params[param[0]]);
  return {
    ...rule,
    revision: 1,
    severity: 'medium',
    clauses: ['8.1.4.1a'],
    lane: 'cheap',
    needs: [{ kind: 'file', path: DEFS }],
    layers: {
      file: (facts, params) => {
        const { value, found } = defFound(facts, key);
        return held(within(value, Number(set(params))), found);
      },
    },
    fix: {
      cutsOff: false,
      edits: (_facts, params) => [
        { kind: 'text', path: DEFS, edit: (text) => withSetting(text, LOGIN_DEFS, key, set(params)) },
      ],
    },
    manual: t('Set {key} in /etc/login.defs.', { key }),
  };
}

const numberOf = (value: string | undefined): number => (/^[+-]?\d+$/.test(value ?? '') ? Number(value) : Number.NaN);

/** What pwquality enforces for one stack: arguments of the module over its file, which is read after its drop-ins. */
function quality(facts: Facts, line: PamLine): (key: string) => { value: number; byArg: boolean } {
  const texts = [...textFilesIn(facts, `${QUALITY}.d`, '.conf').map(({ text }) => text), textAt(facts, QUALITY)];
  return (key) => {
    const arg = pamArg(line, key);
    const set = texts.flatMap((text) => settingOf(text, EQUALS_CONF, key) ?? []).at(-1)?.value;
    return { value: numberOf(arg ?? set ?? (key === 'minlen' ? '8' : '0')), byArg: arg !== undefined };
  };
}

const CREDITS = ['dcredit', 'ucredit', 'lcredit', 'ocredit'] as const;

function qualityJudged(facts: Facts, { minlen, minclass }: Params): Judged {
  const each = pamServices(facts, 'password').map((service) => {
    const line = stackOf(facts, 'password', service).find(({ module }) => module === 'pam_pwquality.so');
    if (!line) return { ok: false, found: `${service}: - pam_pwquality` };
    const of = quality(facts, line);
    const credits = CREDITS.map((key) => of(key).value);
    const ok =
      of('minlen').value >= Number(minlen) &&
      (of('minclass').value >= Number(minclass) || credits.every((credit) => credit <= -1));
    const shown = `minlen ${of('minlen').value}, minclass ${of('minclass').value}, credits ${credits.join('/')}`;
    return { ok, found: `${service}: ${shown}` };
  });
  return held(each.length > 0 && each.every(({ ok }) => ok), each.map(({ found }) => found).join('; '));
}

function qualityEdits(facts: Facts, { minlen, minclass }: Params): Edit[] {
  const lines = pamServices(facts, 'password').map((service) =>
    stackOf(facts, 'password', service).find(({ module }) => module === 'pam_pwquality.so'),
  );
  const known = lines.flatMap((line) => (line ? [quality(facts, line)] : []));
  const byArg = known.some((of) => ['minlen', 'minclass', ...CREDITS].some((key) => of(key).byArg));
  if (known.length !== lines.length || byArg) return [];
  const short = known.some((of) => !(of('minlen').value >= Number(minlen)));
  const plain = known.some(
    (of) => !(of('minclass').value >= Number(minclass)) && !CREDITS.every((key) => of(key).value <= -1),
  );
  const wanted = [...(short ? [['minlen', minlen]] : []), ...(plain ? [['minclass', minclass]] : [])];
  return wanted.map(([key, value]) => ({
    kind: 'text',
    path: QUALITY,
    edit: (text) => withSetting(text, EQUALS_CONF, String(key), String(value)),
  }));
}

interface Remembered {
  readonly service: string;
  readonly value: number;
  readonly line?: PamLine;
}

/** How many old passwords one stack refuses: pam_pwhistory by argument or file, else pam_unix by argument. */
function remembered(facts: Facts): Remembered[] {
  const conf = settingOf(textAt(facts, HISTORY), EQUALS_CONF, 'remember')?.value;
  return pamServices(facts, 'password').map((service) => {
    const stack = stackOf(facts, 'password', service);
    const line = stack.find(({ module }) => module === 'pam_pwhistory.so');
    if (line) return { service, line, value: numberOf(pamArg(line, 'remember') ?? conf ?? '10') };
    const unix = stack.find((one) => one.module === 'pam_unix.so' && pamArg(one, 'remember') !== undefined);
    return { service, value: unix ? numberOf(pamArg(unix, 'remember')) : 0, ...(unix ? { line: unix } : {}) };
  });
}

function historyEdits(facts: Facts, { remember }: Params): Edit[] {
  const short = remembered(facts).filter(({ value }) => !(value >= Number(remember)));
  if (short.some(({ line }) => line === undefined)) return [];
  const edits = short.flatMap(({ line }): Edit[] => {
    if (!line) return [];
    const edit = (text: string): string => withPamArg(text, 'password', line.module, 'remember', String(remember));
    return [{ kind: 'text', path: `/etc/pam.d/${line.file}`, edit }];
  });
  return [...new Map(edits.map((edit) => [JSON.stringify(edit), edit])).values()];
}

const STRONG = /^(SHA512|YESCRYPT|GOST_YESCRYPT|SM3)$/i;
const WEAK_ARGS = ['md5', 'bigcrypt', 'sha256', 'blowfish'];

function hashJudged(facts: Facts): Judged {
  const { value, found } = defFound(facts, 'ENCRYPT_METHOD');
  if (!STRONG.test(value ?? '')) return held(false, found);
  const lines = pamServices(facts, 'password').flatMap((service) => stackOf(facts, 'password', service));
  const weak = lines.find(
    ({ module, args }) => module === 'pam_unix.so' && args.some((arg) => WEAK_ARGS.includes(arg)),
  );
  if (weak) return held(false, `pam_unix ${weak.args.join(' ')} (/etc/pam.d/${weak.file}:${weak.line})`);
  const entries = rowsAt(facts, '/etc/shadow', shadowOf);
  const names = entries.rows.filter(({ scheme }) => scheme === '1' || scheme === 'des').map(({ name }) => name);
  const judged = held(
    names.length === 0,
    names.length === 0 ? found : t('weak hashes of {names}', { names: listed(names) }),
  );
  return unlessMalformed(entries, '/etc/shadow', judged);
}

function lockJudged(facts: Facts, { deny, unlock }: Params): Judged {
  const conf = (key: string) => settingOf(textAt(facts, FAILLOCK), EQUALS_CONF, key)?.value;
  const each = pamServices(facts, 'auth').map((service) => {
    const lines = stackOf(facts, 'auth', service).filter(({ module }) => module === 'pam_faillock.so');
    const both = ['preauth', 'authfail'].every((word) => lines.some(({ args }) => args.includes(word)));
    if (!both) return { ok: false, found: `${service}: - pam_faillock preauth + authfail` };
    const tries = lines.map((line) => numberOf(pamArg(line, 'deny') ?? conf('deny') ?? '3'));
    const seconds = lines.map((line) => lockSeconds(pamArg(line, 'unlock_time') ?? conf('unlock_time') ?? '600'));
    const ok = tries.every((n) => n >= 1 && n <= Number(deny)) && seconds.every((n) => n >= Number(unlock));
    return { ok, found: `${service}: deny ${tries[0]}, unlock_time ${seconds[0]}` };
  });
  return held(each.length > 0 && each.every(({ ok }) => ok), each.map(({ found }) => found).join('; '));
}

/** 0 and `never` both keep the account locked until a person unlocks it. */
function lockSeconds(value: string): number {
  return value === 'never' || value === '0' ? Number.POSITIVE_INFINITY : numberOf(value);
}

const WITH_PAM = {
  applies: (facts: Facts) => {
    const services = pamServices(facts, 'password');
    const fact =
      services.length === 0
        ? t('no shared PAM stack below /etc/pam.d')
        : t('PAM stacks: {names}', { names: services.join(', ') });
    return { applies: services.length > 0, fact };
  },
};

export const PASSWORD_RULES: readonly Rule[] = [
  inDefs(
    {
      id: 'LNX-ID-05',
      title: t('passwords last at most 90 days'),
      why: t('A stolen password should stop working by itself. It counts for accounts made from now on.'),
      cis: '4.5.1.2',
      params: { max: { value: 90, tighter: 'lower', min: 1, max: 365 } },
      wanted: ({ max = 90 }) => t('PASS_MAX_DAYS from 1 to {max}', { max }),
      risk: { level: 0, blocks: t('nothing; new accounts only') },
    },
    'PASS_MAX_DAYS',
  ),
  inDefs(
    {
      id: 'LNX-ID-07',
      title: t('a new password stays at least one day'),
      why: t('Without it the history is walked round by changing the password several times in a row.'),
      params: { min: { value: 1, tighter: 'higher', min: 0, max: 30 } },
      wanted: ({ min = 1 }) => t('PASS_MIN_DAYS at least {min}', { min }),
      risk: { level: 0, blocks: t('nothing; new accounts only') },
    },
    'PASS_MIN_DAYS',
  ),
  inDefs(
    {
      id: 'LNX-ID-08',
      title: t('a warning comes 7 days before a password expires'),
      why: t('Who is warned in time does not stand before a locked door during a fault.'),
      cis: '4.5.1.3',
      params: { min: { value: 7, tighter: 'higher', min: 0, max: 60 } },
      wanted: ({ min = 7 }) => t('PASS_WARN_AGE at least {min}', { min }),
      risk: { level: 0, blocks: t('nothing') },
    },
    'PASS_WARN_AGE',
  ),
  {
    ...WITH_PAM,
    id: 'LNX-ID-09',
    revision: 1,
    title: t('passwords have a length and several kinds of characters'),
    why: t('Short passwords are guessed. It counts for the next change of a password; nobody is locked out.'),
    severity: 'high',
    clauses: ['8.1.4.1a'],
    cis: '4.4.3.2.2, 4.4.3.2.3',
    lane: 'cheap',
    needs: [...PAM_NEEDS, { kind: 'file', path: QUALITY }, { kind: 'folder', path: `${QUALITY}.d`, files: '.conf' }],
    params: {
      minlen: { value: 8, tighter: 'higher', min: 6, max: 64 },
      minclass: { value: 3, tighter: 'higher', min: 0, max: 4 },
    },
    wanted: ({ minlen = 8, minclass = 3 }) =>
      t('pam_pwquality with minlen {minlen} and minclass {minclass} (or four credits of -1)', { minlen, minclass }),
    layers: { file: qualityJudged },
    fix: { cutsOff: false, edits: qualityEdits },
    manual: t('Put pam_pwquality into the password stack with authselect or pam-auth-update, and set pwquality.conf.'),
    risk: { level: 1, blocks: t('the next password change only') },
  },
  {
    ...WITH_PAM,
    id: 'LNX-ID-10',
    revision: 1,
    title: t('the last five passwords are refused'),
    why: t(
      'Without a history a change is no change. Trap: a module in the wrong place of the stack locks everybody out.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.1a'],
    cis: '4.4.3.3.1',
    lane: 'cheap',
    needs: [...PAM_NEEDS, { kind: 'file', path: HISTORY }],
    params: { remember: { value: 5, tighter: 'higher', min: 0, max: 24 } },
    wanted: ({ remember = 5 }) => t('remember at least {remember}', { remember }),
    layers: {
      file: (facts, { remember }) => {
        const all = remembered(facts);
        const found = all.map(({ service, value }) => `${service}: remember ${value}`).join('; ');
        return held(all.length > 0 && all.every(({ value }) => value >= Number(remember)), found);
      },
    },
    fix: { cutsOff: true, edits: historyEdits },
    manual: t(
      'Put pam_pwhistory with use_authtok before pam_unix in the password stack, with a root session kept open.',
    ),
    risk: { level: 3, blocks: t('password changes; all logins where the order of the stack is broken') },
  },
  {
    ...WITH_PAM,
    id: 'LNX-ID-11',
    revision: 1,
    title: t('passwords are kept as strong hashes'),
    why: t('MD5 and DES hashes are broken in hours. SHA-512, yescrypt and SM3 are accepted.'),
    severity: 'high',
    clauses: ['8.1.4.8b'],
    cis: '4.5.1.1, 4.4.3.4.3',
    lane: 'cheap',
    needs: [...PAM_NEEDS, { kind: 'file', path: DEFS }, { kind: 'file', path: '/etc/shadow' }],
    wanted: () => t('ENCRYPT_METHOD SHA512, YESCRYPT or SM3, pam_unix agreeing, no account with an old hash'),
    layers: { file: hashJudged },
    fix: {
      cutsOff: false,
      edits: (facts) =>
        STRONG.test(defFound(facts, 'ENCRYPT_METHOD').value ?? '')
          ? []
          : [{ kind: 'text', path: DEFS, edit: (text) => withSetting(text, LOGIN_DEFS, 'ENCRYPT_METHOD', 'SHA512') }],
    },
    manual: t('Change the hash in the pam_unix line, then have the named accounts set new passwords.'),
    risk: { level: 1, blocks: t('programs of their own that only know old hashes') },
  },
  {
    ...WITH_PAM,
    id: 'LNX-ID-12',
    revision: 1,
    title: t('accounts lock after failed logins'),
    why: t('Guessing must become slow. Trap: a job with a wrong password then locks an account that others share.'),
    severity: 'high',
    clauses: ['8.1.4.1b'],
    cis: '4.4.3.1.1, 4.4.3.1.2',
    lane: 'cheap',
    needs: [...PAM_NEEDS, { kind: 'file', path: FAILLOCK }],
    params: {
      deny: { value: 5, tighter: 'lower', min: 1, max: 20 },
      unlock: { value: 300, tighter: 'higher', min: 0, max: 86400 },
    },
    wanted: ({ deny = 5, unlock = 300 }) =>
      t('pam_faillock before and after the password, deny 1 to {deny}, unlock_time at least {unlock} s', {
        deny,
        unlock,
      }),
    layers: { file: lockJudged },
    manual: t(
      'authselect enable-feature with-faillock (or the distribution’s way), then deny and unlock_time in faillock.conf.',
    ),
    risk: { level: 3, blocks: t('a shared account that a job locks with a wrong password') },
  },
];
