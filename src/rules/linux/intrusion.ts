/** Rules against intrusion: kernel parameters of network and memory, core dumps, banners. */
import { t } from '../../core/text.ts';
import { FAMILY_NEEDS, type Facts, familyOf, type Need, namesIn, placed, textAt, textFilesIn } from './facts.ts';
import { type KernelWant, kernelEdits, kernelInFiles, kernelNeeds, kernelNow } from './kernel-facts.ts';
import { endingOf, linesOf } from './lines.ts';
import { type Edit, held, type Judged, listed, type Params, type Rule, undecided } from './rule.ts';

function filesJudged(facts: Facts, wants: readonly KernelWant[]): Judged {
  const wrong = wants.flatMap(({ key, ok, standard }) => {
    const set = kernelInFiles(facts, key);
    if (ok.includes(set?.value ?? standard ?? '')) return [];
    return [set ? `${key} = ${set.value} (${set.path}:${set.line})` : `${key} -`];
  });
  return held(wrong.length === 0, wrong.length === 0 ? t('all as wanted') : listed(wrong));
}

function runningJudged(facts: Facts, wants: readonly KernelWant[]): Judged {
  const seen = wants.map(({ key, ok }) => ({ key, ok, value: kernelNow(facts, key) }));
  const known = seen.filter(({ value }) => value !== undefined);
  if (known.length === 0) return undecided(t('The kernel shows none of these parameters.'));
  const wrong = known.filter(({ ok, value }) => !ok.includes(value ?? '')).map(({ key, value }) => `${key} = ${value}`);
  return held(wrong.length === 0, wrong.length === 0 ? t('all as wanted') : listed(wrong));
}

const shown = (wants: readonly KernelWant[]): string =>
  wants.map(({ key, ok }) => `${key} = ${ok.join('|')}`).join(', ');

const both = (name: string, value: string, standard?: string): KernelWant[] =>
  ['all', 'default'].map((scope) => ({
    key: `net.ipv4.conf.${scope}.${name}`,
    ok: [value],
    ...(standard === undefined ? {} : { standard }),
  }));

const routing = ({ forward }: Params): KernelWant[] => [
  { key: 'net.ipv4.ip_forward', ok: Number(forward) === 1 ? ['0', '1'] : ['0'], standard: '0' },
  ...both('send_redirects', '0'),
  ...both('accept_redirects', '0'),
  ...both('accept_source_route', '0'),
];
const ROUTING = routing({ forward: 0 });

const FILTER: readonly KernelWant[] = [
  // 2 where it must be written: the strict 1 breaks asymmetric routes and the interconnect of RAC.
  ...['all', 'default'].map((scope) => ({ key: `net.ipv4.conf.${scope}.rp_filter`, ok: ['2', '1'] })),
  { key: 'net.ipv4.tcp_syncookies', ok: ['1'], standard: '1' },
  ...both('log_martians', '1'),
];

const MEMORY: readonly KernelWant[] = [
  { key: 'kernel.randomize_va_space', ok: ['2'], standard: '2' },
  { key: 'fs.suid_dumpable', ok: ['0'], standard: '0' },
];

const LIMITS: readonly Need[] = [
  { kind: 'file', path: '/etc/security/limits.conf' },
  { kind: 'folder', path: '/etc/security/limits.d', files: '.conf' },
  { kind: 'file', path: '/etc/security/limits.d/99-gxops-core.conf' },
];
const CORE_FILE = '/etc/security/limits.d/99-gxops-core.conf';

/** The last line that bounds core dumps of everybody. */
function coreLimit(facts: Facts): { value: string; path: string; line: number } | undefined {
  const files = [
    { path: '/etc/security/limits.conf', text: textAt(facts, '/etc/security/limits.conf') },
    ...textFilesIn(facts, '/etc/security/limits.d', '.conf'),
  ];
  return files
    .flatMap(({ path, text }) =>
      linesOf(text).flatMap(({ body }, index) => {
        const value = /^\s*\*\s+(?:hard|-)\s+core\s+(\S+)/.exec(body)?.[1];
        return value === undefined ? [] : [{ value, path, line: index + 1 }];
      }),
    )
    .at(-1);
}

function memoryJudged(facts: Facts): Judged {
  const kernel = filesJudged(facts, MEMORY);
  const core = coreLimit(facts);
  const limit = core ? `* hard core ${core.value} (${core.path}:${core.line})` : '* hard core -';
  return held(
    kernel.outcome === 'pass' && core?.value === '0',
    t('{first}; {second}', { first: kernel.found, second: limit }),
  );
}

function memoryEdits(facts: Facts): Edit[] {
  const core = coreLimit(facts);
  if (core !== undefined && core.value !== '0' && core.path >= CORE_FILE) return [];
  const add = (text: string): string =>
    `${text === '' || text.endsWith('\n') ? text : `${text}\n`}# No core dumps: they hold what was in memory.\n* hard core 0\n`;
  const path = namesIn(facts, '/etc/security/limits.d') === undefined ? '/etc/security/limits.conf' : CORE_FILE;
  const limit: Edit = { kind: 'text', path, mode: 0o644, edit: add };
  return [...kernelEdits(facts, MEMORY, true), ...(core?.value === '0' ? [] : [limit])];
}

const BANNERS = ['/etc/issue', '/etc/issue.net'] as const;
const WARNING = 'Authorized users only. Activity on this system is recorded and may be used as evidence.';

