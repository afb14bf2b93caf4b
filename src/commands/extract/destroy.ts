/** `extract destroy`: removes our file and the key of its pseudonyms; its receiver states the same of the copy. */
import { partsFolder } from '../../core/product.ts';
import type { Report } from '../../core/report.ts';
import { shellLine } from '../../core/shell.ts';
import { type Text, t } from '../../core/text.ts';
import { insistMayAct } from '../../engine/gate.ts';
import type { Extraction } from '../../records/extract.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { insistActive } from '../operator/active.ts';
import { copyFor, refused } from './copying.ts';
import { declared } from './declaration.ts';
import { destructionForm } from './forms.ts';
import { findExtraction } from './stored.ts';

/** What stays: it holds no data, and is what the journal's hashes are about. */
const KEPT = 'manifest.json';

/** Data `{id, removed, leftovers, stated, notProvable}`; without --execute `{id, remove}`. A receiver (or --paper) states; an engineer removes. */
export async function run(call: Call): Promise<Report> {
  const { session, args, options, execute } = call;
  const id = args[0] ?? '';
  const extraction = await findExtraction(id, session);
  if (extraction.recipients.includes(session.operator) || typeof options.paper === 'string') return state(call, id);
  await insistMayAct(session);
  const remove = await removable(call, id);
  const parts = remove.some((path) => path.startsWith(`${partsFolder(id)}/`));
  if (extraction.artefact === undefined && !parts)
    throw refused(t('{id} has no file', { id }), [`gxops extract show ${id}`]);
  if (!execute) return rehearsed(call, extraction, remove);
  const holder = { operator: session.operator, why: `extract destroy ${id}` };
  // A run that reads its parts at this moment is not disturbed.
  const run = extraction.run === undefined ? [] : [extraction.run];
  return session.world.keep.hold([`extract-${id}`, ...run], holder, async () => {
    const now = await findExtraction(id, session);
    // What was left over the last time is removed now.
    if (now.destroyed?.at !== undefined && now.destroyed.leftovers?.length === 0)
      throw refused(t('{id} was destroyed ({at})', { id, at: now.destroyed.at }), [`gxops extract show ${id}`]);
    return destroyed(call, now);
  });
}

/** Our own files of this extraction, by their paths below the site folder. */
async function removable({ session }: Call, id: string): Promise<readonly string[]> {
  const { keep } = session.world;
  const files = (await keep.files(`exports/${id}`)).filter((name) => name !== KEPT);
  const join = (await keep.files(`runs/${id}`)).filter((name) => name === 'join');
  const parts = await keep.files(partsFolder(id));
  return [
    ...files.map((name) => `exports/${id}/${name}`),
    ...join.map((name) => `runs/${id}/${name}`),
    ...parts.map((name) => `${partsFolder(id)}/${name}`),
  ];
}

function rehearsed({ session }: Call, { id, copies }: Extraction, remove: readonly string[]): Report {
  return {
    title: t('Extraction {id}: what would be destroyed', { id }),
    verdict: 'done',
    sections: [
      { kind: 'text', heading: t('Would be removed, for ever'), lines: remove },
      {
        kind: 'text',
        lines: [t('It cannot be undone. Only the manifest stays, which holds no data.'), ...limits(copies.length)],
      },
    ],
    data: { id, remove },
    next: [shellLine(['gxops', '--site', session.site.dir, 'extract', 'destroy', id, '--execute'])],
  };
}

/** Intent first, then the deed, then what is really gone: a kill in between leaves an intent that this command ends. */
async function destroyed(call: Call, extraction: Extraction): Promise<Report> {
  const { session, options } = call;
  const { id, artefact } = extraction;
  const { keep } = session.world;
  const reason = typeof options.reason === 'string' && options.reason.trim() !== '' ? options.reason.trim() : 'due';
  const sha256 = artefact?.sha256 ?? '';
  const removed = await removable(call, id);
  const begun = { type: 'extract.destroying', subject: id, data: { sha256, reason } } as const;
  for (const entry of await keep.append([begun])) session.tell(entry);
  for (const path of removed) await keep.discard(path);
  const leftovers = await removable(call, id);
  const ended = { type: 'extract.destroyed', subject: id, data: { sha256, removed, leftovers } } as const;
  for (const entry of await keep.append([ended])) session.tell(entry);
  return {
    title:
      leftovers.length === 0
        ? t('Extraction {id} is destroyed here', { id })
        : t('Extraction {id}: not all is gone', { id }),
    verdict: leftovers.length === 0 ? 'done' : 'half-done',
    sections: [
      { kind: 'text', heading: t('Removed'), lines: removed },
      ...(leftovers.length === 0 ? [] : [{ kind: 'todo', heading: t('Still there'), items: leftovers } as const]),
      { kind: 'text', heading: t('What this does not prove'), lines: limits(extraction.copies.length) },
    ],
    document: await destructionForm(
      { extraction, roster: await rosterOf(keep), session },
      { removed, leftovers, reason, at: session.world.now().toISOString() },
    ),
    data: { id, removed, leftovers, stated: false, notProvable: NOT_PROVABLE },
    next: extraction.copies
      .filter(({ destroyed }) => destroyed === undefined)
      .map(({ receiver }) =>
        shellLine(['gxops', '--site', session.site.dir, '--as', receiver, 'extract', 'destroy', id]),
      ),
  };
}

/** Codes of what no record of ours can prove. */
export const NOT_PROVABLE = ['recipient-copies', 'backups', 'disk-blocks'] as const;

/** The same in words, for certificate and screen. */
export function limits(copies: number): readonly Text[] {
  return [
    t('What a receiver copied on is proved by the receiver\u2019s own statement alone ({copies} copies handed over).', {
      copies,
    }),
    t(
      'On solid-state disks, disk arrays and in backups the encrypted bytes may outlive their removal; without a recipient\u2019s key they stay unreadable.',
    ),
  ];
}

async function state(call: Call, id: string): Promise<Report> {
  const { session, options } = call;
  const holder = { operator: session.operator, why: `extract destroy ${id}` };
  return session.world.keep.hold([`extract-${id}`], holder, async () => {
    const extraction = await findExtraction(id, session);
    const roster = await rosterOf(session.world.keep);
    insistActive('--as', session.operator, roster);
    const named = typeof options.to === 'string' ? options.to : extraction.recipients[0];
    const receiver = extraction.recipients.includes(session.operator) ? session.operator : (named ?? '');
    const copy = copyFor(extraction, receiver, 'destroyed');
    const statement = await declared('destruction', call, extraction, copy, roster);
    const draft = { type: 'extract.stated', subject: id, data: { copy: copy.copy, ...statement } } as const;
    for (const entry of await session.world.keep.append([draft])) session.tell(entry);
    return {
      title: t('{receiver} has stated that copy {copy} of {id} is destroyed', { id, receiver, copy: copy.copy }),
      verdict: 'done',
      sections: [{ kind: 'text', heading: t('What this does not prove'), lines: limits(extraction.copies.length) }],
      data: { id, removed: [], leftovers: [], stated: true, notProvable: NOT_PROVABLE },
      next: [`gxops extract show ${id}`],
    };
  });
}
