/** Who could sign now, by name: for the command that is typed next. */
import { type Approval, fits, refusalFor } from './approvals.ts';
import type { Roster } from './roster.ts';

/** What is known of a request that has just been made, before anybody signed. */
type Asked = Pick<Approval, 'subject' | 'seats' | 'requester'>;

/** Active operators who may fill a seat that is still open, in the order of the roster. */
export function signersOf(approval: Approval, roster: Roster, now: Date): readonly string[] {
  return [...roster.keys()].filter((name) => refusalFor(approval, roster, name, now) === undefined);
}

/** The command that signs a request, with the first who may; without a name where nobody is known. */
export function approveCommand(approval: Approval, roster: Roster, now: Date): string {
  return withSigner(approval.subject, signersOf(approval, roster, now)[0]);
}

/** The same for a request of which no signature is recorded yet. */
export function firstApproveCommand({ subject, seats, requester }: Asked, roster: Roster): string {
  const may = [...roster.values()].find(
    (one) => !one.retired && one.name !== requester && seats.some((seat) => fits(seat, one)),
  );
  return withSigner(subject, may?.name);
}

/** An active operator who may countersign a sheet that `approver` signed on paper; undefined where there is none. */
export function countersignerOf(
  { requester }: Asked,
  approver: string | undefined,
  roster: Roster,
): string | undefined {
  return [...roster.values()].find(({ name, retired }) => !retired && name !== requester && name !== approver)?.name;
}

function withSigner(subject: string, name: string | undefined): string {
  return name === undefined ? `gxops approve ${subject}` : `gxops approve ${subject} --as ${name}`;
}