/** A banner that tells nothing about the system and is more than a prompt. */
function warns(text: string, system: string): boolean {
  const tells = /\\[mrsvS]/.test(text) || (system !== '' && text.toLowerCase().includes(system.toLowerCase()));
  return !tells && text.trim().length >= 20;
}

function quiet(facts: Facts): string[] {
  const { name } = familyOf(facts);
  const system = name.split(/\s+/).slice(0, 2).join(' ');
  return BANNERS.filter((path) => !warns(textAt(facts, path), system));
}

function bannerJudged(facts: Facts): Judged {
  const open = quiet(facts);
  return held(
    open.length === 0,
    open.length === 0 ? t('both warn') : t('no warning, or it names the system: {paths}', { paths: open.join(', ') }),
  );
}

export const INTRUSION_RULES: readonly Rule[] = [
  {
    id: 'LNX-IN-05',
    revision: 1,
    title: t('the host neither routes nor believes redirects'),
    why: t(
      'Redirects and source routes let a neighbour lead traffic past the firewall. Trap: keepalived, LVS and container hosts must forward.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.4f'],
    cis: '3.3.1, 3.3.2, 3.3.5, 3.3.6, 3.3.8',
    lane: 'cheap',
    needs: kernelNeeds(ROUTING),
    params: { forward: { value: 0, tighter: 'lower', min: 0, max: 1 } },
    wanted: (params) => shown(routing(params)),
    layers: {
      file: (facts, params) => filesJudged(facts, routing(params)),
      running: (facts, params) => runningJudged(facts, routing(params)),
    },
    fix: { cutsOff: true, edits: (facts, params) => kernelEdits(facts, routing(params), false) },
    manual: t(
      'Write the named parameters into a file below /etc/sysctl.d and set them with sysctl -w, with a console at hand.',
    ),
    risk: { level: 2, blocks: t('hosts that must forward: keepalived, LVS, containers') },
  },
  {
    id: 'LNX-IN-06',
    revision: 1,
    title: t('forged packets are dropped and logged'),
    why: t(
      'A packet whose way back is not its way here is forged, or the host has several networks: then 2, not 1. Trap: 1 breaks the interconnect of RAC.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.4f'],
    cis: '3.3.7, 3.3.9, 3.3.10',
    lane: 'cheap',
    needs: kernelNeeds(FILTER),
    wanted: () => shown(FILTER),
    layers: { file: (facts) => filesJudged(facts, FILTER), running: (facts) => runningJudged(facts, FILTER) },
    fix: { cutsOff: true, edits: (facts) => kernelEdits(facts, FILTER, false) },
    manual: t(
      'Write the named parameters into a file below /etc/sysctl.d and set them with sysctl -w, with a console at hand.',
    ),
    risk: { level: 2, blocks: t('asymmetric routes and the interconnect of RAC, with rp_filter 1') },
  },
  {
    id: 'LNX-IN-07',
    revision: 1,
    title: t('memory is laid out at random and not dumped'),
    why: t(
      'Random layout makes a flaw hard to use; a core dump carries what was in memory. Trap: Oracle wants core dumps for service requests.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.4f'],
    cis: '1.4.1, 1.4.3, 1.4.4',
    lane: 'cheap',
    needs: [...kernelNeeds(MEMORY), ...LIMITS],
    wanted: () => `${shown(MEMORY)}, * hard core 0`,
    layers: { file: memoryJudged, running: (facts) => runningJudged(facts, MEMORY) },
    fix: { cutsOff: false, edits: memoryEdits },
    manual: t('Set the parameters in /etc/sysctl.d and * hard core 0 in the last file of /etc/security/limits.d.'),
    risk: { level: 1, blocks: t('core dumps that a vendor asks for') },
  },
  {
    id: 'LNX-IN-11',
    revision: 1,
    title: t('logins are warned, Ctrl-Alt-Del does nothing, and an antivirus runs'),
    why: t(
      'A banner that names the system helps the wrong reader; three keys at the console must not restart a server. Trap: an antivirus must leave database files alone.',
    ),
    severity: 'low',
    clauses: ['8.1.4.4b', '8.1.4.5'],
    cis: '1.7.2, 1.7.3',
    lane: 'cheap',
    needs: [
      ...FAMILY_NEEDS,
      ...BANNERS.map((path) => ({ kind: 'file', path }) as const),
      { kind: 'file', path: '/etc/systemd/system/ctrl-alt-del.target', running: true },
    ],
    wanted: () =>
      t(
        'a warning without system names in /etc/issue and /etc/issue.net; ctrl-alt-del masked; antivirus with signatures younger than 30 days',
      ),
    layers: {
      file: bannerJudged,
      running: () =>
        undecided(
          t('A person confirms that the antivirus runs with signatures younger than 30 days.'),
          t('antivirus not looked at'),
        ),
      boot: (facts) => {
        const masked = placed(facts, '/etc/systemd/system/ctrl-alt-del.target').at === '/dev/null';
        return held(masked, masked ? t('ctrl-alt-del is masked') : t('ctrl-alt-del is not masked'));
      },
    },
    fix: {
      cutsOff: false,
      edits: (facts) =>
        quiet(facts).map((path) => ({ kind: 'text', path, mode: 0o644, edit: (text) => WARNING + endingOf(text) })),
    },
    manual: t(
      'Write a warning into /etc/issue and /etc/issue.net, run systemctl mask ctrl-alt-del.target, look at the antivirus agent.',
    ),
    risk: { level: 0, blocks: t('nothing; an antivirus that scans database files can stop them') },
  },
];
