/** Rules on the SSH server. Its own defaults count as values; a fault in these files can cut everybody off. */
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { type Facts, namesIn, placed } from './facts.ts';
import { type Edit, held, type Judged, listed, type Params, type Rule, undecided } from './rule.ts';
import { sshdSeconds, withDirective, wordsOf } from './sshd.ts';
import {
  hasSshd,
  keywordInFiles,
  SSHD_CONFIG,
  SSHD_NEEDS,
  sshdConditional,
  sshdEffective,
  sshdInFiles,
} from './sshd-facts.ts';

/** A keyword, OpenSSH's default, whether a value will do, and the value that mends it. */
interface Want {
  readonly keyword: string;
  readonly standard: string;
  ok(value: string, params: Params): boolean;
  mend(params: Params): string;
}

const is = (keyword: string, standard: string, wanted: string, ...also: readonly string[]): Want => ({
  keyword,
  standard,
  ok: (value) => [wanted, ...also].some((one) => one.toLowerCase() === value.toLowerCase()),
  mend: () => wanted,
});

/**
 * One judgement over several keywords. Where `sshd -T` should answer and cannot, a fault seen in the files is still a
 * fail, but a clean file alone is not a pass.
 */
function keywordsJudged(facts: Facts, params: Params, wants: readonly Want[]): Judged {
  const each = wants.map(({ keyword, standard, ok }) => {
    const bad = sshdConditional(facts, keyword).find(({ value }) => !ok(value, params));
    if (bad)
      return {
        ok: false,
        text: t('{what} (Match {match})', {
          what: `${keyword} ${bad.value}`,
          match: `${bad.match}, ${bad.file}:${bad.line}`,
        }),
      };
    const file = keywordInFiles(facts, keyword, standard);
    const seen = effectiveOr(facts, keyword);
    const value = seen.value ?? file.value;
    const at = seen.value === undefined || seen.value === file.value ? file.at : 'sshd -T';
    return {
      ok: ok(value, params),
      text: t('{what} ({at})', { what: `${keyword} ${value}`, at }),
      unseen: seen.unseen,
    };
  });
  const found = each.map(({ text }) => text).reduce((first, second) => t('{first}; {second}', { first, second }));
  if (each.some(({ ok }) => !ok)) return held(false, found);
  const unseen = each.find((one) => one.unseen !== undefined)?.unseen;
  return unseen === undefined ? held(true, found) : undecided(unseen, found);
}

function effectiveOr(facts: Facts, keyword: string): { value?: string; unseen?: Text } {
  try {
    const value = sshdEffective(facts, keyword);
    return value === undefined ? {} : { value };
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'unreachable') throw error;
    return { unseen: error.text };
  }
}

function keywordEdits(facts: Facts, params: Params, wants: readonly Want[]): Edit[] {
  if (wants.some(({ keyword, ok }) => sshdConditional(facts, keyword).some(({ value }) => !ok(value, params))))
    return [];
  return wants
    .filter(({ keyword, standard, ok }) => !ok(keywordInFiles(facts, keyword, standard).value, params))
    .map((want) => setTo(facts, want.keyword, want.mend(params)));
}

function setTo(facts: Facts, keyword: string, value: string): Edit {
  const path = sshdInFiles(facts, keyword)?.file ?? SSHD_CONFIG;
  return { kind: 'text', path, edit: (text) => withDirective(text, keyword, value) };
}

const SAME = {
  revision: 1,
  lane: 'cheap',
  needs: SSHD_NEEDS,
  applies: hasSshd,
} as const;

type Words = Pick<Rule, 'id' | 'title' | 'why' | 'severity' | 'clauses' | 'wanted' | 'risk'> & {
  readonly cis?: string;
  readonly params?: NonNullable<Rule['params']>;
  readonly manual?: Text;
};

function keywordRule(words: Words, wants: readonly Want[], mends = true): Rule {
  const set = wants.map(({ keyword }) => keyword).join(', ');
  return {
    ...SAME,
    ...words,
    layers: { file: (facts, params) => keywordsJudged(facts, params, wants) },
    ...(mends
      ? { fix: { cutsOff: true, edits: (facts: Facts, params: Params) => keywordEdits(facts, params, wants) } }
      : {}),
    manual:
      words.manual ??
      t(
        'Set {keywords} in /etc/ssh/sshd_config, check with sshd -t, reload, and log in anew before closing this session.',
        {
          keywords: set,
        },
      ),
  };
}

