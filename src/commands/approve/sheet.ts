/** The sheet for an approval on paper: the whole plan, its digest and code, and blanks for hands. */
import { shortCode } from '../../core/plan.ts';
import type { Report } from '../../core/report.ts';
import { t } from '../../core/text.ts';
import { approveCommand, countersignerOf, signersOf } from '../../records/signers.ts';
import { type Request, requestData, requestFacts } from './request.ts';

const BLANK = '____________________';

/** Nothing is signed or recorded by printing. Data `{id, digest, code}`. */
export function sheet(request: Request, now: Date): Report {
  const { subject, digest } = request.approval;
  const { approval, roster } = request;
  const second = countersignerOf(approval, signersOf(approval, roster, now)[0], roster);
  const sign = approveCommand(approval, roster, now);
  return {
    title: t('Approval sheet {id}', { id: subject }),
    verdict: 'done',
    sections: [
      requestFacts(request),
      ...request.sections,
      {
        kind: 'text',
        heading: t('Statement'),
        lines: [
          t('I have read the above and approve exactly this, digest {digest}, code {code}.', {
            digest,
            code: shortCode(digest),
          }),
        ],
      },
      {
        kind: 'facts',
        heading: t('To be filled in by hand'),
        facts: [
          [t('sheet number'), BLANK],
          [t('approved / not approved'), BLANK],
          [t('holds until'), BLANK],
          [t('name and role'), BLANK],
          [t('signature'), BLANK],
          [t('seal'), BLANK],
          [t('date and time'), BLANK],
          [t('seen by (countersigning operator)'), BLANK],
        ],
      },
    ],
    data: requestData(request),
    next: [`${sign} --paper SCAN --number N --code CODE${second ? ` --countersign ${second}` : ''}`],
  };
}
