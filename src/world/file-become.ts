/** Files that only another user may touch: fixed system programs by argv behind sudo, no shell. */
import { randomBytes } from 'node:crypto';
import { bytesOf, type FileChange, type Made } from '../core/change.ts';
import { sha256 } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen } from '../core/world.ts';
import { editedByOthers, FILE_CAP, notDone, unknownDeed } from './carrier.ts';
import type { Ended } from './child.ts';
import { refusal } from './walk.ts';

/** Runs one program as that user on the host; sudo's own refusal has become a Stop already. */
export type RunAs = (argv: readonly string[], stdin?: Uint8Array) => Promise<Ended>;

/** type and mode, owner, group, seconds, size. */
const STAT = '%f %u %g %Y %s';

/** A path as that user finds it. */
export async function fileAs(host: string, path: string, run: RunAs): Promise<FileSeen> {
  insistPlain(path);
  const stat = await run(['stat', '-c', STAT, '--', path]);
  const said = stat.stderr.toString('utf8');
  if (stat.how === 'exit' && stat.code !== 0 && /No such file or directory|Not a directory/.test(said))
    return { kind: 'absent' };
  const found = statOf(clean(host, path, stat));
  if (found.kind === 'link') {
    const link = clean(host, path, await run(['readlink', '-n', '--', path]));
    return { kind: 'link', ...found.owners, target: link.toString('utf8') };
  }
  if (found.kind !== 'file') return { kind: found.kind, ...found.owners };
  if (found.size > FILE_CAP) throw unreadable(host, path, 'EFBIG');
  const bytes = clean(host, path, await run(['cat', '--', path]));
  return { kind: 'file', bytes, ...found.owners, modified: found.modified, ...(await labelled(path, run)) };
}

/** The kind's bits of st_mode. */
const KINDS: ReadonlyMap<number, 'file' | 'folder' | 'link'> = new Map([
  [0x8000, 'file'],
  [0x4000, 'folder'],
  [0xa000, 'link'],
]);

/** One line of `stat -c STAT`, as values. */
export function statOf(line: Buffer) {
  const [hex = '0', owner = '0', group = '0', seconds = '0', size = '0'] = line.toString('utf8').trim().split(' ');
  const raw = Number.parseInt(hex, 16);
  return {
    kind: KINDS.get(raw & 0xf000) ?? ('other' as const),
    owners: { mode: raw & 0o7777, owner: Number(owner), group: Number(group) },
    modified: Number(seconds) * 1000,
    size: Number(size),
  };
}

/** stat fails on a file without a label, so it is asked apart. */
async function labelled(path: string, run: RunAs): Promise<{ label?: string }> {
  const ended = await run(['stat', '-c', '%C', '--', path]);
  const label = ended.stdout.toString('utf8').trim();
  return ended.code !== 0 || label === '?' || label === '' ? {} : { label };
}

/** Compares, writes beside, renames, syncs; the same promise as a local write. */
export async function writeAs(host: string, change: FileChange, run: RunAs): Promise<Made> {
  insistPlain(change.path);
  const before = await fileAs(host, change.path, run);
  if (before.kind !== 'file' && before.kind !== 'absent') throw refusal(change.path, t('it is not a regular file'));
  if ((before.kind === 'file' ? sha256(before.bytes) : 'absent') !== change.before) throw editedByOthers(change.path);
  await insistNoLink(host, change.path, run);
  if (change.content === null) return removeAs(host, change, before, run);
  const bytes = bytesOf(change.content);
  const temporary = `${change.path}.${randomBytes(6).toString('hex')}.gxops`;
  try {
    await prepare(host, change, before, { temporary, bytes, run });
    const now = await fileAs(host, change.path, run);
    if ((now.kind === 'file' ? sha256(now.bytes) : now.kind) !== change.before) throw editedByOthers(change.path);
    await renamed(host, change.path, run(['mv', '-T', '--', temporary, change.path]));
  } catch (error) {
    await run(['rm', '-f', '--', temporary]).catch(() => undefined);
    throw error;
  }
  await renamed(host, change.path, run(['sync', '--', folderOf(change.path)]));
  return { post: sha256(bytes) };
}

