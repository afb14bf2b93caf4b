/** `extract open`: decrypts what was handed over, checks it against its signed manifest, and records that it was opened. */
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Opened } from '../../core/world.ts';
import { rosterOf } from '../../records/roster.ts';
import type { Call } from '../command.ts';

/**
 * Data `{rows, sha256, verified}` and, where the manifest is signed, `{signer, fingerprint, known}`; the hash is that of the encrypted
 * file. Without a manifest it ends `unreachable`: decrypted, not verified. Signed by a key that this site does not know, or not at all
 * (schema 1): `findings`.
 */
export async function run(call: Call): Promise<Report> {
  const { session, options } = call;
  const { keep } = session.world;
  const file = call.args[0] ?? '';
  const identity = typeof options.identity === 'string' && options.identity !== '' ? options.identity : undefined;
  const out = given('--to', options.to);
  const roster = await rosterOf(keep);
  const keys = Object.fromEntries([...roster.values()].map(({ name, key }) => [name, key]));
  const opened = await keep.open(file, identity, out, keys);
  const { rows, sha256, plain, verified, signer, fingerprint, known } = opened;
  const data = { path: file.split('/').at(-1) ?? '', sha256, rows, verified };
  for (const entry of await keep.append([{ type: 'extract.opened', data }])) session.tell(entry);
  return {
    ...judged(opened),
    sections: [
      {
        kind: 'facts',
        facts: [
          [t('decrypted to'), out],
          [t('rows'), `${rows}`],
          [t('SHA-256 of the encrypted file'), sha256],
          [t('SHA-256 of the data'), plain],
          ...(signer === undefined || fingerprint === undefined
            ? []
            : ([
                [t('signed by'), signer],
                [t("fingerprint of the signer's key"), fingerprint],
              ] as const)),
        ],
      },
    ],
    data: {
      rows,
      sha256,
      plain,
      verified,
      ...(signer && fingerprint ? { signer, fingerprint, known: known === true } : {}),
    },
  };
}

function judged({ rows, verified, signer = '', known }: Opened): { title: Text; verdict: Report['verdict'] } {
  if (!verified) return { title: t('Decrypted, but there is no manifest to check it by'), verdict: 'unreachable' };
  if (known !== true)
    return {
      title: t(
        '{rows} rows, as the manifest says; {signer}, who signed it, is not known to this site: compare the fingerprint with the hand-over sheet',
        {
          rows,
          signer,
        },
      ),
      verdict: 'findings',
    };
  return { title: t('{rows} rows, as the manifest says that {signer} signed', { rows, signer }), verdict: 'done' };
}

function given(flag: string, value: Call['options'][string]): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Stop('usage', t('{flag} is missing. Allowed: {allowed}.', { flag, allowed: t('a file') }), {
    notDone: t('Nothing was decrypted.'),
    next: ['gxops extract open --help'],
  });
}
