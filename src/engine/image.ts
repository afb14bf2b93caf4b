/** Pre-images: what a file was before our deed, kept durable so that it can be given back byte for byte. */
import { bytesOf, type Content, contentOf, type FileChange } from '../core/change.ts';
import { canonical, sha256 } from '../core/json.ts';
import type { Session } from '../core/session.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen } from '../core/world.ts';
import type { ChangeState } from '../records/run.ts';
import { fetchJson, sidePath } from './course.ts';
import { aimOf } from './plan.ts';

/** A file as it was. */
export type Image =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file';
      readonly content: Content;
      readonly mode: number;
      readonly owner: number;
      readonly group: number;
      readonly label?: string;
    };

/** `sha256` of a file's bytes, or `absent`; Stop('refused') for what is neither a plain file nor nothing. */
export function hashSeen(seen: FileSeen, path: string): string {
  if (seen.kind === 'absent') return 'absent';
  if (seen.kind === 'file') return sha256(seen.bytes);
  throw new Stop(
    'refused',
    t('{path} is a {kind}, not a plain file; gxops does not write through it.', { path, kind: seen.kind }),
  );
}

function imageOf(seen: FileSeen): Image {
  if (seen.kind !== 'file') return { kind: 'absent' };
  const { bytes, mode, owner, group, label } = seen;
  return { kind: 'file', content: contentOf(bytes), mode, owner, group, ...(label === undefined ? {} : { label }) };
}

/** Looks, compares with what the plan saw, and stores the pre-image. A foreign edit since then: Stop('refused'), nothing done. */
export async function capture(session: Session, run: string, id: string, change: FileChange) {
  const seen = await session.world.look.file(change.host, change.path, change.as);
  const hash = hashSeen(seen, change.path);
  if (hash !== change.before) {
    throw new Stop(
      'refused',
      t('{path} is no longer what the plan was made from; somebody has changed it since.', { path: change.path }),
      {
        notDone: t('It was not written.'),
        safe: t('Changes made before stand and are recorded.'),
        next: [`gxops rollback run ${run}`],
        data: { state: 'not-done' },
      },
    );
  }
  const file = await session.world.keep.store(sidePath(run, 'pre', id), Buffer.from(canonical(imageOf(seen)), 'utf8'));
  return { ...file, exists: hash !== 'absent' };
}

/** The Change that gives the pre-image back; it refuses anything but our own post-image, or the pre-image where that is back already (what makes it take effect may not have run). */
export async function restoring(
  session: Session,
  state: ChangeState,
  change: FileChange,
  now: 'pre' | 'post',
): Promise<FileChange> {
  if (!state.pre) throw new Stop('refused', t('No pre-image of {path} was recorded.', { path: change.path }));
  const image = await fetchJson<Image>(session, state.pre);
  const { why: _, ...same } = change;
  const before = now === 'pre' ? hashOf(image) : (state.made?.post ?? state.post ?? aimOf(change));
  if (image.kind === 'absent') return { ...same, content: null, before };
  const { content, mode, owner, group } = image;
  return { ...same, content, mode, owner, group, before };
}

function hashOf(image: Image): string {
  return image.kind === 'absent' ? 'absent' : sha256(bytesOf(image.content));
}

/** pre: it is as before the deed. post: it is as after it. neither: somebody else was there, or it cannot be told apart. */
export async function imageNow(
  session: Session,
  state: ChangeState,
  change: FileChange,
): Promise<'pre' | 'post' | 'neither'> {
  const seen = await session.world.look.file(change.host, change.path, change.as);
  if (!state.pre) return 'neither';
  const image = await fetchJson<Image>(session, state.pre);
  if (matches(seen, image)) return 'pre';
  return hashSeen(seen, change.path) === aimOf(change) && modeFits(seen, change) ? 'post' : 'neither';
}

function matches(seen: FileSeen, image: Image): boolean {
  if (image.kind === 'absent' || seen.kind !== 'file') return image.kind === seen.kind;
  const same = Buffer.from(bytesOf(image.content)).equals(seen.bytes);
  return (
    same &&
    image.mode === seen.mode &&
    image.owner === seen.owner &&
    image.group === seen.group &&
    image.label === seen.label
  );
}

function modeFits(seen: FileSeen, change: FileChange): boolean {
  return seen.kind !== 'file' || change.mode === undefined || change.mode === seen.mode;
}
