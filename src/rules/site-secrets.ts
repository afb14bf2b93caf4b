/** Files of site.yml that hold secrets, and whether one is guarded: mode 0600 or less, and ours. */
import type { Finding } from '../core/finding.ts';
import type { SecretSource, Site } from '../core/site.ts';
import { t } from '../core/text.ts';

/** A file as found, without its content. */
export type Guarded =
  | { readonly kind: 'absent' }
  | { readonly kind: 'there'; readonly mode: number; readonly owner: number; readonly regular: boolean };

export interface SecretFile {
  /** Dotted key of site.yml that names it. */
  readonly key: string;
  /** Absolute. */
  readonly path: string;
  /** A private key belongs to its operator, who need not be who looks. */
  readonly anyOwner?: true;
}

/** Every password, private key and identity file the site names, absolute, each once. */
export function secretFiles(site: Site): SecretFile[] {
  const absolute = (path: string) => (path.startsWith('/') ? path : `${site.dir}/${path}`);
  const found: SecretFile[] = [];
  for (const section of ['databases', 'redis', 'search'] as const) {
    for (const [name, entry] of Object.entries(site[section])) {
      const named = entry as SecretSource & { readonly walletPasswordFile?: string };
      for (const key of ['passwordFile', 'walletPasswordFile'] as const) {
        const path = named[key];
        if (path !== undefined) found.push({ key: `${section}.${name}.${key}`, path: absolute(path) });
      }
    }
  }
  for (const [name, host] of Object.entries(site.hosts)) {
    if (host.connect !== 'ssh' || host.identityFile === undefined) continue;
    found.push({ key: `hosts.${name}.identityFile`, path: absolute(host.identityFile) });
  }
  for (const [name, path] of Object.entries(site.keys))
    found.push({ key: `keys.${name}`, path: absolute(path), anyOwner: true });
  return [...new Map(found.map((file) => [file.path, file])).values()];
}

/** pass: a regular file of ours that nobody else may read; unknown where this machine cannot be looked at. */
export function judgeSecretFile(file: SecretFile, seen: Guarded | undefined, uid: number): Finding {
  const about = { rule: 'site-secret-file', subject: file.path, title: file.key };
  const wanted = t('a file of mode 0600, owner {uid}', { uid });
  if (seen === undefined) {
    const reason = t('no host of site.yml is this machine (connect: local), so its mode cannot be looked at');
    return { ...about, outcome: 'unknown', found: t('not looked at'), wanted, reason };
  }
  if (seen.kind === 'absent') {
    return {
      ...about,
      outcome: 'fail',
      found: t('not there, or not to be reached'),
      wanted,
      advice: t('Write the secret into it and chmod 0600.'),
    };
  }
  const mode = seen.mode.toString(8).padStart(4, '0');
  const found = t('mode {mode}, owner {owner}', { mode, owner: seen.owner });
  const good = seen.regular && (seen.mode & 0o177) === 0 && (file.anyOwner === true || seen.owner === uid);
  if (good) return { ...about, outcome: 'pass', found, wanted };
  return {
    ...about,
    outcome: 'fail',
    found,
    wanted,
    advice: t('chmod 0600 and make it your own; then change the secret: others may have read it.'),
  };
}
