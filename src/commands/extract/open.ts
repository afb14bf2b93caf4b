/** `extract open`: decrypts what was handed over, checks it against its manifest, and records that it was opened. */
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import type { Call } from '../command.ts';

/** Data `{rows, sha256, verified}`; the hash is that of the encrypted file. Without a manifest it ends `unreachable`: decrypted, not verified. */
export async function run(call: Call): Promise<Report> {
  const { session, options } = call;
  const file = call.args[0] ?? '';
  const identity = given('--identity', options.identity);
  const out = given('--to', options.to);
  const { rows, sha256, plain, verified } = await session.world.keep.open(file, identity, out);
  const name = file.split('/').at(-1) ?? '';
  const data = { path: name, sha256, rows, verified };
  for (const entry of await session.world.keep.append([{ type: 'extract.opened', data }])) session.tell(entry);
  return {
    title: verified
      ? t('{rows} rows, as the manifest says', { rows })
      : t('Decrypted, but there is no manifest to check it by'),
    verdict: verified ? 'done' : 'unreachable',
    sections: [
      {
        kind: 'facts',
        facts: [
          [t('decrypted to'), out],
          [t('rows'), `${rows}`],
          [t('SHA-256 of the encrypted file'), sha256],
          [t('SHA-256 of the data'), plain],
        ],
      },
    ],
    data: { rows, sha256, plain, verified },
  };
}

function given(flag: string, value: Call['options'][string]): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Stop('usage', t('{flag} is missing. Allowed: {allowed}.', { flag, allowed: t('a file') }), {
    notDone: t('Nothing was decrypted.'),
    next: ['gxops extract open --help'],
  });
}
