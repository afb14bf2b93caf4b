/** Hosts as values for tests: files given as text become the facts that the rules need. */
import type { Change } from '../../../src/core/change.ts';
import { bytesOf } from '../../../src/core/change.ts';
import type { FileSeen, Output } from '../../../src/core/world.ts';
import { homesOf } from '../../../src/rules/linux/access.ts';
import type { Fact, Facts, Need, Placed } from '../../../src/rules/linux/facts.ts';

export interface FileGiven {
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly owner: number;
}

/** path -> what lies there: text (0644, root), or with mode and owner; a folder; a link; or the reason why it cannot be seen. */
export type Given =
  | string
  | { text: string; mode?: number; owner?: number }
  | { folder: number }
  | { link: string }
  | { unseen: string };

export interface HostGiven {
  readonly rooted?: boolean;
  readonly at?: Readonly<Record<string, Given>>;
  readonly commands?: Readonly<Record<string, Output | { unseen: string }>>;
}

const seenOf = (given: Given | undefined, isFolder: boolean): FileSeen => {
  if (given === undefined) return isFolder ? { kind: 'folder', mode: 0o755, owner: 0, group: 0 } : { kind: 'absent' };
  if (typeof given === 'string') return seenOf({ text: given }, false);
  if ('folder' in given) return { kind: 'folder', mode: given.folder, owner: 0, group: 0 };
  if ('text' in given) {
    const { text, mode = 0o644, owner = 0 } = given;
    return { kind: 'file', bytes: Buffer.from(text), mode, owner, group: 0, modified: 0 };
  }
  return { kind: 'other', mode: 0o666, owner: 0, group: 0 };
};

/** The facts that `needs` ask of a host with these files. */
export function factsOf(needs: readonly Need[], { rooted = false, at = {}, commands = {} }: HostGiven): Facts {
  const within = (folder: string): string[] => {
    const paths = Object.keys(at).filter((path) => path.startsWith(`${folder}/`));
    return [...new Set(paths.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))].sort();
  };
  const placed = (path: string): Fact<Placed> => {
    const given = at[path];
    if (typeof given === 'object' && 'unseen' in given) return { unseen: given.unseen };
    if (typeof given === 'object' && 'link' in given) {
      return { seen: { at: given.link, what: seenOf(at[given.link], given.link === '/dev/null') } };
    }
    return { seen: { at: path, what: seenOf(given, within(path).length > 0) } };
  };
  const files: Record<string, Fact<Placed>> = {};
  const folders: Record<string, Fact<readonly string[] | undefined>> = {};
  for (const need of needs) {
    if (rooted && 'running' in need && need.running) continue;
    if (need.kind === 'file') files[need.path] = placed(need.path);
    if (need.kind === 'folder') {
      const given = at[need.path];
      const names = within(need.path);
      const is = names.length > 0 || (typeof given === 'object' && 'folder' in given);
      folders[need.path] =
        typeof given === 'object' && 'unseen' in given ? { unseen: given.unseen } : { seen: is ? names : undefined };
      const ending = need.files;
      if (ending !== undefined)
        for (const name of names.filter((one) => one.endsWith(ending)))
          files[`${need.path}/${name}`] = placed(`${need.path}/${name}`);
    }
    if (need.kind === 'homes') {
      const passwd = at['/etc/passwd'];
      for (const home of homesOf(
        typeof passwd === 'object' && 'text' in passwd ? passwd.text : typeof passwd === 'string' ? passwd : '',
      ))
        for (const name of need.names) files[`${home}/${name}`] = placed(`${home}/${name}`);
    }
  }
  const answers = Object.entries(commands).map(([key, value]): [string, Fact<Output>] => [
    key,
    'unseen' in value ? value : { seen: value },
  ]);
  return { rooted, files, folders, commands: Object.fromEntries(answers) };
}

/** The files after the Changes, as a host would hold them. */
export function after(files: ReadonlyMap<string, FileGiven>, changes: readonly Change[]): Map<string, FileGiven> {
  const next = new Map(files);
  for (const change of changes) {
    if (change.kind !== 'file') throw new Error(`a ${change.kind} on a folder`);
    const was = next.get(change.path);
    if (change.content === null) next.delete(change.path);
    else
      next.set(change.path, {
        bytes: bytesOf(change.content),
        mode: change.mode ?? was?.mode ?? 0o644,
        owner: was?.owner ?? 0,
      });
  }
  return next;
}

/** Files as `Given`, for `factsOf`; only for text. */
export function givenOf(files: ReadonlyMap<string, FileGiven>): Record<string, Given> {
  return Object.fromEntries(
    [...files].map(([path, { bytes, mode, owner }]) => [
      path,
      { text: Buffer.from(bytes).toString('utf8'), mode, owner },
    ]),
  );
}