/** A list keyword: plain, or `+`, `-`, `^` before changes to the built-in list. */
function weakIn(value: string, weak: RegExp): string[] {
  if (value.startsWith('-')) return [];
  return value
    .replace(/^[+^]/, '')
    .split(',')
    .filter((name) => weak.test(name));
}

/** `knownDefault` false: what the built-in list holds depends on the version, so files alone cannot tell. */
function listRule(words: Words, keyword: string, weak: RegExp, knownDefault: boolean): Rule {
  const judge = (facts: Facts): Judged => {
    const file = keywordInFiles(facts, keyword, '');
    const seen = effectiveOr(facts, keyword);
    const bad = weakIn(seen.value ?? file.value, weak);
    if (bad.length > 0) return held(false, t('{what} ({at})', { what: `${keyword}: ${listed(bad)}`, at: file.at }));
    const found = t('no weak one ({at})', { at: file.at });
    if (seen.unseen !== undefined) return undecided(seen.unseen, found);
    const builtIn = file.byDefault || /^[+^-]/.test(file.value);
    if (seen.value === undefined && builtIn && !knownDefault) {
      return undecided(t('The built-in list depends on the version of OpenSSH, and no program runs here.'), found);
    }
    return held(true, found);
  };
  const edits = (facts: Facts): Edit[] => {
    const directive = sshdInFiles(facts, keyword);
    const value = wordsOf(directive?.value ?? '').join('');
    const sign = /^[+^-]/.exec(value)?.[0] ?? '';
    const kept = value
      .slice(sign.length)
      .split(',')
      .filter((name) => !weak.test(name));
    if (!directive || sign === '-' || kept.length === 0 || weakIn(value, weak).length === 0) return [];
    return [setTo(facts, keyword, sign + kept.join(','))];
  };
  return {
    ...SAME,
    ...words,
    layers: { file: judge },
    fix: { cutsOff: true, edits },
    manual: t('Take the weak names out of {keyword} in /etc/ssh/sshd_config, or tighten the system’s crypto policy.', {
      keyword,
    }),
  };
}

/** Closed to others, or how it is not; undefined where it could not be looked at. */
function keyFile(facts: Facts, path: string, keep: number): { ok: boolean; text: string } | undefined {
  const fact = facts.files[path];
  if (fact === undefined || 'unseen' in fact) return undefined;
  const { what } = fact.seen;
  if (what.kind === 'absent') return { ok: true, text: path };
  const ok = (what.mode & ~keep) === 0 && what.owner === 0;
  return { ok, text: `${path} ${what.mode.toString(8)} uid ${what.owner}` };
}

/** One open file is a fail, whatever else could not be seen. */
function keysJudged(facts: Facts, skip = ''): Judged {
  const keys = Object.keys(facts.files).filter((path) => /^\/etc\/ssh\/ssh_host_\w+_key$/.test(path));
  const all = [{ path: SSHD_CONFIG, keep: 0o600 }, ...keys.map((path) => ({ path, keep: 0o640 }))];
  const each = all
    .filter(({ path }) => path !== skip)
    .map(({ path, keep }) => ({ path, seen: keyFile(facts, path, keep) }));
  const bad = each.flatMap(({ seen }) => (seen && !seen.ok ? [seen.text] : []));
  if (bad.length > 0) return held(false, listed(bad));
  namesIn(facts, '/etc/ssh');
  for (const { path } of each) placed(facts, path);
  return held(true, t('all closed to others'));
}

