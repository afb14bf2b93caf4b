/** A receiver's word about a copy, signed: at the keyboard with the receiver's key, or on paper with a second operator's. */
import type { Statement } from '../../core/event.ts';
import { sha256 } from '../../core/json.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Copy, Extraction } from '../../records/extract.ts';
import { declarationHolds, declarationOf } from '../../records/extract-statement.ts';
import type { Roster } from '../../records/roster.ts';
import type { Call } from '../command.ts';
import { insistActive } from '../operator/active.ts';

type Kind = 'receipt' | 'destruction';

/** Asks, signs and checks the signature at once, so that a wrong key file is found here and not by the auditor. */
export async function declared(
  kind: Kind,
  call: Call,
  extraction: Extraction,
  copy: Copy,
  roster: Roster,
): Promise<Statement> {
  const { session } = call;
  const paper = await paperOf(call, copy, roster);
  const statement = declarationOf(kind, extraction, copy);
  await confirmed(kind, call, extraction, copy);
  const signer = paper?.countersign ?? copy.receiver;
  const signature = await session.world.keep.sign(signer, statement);
  const made: Statement = { by: copy.receiver, statement, signature, ...paper };
  if (declarationHolds(kind, extraction, copy, { ...made, at: '' }, roster)) return made;
  throw refused(t('the key used is not the registered key of {signer}', { signer }), ['gxops operator list']);
}

async function confirmed(kind: Kind, { session }: Call, { id }: Extraction, copy: Copy): Promise<void> {
  const values = { id, receiver: copy.receiver, medium: copy.medium, copy: copy.copy };
  const message =
    kind === 'receipt'
      ? t('{receiver} has received copy {copy} of {id} on medium {medium}: sign?', values)
      : t('{receiver} has destroyed copy {copy} of {id} and everything made from it: sign?', values);
  if ((await session.world.ask({ id: kind, kind: 'confirm', message })) === true) return;
  throw refused(t('You declined to sign for {id}.', values), [`gxops extract show ${id}`]);
}

/** `--paper FILE --number N --countersign OP`, all or none; needed where the receiver is not the one at the keyboard. */
async function paperOf(
  { session, options, read }: Call,
  copy: Copy,
  roster: Roster,
): Promise<Pick<Statement, 'paper' | 'countersign'> | undefined> {
  const flags = ['paper', 'number', 'countersign'] as const;
  const given = flags.filter((flag) => typeof options[flag] === 'string');
  if (given.length === 0 && session.operator === copy.receiver) return undefined;
  const missing = flags.find((flag) => typeof options[flag] !== 'string');
  if (missing !== undefined)
    throw refused(
      t('{receiver} signs at the keyboard (--as {receiver}), or on paper: --{missing} is missing', {
        receiver: copy.receiver,
        missing,
      }),
      ['gxops extract handover --help'],
    );
  const [file, number, countersign] = flags.map((flag) => String(options[flag]).trim());
  insistActive('--countersign', countersign ?? '', roster);
  if (countersign === copy.receiver || countersign === copy.by)
    throw refused(t('--countersign: {who} is party to it; a third person must', { who: countersign ?? '' }));
  const scan = await read('--paper', file ?? '');
  if (scan.length === 0) throw refused(t('--paper: {file} is empty', { file: file ?? '' }));
  return { paper: { number: number ?? '', scan: sha256(scan) }, countersign: countersign ?? '' };
}

function refused(text: Text, next: readonly string[] = []): Stop {
  return new Stop('refused', text, { notDone: t('Nothing was signed or recorded.'), next });
}
