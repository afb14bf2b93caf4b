/** Who is named in the command that signs next: only who really could. */
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src/records/approvals.ts';
import { foldRoster } from '../../src/records/roster.ts';
import { approveCommand, countersignerOf, firstApproveCommand, signersOf } from '../../src/records/signers.ts';
import { site } from '../worlds/books.ts';

const roster = foldRoster(site().entries);
const now = new Date('2026-01-05T02:00:00.000Z');
const asked: Approval = {
  ...{ subject: 'R-1', request: 2, log: 'l', digest: 'd', plan: { path: 'p', sha256: 's' }, title: 'T', kind: 'run' },
  ...{ seats: [{ roles: ['approver'], party: 'purchaser' }, { roles: ['owner'] }], requester: 'li', grants: [] },
  ...{ asked: '2026-01-05T01:00:00.000Z', expires: '2026-01-05T04:00:00.000Z' },
};
const without = (name: string) => {
  const one = roster.get(name);
  return one ? new Map([...roster, [name, { ...one, retired: '2026-01-01T00:00:00.000Z' }]]) : roster;
};

describe('the command that signs', () => {
  it('names an active operator who fits an open seat', () => {
    expect(signersOf(asked, roster, now)).toEqual(['chen', 'qin']);
    expect(approveCommand(asked, roster, now)).toBe('gxops approve R-1 --as chen');
    expect(firstApproveCommand(asked, roster)).toBe('gxops approve R-1 --as chen');
    expect(approveCommand(asked, without('chen'), now)).toBe('gxops approve R-1 --as qin');
    expect(firstApproveCommand(asked, without('chen'))).toBe('gxops approve R-1 --as qin');
  });

  it('never names who asked, and nobody where nobody fits', () => {
    expect(approveCommand({ ...asked, requester: 'chen' }, roster, now)).toBe('gxops approve R-1 --as qin');
    const nobody = { ...asked, seats: [{ roles: ['auditor' as const] }] };
    expect(approveCommand(nobody, roster, now)).toBe('gxops approve R-1');
    expect(firstApproveCommand(nobody, roster)).toBe('gxops approve R-1');
  });

  it('countersigning is for a third person', () => {
    expect(countersignerOf(asked, 'chen', roster)).toBe('qin');
    expect(countersignerOf({ ...asked, requester: 'qin' }, 'chen', roster)).toBe('li');
  });
});
