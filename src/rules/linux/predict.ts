/** The facts as they would be after edits, so that a fix is planned only where it will satisfy its own rule. */
import type { FileSeen } from '../../core/world.ts';
import { decoded, type Fact, type Facts, type Placed, placed } from './facts.ts';
import type { Edit } from './rule.ts';

/** undefined where an edit cannot be made: its folder is missing, or what lies there is no plain file. */
export function afterEdits(facts: Facts, edits: readonly Edit[]): Facts | undefined {
  return edits.reduce<Facts | undefined>((now, edit) => (now ? afterEdit(now, edit) : undefined), facts);
}

function afterEdit(facts: Facts, edit: Edit): Facts | undefined {
  const path = edit.kind === 'kernel' ? `/proc/sys/${edit.key.replaceAll('.', '/')}` : edit.path;
  const { at, what } = placed(facts, path);
  const will = seenAfter(what, edit);
  if (will === undefined || (what.kind === 'absent' && !hasFolder(facts, at))) return undefined;
  const moved = Object.entries(facts.files).map(([key, one]): [string, Fact<Placed>] =>
    'seen' in one && one.seen.at === at ? [key, { seen: { at, what: will } }] : [key, one],
  );
  return {
    ...facts,
    files: { ...Object.fromEntries(moved), [path]: { seen: { at, what: will } } },
    folders: listedIn(facts, at, will),
  };
}

function seenAfter(what: FileSeen, edit: Edit): FileSeen | undefined {
  if (edit.kind === 'remove') return { kind: 'absent' };
  if (edit.kind === 'mode')
    return what.kind === 'absent' || what.kind === 'link' ? undefined : { ...what, mode: what.mode & edit.keep };
  const file = what.kind === 'absent' ? newFile(edit) : what;
  if (file.kind !== 'file') return undefined;
  const { text, encoding } = decoded(file.bytes);
  const will = edit.kind === 'kernel' ? `${edit.value}\n` : edit.edit(text);
  return { ...file, bytes: Buffer.from(will, encoding) };
}

function newFile(edit: Edit): FileSeen {
  const mode = edit.kind === 'text' ? (edit.mode ?? 0o644) : 0o644;
  return { kind: 'file', bytes: new Uint8Array(), mode, owner: 0, group: 0, modified: 0 };
}

/** A folder that nobody looked at counts as there: the rules look at those that may be missing. */
function hasFolder(facts: Facts, path: string): boolean {
  const folder = facts.folders[parentOf(path)];
  return folder === undefined || ('seen' in folder && folder.seen !== undefined);
}

function listedIn(facts: Facts, path: string, what: FileSeen): Facts['folders'] {
  const folder = facts.folders[parentOf(path)];
  if (!folder || !('seen' in folder) || folder.seen === undefined) return facts.folders;
  const name = path.slice(parentOf(path).length + 1);
  const others = folder.seen.filter((one) => one !== name);
  const names = what.kind === 'absent' ? others : [...others, name].sort();
  return { ...facts.folders, [parentOf(path)]: { seen: names } };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
