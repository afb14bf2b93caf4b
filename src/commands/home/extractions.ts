/** What extractions still need from somebody: a receipt, a hand-over, a destruction, a statement. */
import { type Text, t } from '../../core/text.ts';
import type { Copy, Extraction } from '../../records/extract.ts';
import type { Item, Standings } from './items.ts';

type Seen = Pick<Standings, 'operator' | 'now' | 'when'>;

/** One matter and whose it is. */
interface Matter {
  readonly whose: string;
  readonly item: Item;
}

/** `yours` are those that you must end; matters of one extraction come in the order in which they fall due. */
export function ofExtractions(extractions: readonly Extraction[], seen: Seen) {
  const matters = extractions.flatMap((one) => mattersOf(one, seen));
  return {
    yours: matters.filter(({ whose }) => whose === seen.operator).map(({ item }) => item),
    others: matters.filter(({ whose }) => whose !== seen.operator).map(({ item }) => item),
  };
}

function mattersOf(one: Extraction, seen: Seen): Matter[] {
  const { artefact, destroyed, copies, destroyBy, executor = one.requester } = one;
  if (artefact === undefined) return [];
  const due = destroyBy !== undefined && seen.now.toISOString().slice(0, 10) > destroyBy;
  const gone = destroyed?.at !== undefined;
  const values = { id: one.id, destroyBy: destroyBy ?? '' };
  const own: Matter[] = [];
  if (due && !gone)
    own.push(
      matter(
        one,
        executor,
        t('had to be destroyed by {destroyBy}', values),
        `gxops extract destroy ${one.id} --execute`,
        seen,
      ),
    );
  else if (copies.length === 0 && !gone)
    own.push(matter(one, executor, t('made, not handed over'), `gxops extract handover ${one.id} --help`, seen));
  return [...own, ...copies.flatMap((copy) => ofCopy(one, copy, due || gone, seen))];
}

function ofCopy(one: Extraction, { receiver, received, destroyed, copy }: Copy, ended: boolean, seen: Seen): Matter[] {
  const values = { receiver, copy };
  const sign = received === undefined ? [t('{receiver} has not signed for copy {copy}', values)] : [];
  const state =
    ended && destroyed === undefined ? [t('{receiver} has not stated that copy {copy} is destroyed', values)] : [];
  return [
    ...sign.map((text) => matter(one, receiver, text, `gxops --as ${receiver} extract handover ${one.id}`, seen)),
    ...state.map((text) => matter(one, receiver, text, `gxops --as ${receiver} extract destroy ${one.id}`, seen)),
  ];
}

function matter(one: Extraction, whose: string, state: Text, command: string, { when }: Seen): Matter {
  const title = t('Extraction {id}: at most {limit} rows from {database}', {
    ...{ id: one.id, limit: one.limit, database: one.database },
  });
  return { whose, item: { id: one.id, kind: 'extract', title, state, command, since: one.at, shown: when(one.at) } };
}
