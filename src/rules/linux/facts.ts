/** What Linux rules need to know of a host, and how a rule reads what was gathered. Gathering itself is the runbook's. */
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { FileSeen, Output } from '../../core/world.ts';

/** Seen, or the reason why it could not be. Never an empty answer instead of a refusal. */
export type Fact<T> = { readonly seen: T } | { readonly unseen: Text };

/** What a rule asks to have looked at. `running` needs exist only on a running system. */
export type Need =
  | { readonly kind: 'file'; readonly path: string; readonly running?: boolean }
  /** Names in a folder, the folder itself, and with `files` the files whose names end so ('' for all). */
  | { readonly kind: 'folder'; readonly path: string; readonly files?: string; readonly running?: boolean }
  /** These names in every account's home folder. */
  | { readonly kind: 'homes'; readonly names: readonly string[] }
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly running: true };

/** A path as found; `at` is where its symbolic links end, which is where an edit goes. */
export interface Placed {
  readonly at: string;
  readonly what: FileSeen;
}

/** Everything gathered of one host in one pass. */
export interface Facts {
  /** A folder taken as the root of a host: no running system. */
  readonly rooted: boolean;
  readonly files: Readonly<Record<string, Fact<Placed>>>;
  readonly folders: Readonly<Record<string, Fact<readonly string[] | undefined>>>;
  /** By the words of argv joined by blanks. */
  readonly commands: Readonly<Record<string, Fact<Output>>>;
}

/** A file's text; `latin1` where its bytes are not UTF-8, so that an edit keeps them. */
export interface TextFile {
  readonly path: string;
  readonly at: string;
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
}

/** Stop('unreachable') with the reason where the fact is unseen; a rule's layer then becomes `unknown`. */
export function known<T>(fact: Fact<T> | undefined, what: string): T {
  if (fact === undefined) throw new Stop('unreachable', t('{what} was not looked at.', { what }));
  if ('unseen' in fact) throw new Stop('unreachable', fact.unseen);
  return fact.seen;
}

/** A path as found. */
export function placed(facts: Facts, path: string): Placed {
  return known(facts.files[path], path);
}

/** Names in a folder; undefined where it is absent. */
export function namesIn(facts: Facts, path: string): readonly string[] | undefined {
  return known(facts.folders[path], path);
}

/** A program's answer. */
export function answerOf(facts: Facts, argv: readonly string[]): Output {
  return known(facts.commands[argv.join(' ')], argv.join(' '));
}

/** A file's text; undefined where it is absent; unreachable for what is not a plain file. */
export function textFile(facts: Facts, path: string): TextFile | undefined {
  const { at, what } = placed(facts, path);
  if (what.kind === 'absent') return undefined;
  if (what.kind !== 'file') throw new Stop('unreachable', t('{path} is not a plain file.', { path }));
  return { path, at, ...decoded(what.bytes) };
}

/** A file's text, '' where it is absent. */
export function textAt(facts: Facts, path: string): string {
  return textFile(facts, path)?.text ?? '';
}

/** Text files of a folder whose names end so, sorted by name; none where the folder is absent. */
export function textFilesIn(facts: Facts, folder: string, ending: string): TextFile[] {
  const names = (namesIn(facts, folder) ?? []).filter((name) => name.endsWith(ending));
  return names.flatMap((name) => textFile(facts, `${folder}/${name}`) ?? []);
}

/** True where a plain file lies at the path. */
export function exists(facts: Facts, path: string): boolean {
  return placed(facts, path).what.kind === 'file';
}

/** Text and how it is spelled in bytes. */
export function decoded(bytes: Uint8Array): Pick<TextFile, 'text' | 'encoding'> {
  const text = Buffer.from(bytes).toString('utf8');
  const encoding = Buffer.from(text, 'utf8').equals(bytes) ? 'utf8' : 'latin1';
  return { encoding, text: encoding === 'utf8' ? text : Buffer.from(bytes).toString('latin1') };
}

export type Family = 'el' | 'deb' | 'other';

/** Needs of `familyOf`. */
export const FAMILY_NEEDS: readonly Need[] = [{ kind: 'file', path: '/etc/os-release' }];

const EL = /\b(rhel|centos|fedora|openeuler|kylin|anolis|rocky|almalinux|ol|uos|hce|bclinux)\b/i;
const DEB = /\b(debian|ubuntu|deepin)\b/i;

/** The distribution's family by ID and ID_LIKE of /etc/os-release, and its name for people. */
export function familyOf(facts: Facts): { readonly family: Family; readonly name: string } {
  const text = textAt(facts, '/etc/os-release');
  const value = (key: string): string => new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '';
  const ids = `${value('ID')} ${value('ID_LIKE')}`;
  const family = DEB.test(ids) ? 'deb' : EL.test(ids) ? 'el' : 'other';
  return { family, name: value('PRETTY_NAME') || value('ID') };
}
