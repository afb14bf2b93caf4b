/** An approval signed on paper: the scan's hash, the sheet's number and code, and a second operator who saw it. */
import { sha256 } from '../../core/json.ts';
import { shortCode } from '../../core/plan.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { insistActive } from '../operator/active.ts';
import type { Request } from './request.ts';

/** undefined without `--paper`. Stop('usage') where a part is missing, 'refused' where code or countersigner do not fit. */
export async function checkPaper(call: Call, request: Request) {
  const { options, session } = call;
  const flags = ['paper', 'number', 'code', 'countersign'] as const;
  const given = flags.filter((flag) => typeof options[flag] === 'string');
  if (given.length === 0) return undefined;
  const missing = flags.find((flag) => typeof options[flag] !== 'string');
  if (missing)
    throw wrong(
      'usage',
      t('--{missing} is missing: a sheet needs --paper, --number, --code and --countersign.', { missing }),
    );
  const [file, number, code, countersign] = flags.map((flag) => String(options[flag]).trim()) as [
    string,
    string,
    string,
    string,
  ];
  if (!/^[\p{L}\p{N}][\p{L}\p{N}〔〕()（）/._ -]{0,63}$/u.test(number))
    throw wrong('usage', t('--number: “{number}” is no sheet number. Allowed: letters, digits and ().-/_', { number }));
  const right = shortCode(request.approval.digest);
  if (plain(code) !== plain(right))
    throw wrong(
      'refused',
      t('--code {code} is not the code of this request: the sheet is for something else.', { code }),
    );
  insistActive('--countersign', countersign, request.roster);
  if (countersign === session.operator)
    throw wrong('refused', t('{who} cannot countersign his own sheet; a second person must.', { who: countersign }));
  if (countersign === request.approval.requester)
    throw wrong('refused', t('{who} asked for it and cannot countersign the sheet.', { who: countersign }));
  const scan = await call.read('--paper', file);
  if (scan.length === 0)
    throw wrong('usage', t('--paper: {file} is empty. Allowed: the scan of the signed sheet.', { file }));
  return { paper: { number, scan: sha256(scan) }, countersign };
}

/** As people read it aloud: O is 0, I and L are 1, dashes and blanks do not count. */
function plain(code: string): string {
  return code
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
    .replace(/[^0-9A-Z]/g, '');
}

function wrong(verdict: 'usage' | 'refused', text: Text): Stop {
  return new Stop(verdict, text, { notDone: t('Nothing was signed or recorded.') });
}