interface Fresh {
  readonly temporary: string;
  readonly bytes: Uint8Array;
  readonly run: RunAs;
}

async function prepare(host: string, change: FileChange, before: FileSeen, fresh: Fresh): Promise<void> {
  const { temporary, bytes, run } = fresh;
  const done = (argv: readonly string[], stdin?: Uint8Array) => step(host, change.path, run(argv, stdin));
  await done(['install', '-m', '0600', '--', '/dev/null', temporary]);
  // tee, since stdin may be a socket, which no program can open by name.
  await done(['tee', '--', temporary], bytes);
  await insistWhole(host, change.path, await run(['sha256sum', '--', temporary]), sha256(bytes));
  for (const argv of dress(change, before, temporary)) await done(argv);
  await done(['sync', '--', temporary]);
}

async function removeAs(host: string, change: FileChange, before: FileSeen, run: RunAs): Promise<Made> {
  if (before.kind === 'absent') return { post: 'absent' };
  await renamed(host, change.path, run(['rm', '--', change.path]));
  await renamed(host, change.path, run(['sync', '--', folderOf(change.path)]));
  return { post: 'absent' };
}

/** Owner, then mode (a change of owner clears set-id bits), then label. */
function dress(change: FileChange, before: FileSeen, temporary: string): string[][] {
  const pre = before.kind === 'file' ? before : undefined;
  const mode = (change.mode ?? pre?.mode ?? 0o644).toString(8).padStart(4, '0');
  const owner = change.owner ?? pre?.owner ?? '';
  const group = change.group ?? pre?.group;
  const owners = `${owner}${group === undefined ? '' : `:${group}`}`;
  return [
    ...(owners === '' ? [] : [['chown', '--', owners, temporary]]),
    ['chmod', '--', mode, temporary],
    ...(pre?.label === undefined ? [] : [['chcon', '--', pre.label, temporary]]),
  ];
}

/** What arrived is what was sent: a connection that broke off in the middle must not become a file. */
async function insistWhole(host: string, path: string, ended: Ended, hash: string): Promise<void> {
  if (ended.how === 'exit' && ended.code === 0 && ended.stdout.toString('utf8').replace(/^\\/, '').startsWith(hash))
    return;
  throw notDone(
    'failed',
    t('{path} on {host} could not be changed: its new content did not arrive whole', { path, host }),
  );
}

/** The path must be its own real path: a link on the way is refused, as in every file deed. */
async function insistNoLink(host: string, path: string, run: RunAs): Promise<void> {
  const folder = folderOf(path);
  const real = clean(host, folder, await run(['realpath', '-z', '-e', '--', folder]))
    .toString('utf8')
    .replace(/\0$/, '');
  if (real !== folder)
    throw refusal(path, t('{part} on the way is a symbolic link to {target}', { part: folder, target: real }));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function insistPlain(path: string): void {
  if (!path.startsWith('/') || /\0|\/\/|\/\.\.?(\/|$)|\/$/.test(path))
    throw refusal(path, t('only plain absolute paths are taken'));
}

async function step(host: string, path: string, ended: Promise<Ended>): Promise<void> {
  const { how, code, stderr } = await ended;
  if (how === 'exit' && code === 0) return;
  throw notDone(
    'failed',
    t('{path} on {host} could not be changed: {why}', { path, host, why: stderr.toString('utf8').slice(0, 300) }),
  );
}

async function renamed(host: string, path: string, ended: Promise<Ended>): Promise<void> {
  const { how, code, stderr } = await ended;
  if (how === 'exit' && code === 0) return;
  throw unknownDeed(
    t('replacing {path} on {host} failed: {why}', { path, host, why: stderr.toString('utf8').slice(0, 300) }),
  );
}

function clean(host: string, path: string, ended: Ended): Buffer {
  if (ended.how === 'exit' && ended.code === 0) return ended.stdout;
  throw unreadable(host, path, ended.stderr.toString('utf8').trim().slice(0, 300) || ended.how);
}

function unreadable(host: string, path: string, code: string): Stop {
  return new Stop('unreachable', t('{path} on {host} could not be read ({code})', { path, host, code }), {
    notDone: t('Nothing was judged from this look, and nothing was changed.'),
    data: { state: 'not-done' },
  });
}