export const SSH_RULES: readonly Rule[] = [
  keywordRule(
    {
      id: 'LNX-SSH-01',
      title: t('root does not log in over the network'),
      why: t(
        'Who logs in as root has no name in the audit trail. Trap: RAC, GoldenGate and backup scripts that use root’s key stop.',
      ),
      severity: 'critical',
      clauses: ['8.1.4.1c', '8.1.4.2b'],
      cis: '4.2.19',
      wanted: () => 'PermitRootLogin no',
      manual: t(
        'First prove that another account can log in and become root with sudo; then set PermitRootLogin no, check with sshd -t, reload.',
      ),
      risk: { level: 3, blocks: t('everybody, where no other administrator can log in; scripts with root’s key') },
    },
    [is('PermitRootLogin', 'prohibit-password', 'no')],
    false,
  ),
  keywordRule(
    {
      id: 'LNX-SSH-02',
      title: t('no login with an empty password'),
      why: t('An account without a password must not be reachable from the network.'),
      severity: 'critical',
      clauses: ['8.1.4.1a'],
      cis: '4.2.18',
      wanted: () => 'PermitEmptyPasswords no',
      risk: { level: 1, blocks: t('jobs that log in without a password') },
    },
    [is('PermitEmptyPasswords', 'no', 'no')],
  ),
  keywordRule(
    {
      id: 'LNX-SSH-03',
      title: t('few attempts in one connection'),
      why: t('Every attempt beyond the first few is guessing. Trap: an agent that offers many keys uses them up.'),
      severity: 'medium',
      clauses: ['8.1.4.1b'],
      cis: '4.2.15',
      params: { max: { value: 5, tighter: 'lower', min: 1, max: 10 } },
      wanted: ({ max = 5 }) => t('MaxAuthTries from 1 to {max}', { max }),
      risk: { level: 1, blocks: t('clients whose agent offers many keys') },
    },
    [
      {
        keyword: 'MaxAuthTries',
        standard: '6',
        ok: (value, { max }) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= Number(max),
        mend: ({ max }) => String(Math.min(4, Number(max))),
      },
    ],
  ),
  {
    ...SAME,
    id: 'LNX-SSH-04',
    title: t('a dead or idle connection ends'),
    why: t(
      'A connection that nobody answers for is closed after ClientAliveInterval times ClientAliveCountMax seconds.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.1b'],
    cis: '4.2.7',
    params: { max: { value: 900, tighter: 'lower', min: 60, max: 7200 } },
    wanted: ({ max = 900 }) => t('interval above 0, interval times count at most {max} s', { max }),
    layers: { file: (facts, params) => aliveJudged(facts, params) },
    fix: {
      cutsOff: true,
      edits: (facts, { max }) => [
        setTo(facts, 'ClientAliveInterval', String(Math.floor(Number(max) / 3))),
        setTo(facts, 'ClientAliveCountMax', '3'),
      ],
    },
    manual: t('Set ClientAliveInterval and ClientAliveCountMax in /etc/ssh/sshd_config, check with sshd -t, reload.'),
    risk: { level: 1, blocks: t('sessions over lines that go silent for minutes') },
  },
  keywordRule(
    {
      id: 'LNX-SSH-05',
      title: t('a login must be finished within a minute'),
      why: t('Half-open logins hold places that others need.'),
      severity: 'low',
      clauses: ['8.1.4.1b'],
      cis: '4.2.12',
      params: { max: { value: 60, tighter: 'lower', min: 10, max: 600 } },
      wanted: ({ max = 60 }) => t('LoginGraceTime from 1 to {max} s', { max }),
      risk: { level: 0, blocks: t('nothing but very slow logins') },
    },
    [
      {
        keyword: 'LoginGraceTime',
        standard: '120',
        ok: (value, { max }) => (sshdSeconds(value) ?? 0) >= 1 && (sshdSeconds(value) ?? 0) <= Number(max),
        mend: ({ max }) => String(max),
      },
    ],
  ),
  listRule(
    {
      id: 'LNX-SSH-06',
      title: t('no weak ciphers'),
      why: t(
        'CBC, 3DES and RC4 can be read or altered on the way. Trap: old SFTP clients and network devices know no others; where a crypto policy rules, it rules over this file.',
      ),
      severity: 'high',
      clauses: ['8.1.4.1c', '8.1.4.8a'],
      cis: '4.2.6',
      wanted: () => t('no CBC, 3DES or RC4'),
      risk: { level: 2, blocks: t('old SFTP clients and network devices') },
    },
    'Ciphers',
    /(-cbc(@|$)|^3des|^arcfour|^blowfish|^cast128)/,
    true,
  ),
  listRule(
    {
      id: 'LNX-SSH-07',
      title: t('no weak message codes'),
      why: t('MD5 and 96-bit codes do not protect what is sent from being altered. Trap: as with ciphers.'),
      severity: 'medium',
      clauses: ['8.1.4.7a'],
      cis: '4.2.14',
      wanted: () => t('no MD5 and no 96-bit code'),
      risk: { level: 2, blocks: t('old SFTP clients and network devices') },
    },
    'MACs',
    /(md5|-96(-|@|$)|ripemd)/,
    true,
  ),
  listRule(
    {
      id: 'LNX-SSH-08',
      title: t('no weak key exchange'),
      why: t('Groups of 1024 bits and SHA-1 can be broken. Trap: as with ciphers.'),
      severity: 'medium',
      clauses: ['8.1.4.1c'],
      cis: '4.2.11',
      wanted: () => t('no group1, group14-sha1 or group-exchange-sha1'),
      risk: { level: 2, blocks: t('old SFTP clients and network devices') },
    },
    'KexAlgorithms',
    /(group1-sha1|group14-sha1|group-exchange-sha1)/,
    false,
  ),
  keywordRule(
    {
      id: 'LNX-SSH-09',
      title: t('logins go through PAM'),
      why: t('Without PAM the rules on locking, ageing and limits do not reach SSH.'),
      severity: 'medium',
      clauses: ['8.1.4.1b'],
      cis: '4.2.21',
      wanted: () => 'UsePAM yes',
      risk: { level: 2, blocks: t('logins, where the PAM stack of sshd is broken') },
    },
    [is('UsePAM', 'no', 'yes')],
  ),
  keywordRule(
    {
      id: 'LNX-SSH-10',
      title: t('no trust between hosts'),
      why: t('A host that trusts another falls with it. Trap: the user equivalence of old RAC installations.'),
      severity: 'high',
      clauses: ['8.1.4.1a'],
      cis: '4.2.9, 4.2.10',
      wanted: () => 'HostbasedAuthentication no, IgnoreRhosts yes',
      risk: { level: 2, blocks: t('RAC nodes that log in to each other by host trust') },
    },
    [is('HostbasedAuthentication', 'no', 'no'), is('IgnoreRhosts', 'yes', 'yes')],
  ),
  keywordRule(
    {
      id: 'LNX-SSH-11',
      title: t('no X11 forwarding'),
      why: t(
        'A forwarded display lets a host type on the administrator’s screen. Trap: Oracle’s installer and xclock need it for a day.',
      ),
      severity: 'low',
      clauses: ['8.1.4.4b'],
      cis: '4.2.8',
      wanted: () => 'X11Forwarding no',
      risk: { level: 2, blocks: t('graphical installers run over SSH') },
    },
    [is('X11Forwarding', 'no', 'no')],
  ),
  {
    ...SAME,
    id: 'LNX-SSH-13',
    title: t('the SSH server’s files are closed to others'),
    why: t('Who reads a host key can pretend to be this host; who writes sshd_config decides who gets in.'),
    severity: 'high',
    clauses: ['8.1.4.2f'],
    cis: '4.2.1, 4.2.2, 4.2.3',
    needs: [...SSHD_NEEDS, { kind: 'folder', path: '/etc/ssh', files: '_key' }],
    wanted: () => t('sshd_config at most 600, host keys at most 640, owner root'),
    layers: { file: (facts) => keysJudged(facts) },
    fix: {
      cutsOff: true,
      // Only the mode of sshd_config: a host key's bytes never become part of a plan.
      edits: (facts) => {
        const { what } = placed(facts, SSHD_CONFIG);
        if (keysJudged(facts, SSHD_CONFIG).outcome !== 'pass' || what.kind !== 'file' || what.owner !== 0) return [];
        return [{ kind: 'mode', path: SSHD_CONFIG, keep: 0o600 }];
      },
    },
    manual: t('chown root and chmod 600 for sshd_config, chmod 600 or 640 for the host keys.'),
    risk: { level: 0, blocks: t('nothing') },
  },
  keywordRule(
    {
      id: 'LNX-SSH-14',
      title: t('logins are logged'),
      why: t('Below INFO the log does not say who came and from where.'),
      severity: 'medium',
      clauses: ['8.1.4.3a'],
      cis: '4.2.13',
      wanted: () => t('LogLevel INFO or VERBOSE'),
      risk: { level: 0, blocks: t('nothing') },
    },
    [is('LogLevel', 'INFO', 'INFO', 'VERBOSE')],
  ),
];

function aliveJudged(facts: Facts, { max }: Params): Judged {
  const read = (keyword: string, standard: string) => {
    const seen = effectiveOr(facts, keyword);
    const value = seen.value ?? keywordInFiles(facts, keyword, standard).value;
    return { seconds: sshdSeconds(value) ?? 0, unseen: seen.unseen };
  };
  const interval = read('ClientAliveInterval', '0');
  const count = read('ClientAliveCountMax', '3');
  const found = `ClientAliveInterval ${interval.seconds}, ClientAliveCountMax ${count.seconds}`;
  const ok = interval.seconds > 0 && interval.seconds * Math.max(count.seconds, 1) <= Number(max);
  if (!ok) return held(false, found);
  return interval.unseen === undefined ? held(true, found) : undecided(interval.unseen, found);
}
