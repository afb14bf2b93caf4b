/** The sheet for an approval on paper: the whole plan, its digest and code, and blanks for hands. */
import type { Document } from '../../core/document.ts';
import { shortCode } from '../../core/plan.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { t } from '../../core/text.ts';
import { approveCommand, countersignerOf, signersOf } from '../../records/signers.ts';
import { type Request, requestData, requestFacts } from './request.ts';

const BLANK = '____________________';

/** Nothing is signed or recorded by printing. Data `{id, digest, code}`. */
export async function sheet(request: Request, session: Session): Promise<Report> {
  const now = session.world.now();
  const document = await formOf(request, session);
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
    ...(document === undefined ? {} : { document }),
    data: requestData(request),
    next: [`${sign} --paper SCAN --number N --code CODE${second ? ` --countersign ${second}` : ''}`],
  };
}

/** An extraction has a form of its own; what else is approved is printed as it is. */
async function formOf({ approval, roster, sections }: Request, session: Session): Promise<Document | undefined> {
  if (approval.kind !== 'extract') return undefined;
  const { applicationOf, findExtraction } = await import('../extract/stored.ts');
  const { approvalForm } = await import('../extract/forms.ts');
  const extraction = await findExtraction(approval.subject, session);
  const application = await applicationOf(extraction, session);
  return approvalForm({ extraction, application, roster, session }, approval.seats, identityIn(sections));
}

/** The database that the plan binds, as its release names it. */
function identityIn(sections: Request['sections']): string {
  const lines = sections.flatMap((section) => (section.kind === 'plan' ? section.plan.lines : []));
  const release = lines.flatMap(({ item }) => (item.kind === 'release' ? [item.binding] : []))[0];
  const { identity } = (release ?? {}) as { identity?: { fingerprint?: Readonly<Record<string, string>> } };
  return Object.entries(identity?.fingerprint ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join('；');
}
