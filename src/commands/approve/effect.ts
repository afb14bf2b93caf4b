/** What an approved proposal about an operator does: the one entry that changes the roster. */
import type { Draft } from '../../core/event.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { troubleWith } from '../operator/proposal.ts';
import type { OperatorProposal, Request } from './request.ts';

/** `operator.changed`, judged once more against the roster of now: two proposals may have been under way. */
export function operatorDrafts({ approval, roster }: Request, proposal: OperatorProposal, by: string): Draft[] {
  const trouble = troubleWith(proposal, roster);
  if (trouble)
    throw new Stop('refused', t('{id} no longer holds: {trouble}', { id: approval.subject, trouble }), {
      notDone: t('Nothing was signed; the roster is unchanged.'),
      next: ['gxops operator list --all', `gxops reject ${approval.subject} --reason '…'`],
    });
  return [{ type: 'operator.changed', subject: approval.subject, data: { ...proposal, by } }];
}
