/** Rules on login shells: idle time and umask, read from the scripts that a login runs. */
import { t } from '../../core/text.ts';
import { type Facts, type Need, type TextFile, textAt, textFile, textFilesIn } from './facts.ts';
import { type Edit, held, type Judged, namesOf, type Params, type Rule } from './rule.ts';
import { LOGIN_DEFS, settingOf, withSetting } from './settings.ts';
import { type Assigned, tmoutsOf, umasksOf, withTmout } from './shell.ts';

const SCRIPTS: readonly Need[] = [
  { kind: 'file', path: '/etc/profile' },
  { kind: 'folder', path: '/etc/profile.d', files: '.sh' },
  { kind: 'file', path: '/etc/bashrc' },
  { kind: 'file', path: '/etc/bash.bashrc' },
];
const TMOUT_FILE = '/etc/profile.d/gxops-tmout.sh';
const UMASK_FILE = '/etc/profile.d/zz-gxops-umask.sh';

function scripts(facts: Facts, paths: readonly string[]): TextFile[] {
  return [
    ...paths.slice(0, 1).flatMap((path) => textFile(facts, path) ?? []),
    ...textFilesIn(facts, '/etc/profile.d', '.sh'),
    ...paths.slice(1).flatMap((path) => textFile(facts, path) ?? []),
  ];
}

function tmouts(facts: Facts): Assigned[] {
  const files = scripts(facts, ['/etc/profile', '/etc/bashrc', '/etc/bash.bashrc']);
  return files.flatMap(({ path, text }) => tmoutsOf(path, text));
}

/** The first read-only value stays; else the last one counts. */
function tmoutJudged(facts: Facts, { max }: Params): Judged {
  const all = tmouts(facts);
  const counts = all.find((one) => one.readonly) ?? all.at(-1);
  if (!counts) return held(false, t('TMOUT is not set'));
  const { value, file, line } = counts;
  const ok = counts.readonly && value >= 1 && value <= Number(max);
  const found = `TMOUT=${value} (${file}:${line})`;
  return held(ok, counts.readonly ? found : t('{found}, and users may unset it', { found }));
}

function tmoutEdits(facts: Facts, { max }: Params): Edit[] {
  const all = tmouts(facts);
  if (all.length > 0) {
    const paths = [...new Set(all.map(({ file }) => file))];
    return paths.map((path) => ({ kind: 'text', path, edit: (text) => withTmout(text, Number(max)) }));
  }
  const script = [
    `# An idle shell ends after ${max} s. A shell inside tmux or screen stays, so that a long job (datapatch, expdp) is not cut off.`,
    'if [ -z "${TMUX:-}" ] && [ -z "${STY:-}" ]; then',
    `  TMOUT=${max}`,
    '  readonly TMOUT',
    '  export TMOUT',
    'fi',
    '',
  ].join('\n');
  return [{ kind: 'text', path: TMOUT_FILE, mode: 0o644, edit: (text) => text + script }];
}

const tight = (mask: number | undefined): boolean => mask !== undefined && (mask & 0o027) === 0o027;
const octal = (mask: number): string => mask.toString(8).padStart(3, '0');

function loginUmask(facts: Facts): Assigned | undefined {
  return scripts(facts, ['/etc/profile'])
    .flatMap(({ path, text }) => umasksOf(path, text))
    .at(-1);
}

function defsUmask(facts: Facts): number | undefined {
  const value = settingOf(textAt(facts, '/etc/login.defs'), LOGIN_DEFS, 'UMASK')?.value ?? '';
  return /^[0-7]{1,4}$/.test(value) ? Number.parseInt(value, 8) : undefined;
}

function umaskJudged(facts: Facts): Judged {
  const shell = loginUmask(facts);
  const defs = defsUmask(facts);
  const inShell = shell ? `umask ${octal(shell.value)} (${shell.file}:${shell.line})` : 'umask -';
  return held(
    tight(shell?.value) && tight(defs),
    `${inShell}; UMASK ${defs === undefined ? '-' : octal(defs)} (/etc/login.defs)`,
  );
}

function umaskEdits(facts: Facts, { exempt }: Params): Edit[] {
  const shell = loginUmask(facts);
  if (shell && !tight(shell.value) && shell.file > UMASK_FILE) return [];
  // Names go into a script: only plain account names do.
  const names = namesOf(exempt).filter((name) => /^[A-Za-z_][\w-]*$/.test(name));
  const script = [
    '# Files of a login are not for others, except those of accounts whose files other programs must read.',
    'case "$(id -un)" in',
    ...(names.length === 0 ? [] : [`  ${names.join(' | ')}) ;;`]),
    '  *) umask 027 ;;',
    'esac',
    '',
  ].join('\n');
  const defs: Edit = {
    kind: 'text',
    path: '/etc/login.defs',
    edit: (text) => withSetting(text, LOGIN_DEFS, 'UMASK', '027'),
  };
  const profile: Edit = { kind: 'text', path: UMASK_FILE, mode: 0o644, edit: (text) => text + script };
  return [...(tight(defsUmask(facts)) ? [] : [defs]), ...(tight(shell?.value) ? [] : [profile])];
}

export const SESSION_RULES: readonly Rule[] = [
  {
    id: 'LNX-ID-14',
    revision: 1,
    title: t('an idle shell ends after 15 minutes'),
    why: t(
      'A shell left open is anybody’s. Trap: long interactive jobs die with it; inside tmux or screen the shell stays.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.1b'],
    cis: '4.5.3.2',
    lane: 'cheap',
    needs: [...SCRIPTS, { kind: 'file', path: TMOUT_FILE }],
    params: { max: { value: 900, tighter: 'lower', min: 60, max: 86400 } },
    wanted: ({ max = 900 }) => t('TMOUT from 1 to {max}, read-only', { max }),
    layers: { file: tmoutJudged },
    fix: { cutsOff: false, edits: tmoutEdits },
    manual: t('Set TMOUT in a file below /etc/profile.d and make it readonly there.'),
    risk: { level: 2, blocks: t('long interactive jobs in a plain shell, such as datapatch or expdp') },
  },
  {
    id: 'LNX-AC-01',
    revision: 1,
    title: t('new files are not readable by others'),
    why: t(
      'A umask of 022 makes every new file readable by all. Trap: the next application cannot read shared folders; never for oracle without a test.',
    ),
    severity: 'medium',
    clauses: ['8.1.4.2f'],
    cis: '4.5.3.3',
    lane: 'cheap',
    needs: [...SCRIPTS, { kind: 'file', path: '/etc/login.defs' }, { kind: 'file', path: UMASK_FILE }],
    params: { exempt: { value: 'oracle grid ogg', tighter: 'fewer' } },
    wanted: () => t('umask 027 in login shells and in login.defs'),
    layers: { file: umaskJudged },
    fix: { cutsOff: false, edits: umaskEdits },
    manual: t('Set umask 027 in the last script of /etc/profile.d and UMASK 027 in /etc/login.defs.'),
    risk: { level: 2, blocks: t('applications that read files which another account makes in a shared folder') },
  },
];
