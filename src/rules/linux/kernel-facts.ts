/** Kernel parameters of a host: what its sysctl files will set, and what the kernel has now. */
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { decoded, type Facts, type Need, placed, type TextFile, textFile, textFilesIn } from './facts.ts';
import type { Edit } from './rule.ts';
import { SYSCTL_CONF, settingsOf, withSetting } from './settings.ts';

const FOLDERS = ['/usr/lib/sysctl.d', '/usr/local/lib/sysctl.d', '/run/sysctl.d', '/etc/sysctl.d'] as const;
const LAST = '/etc/sysctl.conf';
const OWN = '/etc/sysctl.d/99-gxops.conf';

/** A parameter, the values that will do (the first mends it), and the kernel's own default where it is the same everywhere. */
export interface KernelWant {
  readonly key: string;
  readonly ok: readonly string[];
  readonly standard?: string;
}

/** Files and, where the system runs, /proc/sys for these keys. */
export function kernelNeeds(wants: readonly KernelWant[]): Need[] {
  return [
    ...FOLDERS.map((path) => ({ kind: 'folder', path, files: '.conf' }) as const),
    { kind: 'file', path: LAST },
    { kind: 'file', path: OWN },
    ...wants.map(({ key }) => ({ kind: 'file', path: procPath(key), running: true }) as const),
  ];
}

function procPath(key: string): string {
  return `/proc/sys/${key.replaceAll('.', '/')}`;
}

/** In the order they are applied: by name, a later folder hiding a namesake, /etc/sysctl.conf last. */
function sysctlFiles(facts: Facts): TextFile[] {
  const byName = new Map(
    FOLDERS.flatMap((folder) =>
      textFilesIn(facts, folder, '.conf').map((file) => [file.path.slice(folder.length), file] as const),
    ),
  );
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  const last = textFile(facts, LAST);
  return [...sorted, ...(last ? [last] : [])];
}

/** A value with the place that decides it; a line for the very key wins over one with a `*`. */
export interface KernelSet {
  readonly value: string;
  readonly path: string;
  readonly line: number;
}

/** What the files will set; undefined where none does. */
export function kernelInFiles(facts: Facts, key: string): KernelSet | undefined {
  const all = sysctlFiles(facts).flatMap(({ path, text }) =>
    settingsOf(text, SYSCTL_CONF).map((setting) => ({ ...setting, path })),
  );
  const exact = all.findLast((setting) => setting.key === key);
  return exact ?? all.findLast((setting) => setting.key.includes('*') && globs(setting.key, key));
}

function globs(pattern: string, key: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^.]*')}$`).test(key);
}

/** What the kernel has now, blanks folded; undefined where it has no such parameter. Stop('unreachable') where it may not be read. */
export function kernelNow(facts: Facts, key: string): string | undefined {
  const { what } = placed(facts, procPath(key));
  if (what.kind === 'absent') return undefined;
  if (what.kind !== 'file') throw new Stop('unreachable', t('{key} is not a kernel parameter.', { key }));
  return decoded(what.bytes).text.trim().replace(/\s+/g, ' ');
}

/** Sets what the files get wrong, where they decide it, else in a file of our own; and where allowed the running value. */
export function kernelEdits(facts: Facts, wants: readonly KernelWant[], running: boolean): Edit[] {
  const inFiles = wants.flatMap(({ key, ok, standard }): Edit[] => {
    const set = kernelInFiles(facts, key);
    if (ok.includes(set?.value ?? standard ?? '')) return [];
    const path = set?.path.startsWith('/etc/') ? set.path : OWN;
    return [{ kind: 'text', path, mode: 0o644, edit: (text) => withSetting(text, SYSCTL_CONF, key, ok[0] ?? '') }];
  });
  const now = !running || facts.rooted ? [] : wants.flatMap(({ key, ok }) => kernelEdit(facts, key, ok));
  return [...inFiles, ...now];
}

function kernelEdit(facts: Facts, key: string, ok: readonly string[]): Edit[] {
  const was = kernelNow(facts, key);
  return was === undefined || ok.includes(was) ? [] : [{ kind: 'kernel', key, value: ok[0] ?? '', was }];
}
