/** People for trials: operators with keys that live in memory only, so that approvals are asked, signed and verified as ever. */
import { type Operator, PARTIES, type Party, ROLES } from '../core/operator.ts';
import type { Keep } from '../core/world.ts';
import { foldApprovals, statementOf } from '../records/approvals.ts';

export interface People {
  readonly operators: readonly Operator[];
  /** Base64 Ed25519 signature of a statement by one of them. */
  sign(operator: string, statement: string): Promise<string>;
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Who requests in trials. */
export const REQUESTER = 'requester';
/** The requester carries the run out; who approves may sit on any seat. */
const ENGINEER = ['data', 'system', 'app'] as const;
/** People of each party: as many seats of one party as an approval may have in a trial. */
const EACH = 4;

/** New people with new keys. */
export async function people(): Promise<People> {
  const names = [[REQUESTER, 'contractor'] as const, ...PARTIES.flatMap((party) => crew(party))];
  const keys = new Map<string, Key>();
  const operators: Operator[] = [];
  for (const [name, party] of names) {
    const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
    if (!('privateKey' in pair)) throw new Error('no key pair');
    keys.set(name, pair.privateKey);
    operators.push({ name, party, roles: name === REQUESTER ? ENGINEER : ROLES, key: await pem(pair.publicKey) });
  }
  const sign = async (operator: string, statement: string): Promise<string> => {
    const key = keys.get(operator);
    if (key === undefined) throw new Error(`nobody is called ${operator}`);
    return Buffer.from(await crypto.subtle.sign('Ed25519', key, Buffer.from(statement, 'utf8'))).toString('base64');
  };
  return { operators, sign };
}

function crew(party: Party): (readonly [string, Party])[] {
  return Array.from({ length: EACH }, (_, index) => [`${party}-${index + 1}`, party] as const);
}

async function pem(key: Key): Promise<string> {
  const spki = Buffer.from(await crypto.subtle.exportKey('spki', key)).toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----\n`;
}

/** Signs every seat of the newest request under a subject; false where there is none. */
export async function approveAll(keep: Keep, subject: string, { sign }: People): Promise<boolean> {
  const approval = foldApprovals(await keep.entries({ subject })).at(-1);
  if (approval === undefined) return false;
  const { digest, expires } = approval;
  for (const [index, seat] of approval.seats.entries()) {
    const approver = `${seat.party ?? 'purchaser'}-${index + 1}`;
    const statement = statementOf(approval, approver, expires);
    const signature = await sign(approver, statement);
    const data = { digest, approver, expires, statement, signature, osAccount: approver, sameAccount: false };
    await keep.append([{ type: 'approval.granted', subject, data }]);
  }
  return true;
}
