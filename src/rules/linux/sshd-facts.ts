/** What sshd goes by on a host: `sshd -T` where programs run, the files where none does, Match blocks always from the files. */
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { answerOf, exists, type Facts, type Need, namesIn, placed, textFile, textFilesIn } from './facts.ts';
import type { Applies } from './rule.ts';
import { conditionalOf, type Directive, directivesOf, effectiveOf, globalOf } from './sshd.ts';

export const SSHD_CONFIG = '/etc/ssh/sshd_config';
const DROP_INS = '/etc/ssh/sshd_config.d';
const SSHD_T = ['/usr/sbin/sshd', '-T'] as const;

export const SSHD_NEEDS: readonly Need[] = [
  { kind: 'file', path: SSHD_CONFIG },
  { kind: 'folder', path: DROP_INS, files: '' },
  { kind: 'command', argv: SSHD_T, running: true },
];

/** Hosts without an SSH server have nothing to judge. */
export function hasSshd(facts: Facts): Applies {
  const there = placed(facts, SSHD_CONFIG).what.kind !== 'absent';
  return {
    applies: there,
    fact: there
      ? t('{path} is there', { path: SSHD_CONFIG })
      : t('no SSH server: {path} is absent', { path: SSHD_CONFIG }),
  };
}

/** A keyword's value and where it was found; `byDefault` where sshd's own applies. */
export interface Keyword {
  readonly value: string;
  readonly at: Text;
  readonly byDefault: boolean;
  readonly directive?: Directive;
}

/** All directives of the files. */
export function sshdDirectives(facts: Facts): Directive[] {
  const main = textFile(facts, SSHD_CONFIG);
  return main ? directivesOf(SSHD_CONFIG, main.text, (pattern) => included(facts, pattern)) : [];
}

/** Lines of a keyword inside Match blocks. */
export function sshdConditional(facts: Facts, keyword: string): Directive[] {
  return conditionalOf(sshdDirectives(facts), keyword);
}

/** The value in the files for every login; undefined where they say nothing. */
export function sshdInFiles(facts: Facts, keyword: string): Directive | undefined {
  return globalOf(sshdDirectives(facts), keyword);
}

/** What `sshd -T` says; undefined on a rooted host. Stop('unreachable') where it could not be run or did not answer. */
export function sshdEffective(facts: Facts, keyword: string): string | undefined {
  if (facts.rooted) return undefined;
  const { code, stdout, stderr } = answerOf(facts, SSHD_T);
  const value = code === 0 ? effectiveOf(stdout).get(keyword.toLowerCase()) : undefined;
  if (value !== undefined) return value;
  const error = stderr.trim().split('\n').at(-1)?.slice(0, 200).trim() ?? '';
  throw new Stop(
    'unreachable',
    t('sshd -T did not answer for {keyword}: {error}', { keyword, error: error || `exit ${code}` }),
  );
}

/** The value from the files, else OpenSSH's own default. */
export function keywordInFiles(facts: Facts, keyword: string, standard: string): Keyword {
  const directive = sshdInFiles(facts, keyword);
  if (!directive) return { value: standard, at: t('built-in default'), byDefault: true };
  return { value: directive.value, at: `${directive.file}:${directive.line}`, byDefault: false, directive };
}

function included(facts: Facts, pattern: string): { path: string; text: string }[] {
  const path = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`;
  const folder = path.slice(0, path.lastIndexOf('/'));
  const name = path.slice(folder.length + 1);
  if (folder !== DROP_INS) throw new Stop('unreachable', t('Include {pattern} was not looked at.', { pattern }));
  if (!/[*?[]/.test(name))
    return exists(facts, path) ? textFilesIn(facts, folder, name).filter((file) => file.path === path) : [];
  const match = new RegExp(
    `^${name
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const names = (namesIn(facts, folder) ?? []).filter((one) => match.test(one) && !one.startsWith('.'));
  return names.flatMap((one) => textFile(facts, `${folder}/${one}`) ?? []);
}
