/** Which copy of a file an act is about, and whether it may leave at all. */
import type { Artefact } from '../../core/product.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Copy, Extraction } from '../../records/extract.ts';

/** The file as made and as it lies there now. Stop('refused') where it is missing, changed, destroyed or due for destruction. */
export async function insistOnFile(extraction: Extraction, session: Session): Promise<Artefact> {
  const { id, artefact, destroyed, destroyBy } = extraction;
  if (artefact === undefined) throw refused(t('{id} has no file yet', { id }), [`gxops extract run ${id} --execute`]);
  if (destroyed !== undefined)
    throw refused(t('{id} was destroyed ({at})', { id, at: destroyed.at ?? destroyed.begun }));
  const today = session.world.now().toISOString().slice(0, 10);
  if (destroyBy !== undefined && today > destroyBy)
    throw refused(t('{id} had to be destroyed by {destroyBy}', { id, destroyBy }), [`gxops extract destroy ${id}`]);
  const seen = await session.world.keep.hash(artefact.path);
  if (seen?.sha256 === artefact.sha256) return artefact;
  throw refused(
    seen === undefined
      ? t('{path} is missing', { path: artefact.path })
      : t('{path} is not the file that was made', { path: artefact.path }),
    ['gxops extract check', `gxops audit log --subject ${id}`],
  );
}

/** The copy to be received or destroyed: the newest of this receiver without that word. Stop('refused') where there is none. */
export function copyFor(extraction: Extraction, receiver: string, word: 'received' | 'destroyed'): Copy {
  const own = extraction.copies.filter((copy) => copy.receiver === receiver);
  const open = own.findLast((copy) => copy[word] === undefined);
  if (open !== undefined) return open;
  const { id } = extraction;
  if (own.length === 0) throw refused(t('no copy of {id} was handed to {receiver}', { id, receiver }));
  throw refused(
    word === 'received'
      ? t('{receiver} has already signed for every copy of {id}', { id, receiver })
      : t('{receiver} has already stated that every copy of {id} is destroyed', { id, receiver }),
  );
}

export function refused(text: Text, next: readonly string[] = []): Stop {
  return new Stop('refused', text, { notDone: t('Nothing was handed over, destroyed or recorded.'), next });
}
