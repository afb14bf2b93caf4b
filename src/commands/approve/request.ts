/** The request that an id names, and the whole of what it asks for, proven to be what the digest says. */
import type { EventType } from '../../core/event.ts';
import { digestOf, type Json } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import { nearest } from '../../core/nearest.ts';
import type { Operator } from '../../core/operator.ts';
import { type Plan, planDigest, shortCode } from '../../core/plan.ts';
import type { Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { type Approval, foldApprovals, refusalFor, standingOf } from '../../records/approvals.ts';
import type { DictionaryProposal } from '../../records/extract-rules.ts';
import { type Roster, rosterOf } from '../../records/roster.ts';

/** The entry types that approvals are folded from. */
export const APPROVAL_TYPES: readonly EventType[] = [
  'approval.requested',
  'approval.granted',
  'approval.rejected',
  'approval.used',
];

/** What an operator request's side file holds. */
export interface OperatorProposal {
  readonly change: 'add' | 'retire';
  readonly operator: Operator;
  readonly reason?: string;
}

export interface Request {
  readonly approval: Approval;
  readonly roster: Roster;
  /** The site's, for the times that are shown. */
  readonly timeZone: string;
  readonly sections: readonly Section[];
  readonly proposal?: OperatorProposal;
  readonly dictionary?: DictionaryProposal;
}

type Whole = Pick<Request, 'sections' | 'proposal' | 'dictionary'>;

const NOTHING = t('Nothing was signed.');

/** The newest request under an id; Stop('usage') for an id of another form or without a request. */
export async function findRequest(id: string, session: Session): Promise<Request> {
  if (!/^[REO]-\d{8}-[0-9A-Z]{4,8}$/.test(id))
    throw new Stop('usage', t('ID: “{id}” is no id. Allowed: R-…, E-… or O-…, as the request printed it.', { id }), {
      notDone: NOTHING,
      next: ['gxops runbook runs --open'],
    });
  const { keep } = session.world;
  const approval = foldApprovals(await keep.entries({ subject: id, types: APPROVAL_TYPES })).at(-1);
  if (!approval) throw await unknown(id, session);
  const roster = await rosterOf(keep);
  return { approval, roster, timeZone: session.site.timeZone, ...(await whole(approval, session)) };
}

async function unknown(id: string, session: Session): Promise<Stop> {
  const all = foldApprovals(await session.world.keep.entries({ types: APPROVAL_TYPES }));
  const open = [...new Set(all.filter((one) => !one.used && !one.rejected).map(({ subject }) => subject))];
  const near = nearest(id, open);
  const values = { id, near: near ?? '', open: open.join(', ') || '–' };
  const text = near
    ? t('ID: nothing asks for an approval of {id}. Did you mean {near}?', values)
    : t('ID: nothing asks for an approval of {id}. Open: {open}.', values);
  return new Stop('usage', text, { notDone: NOTHING, next: ['gxops runbook runs --open'] });
}

/** The side file, fetched by its hash, its digest computed again: what is shown is what is signed. */
async function whole(approval: Approval, session: Session): Promise<Whole> {
  const bytes = await session.world.keep.fetch(approval.plan.path, approval.plan.sha256);
  if (!bytes) throw differs(approval, t('{path} is missing', { path: approval.plan.path }));
  const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  const plan = isPlan(value) ? value : undefined;
  const digest = plan ? planDigest(plan) : digestOf(value);
  if (digest !== approval.digest) throw differs(approval, t('its digest is {digest}', { digest }));
  if (plan) return { sections: [{ kind: 'plan', heading: t('What is to be approved'), plan }] };
  if (approval.kind === 'operator') return proposed(value as OperatorProposal);
  if (approval.kind === 'dictionary') {
    const { dictionarySections } = await import('./dictionary.ts');
    const dictionary = value as DictionaryProposal;
    return { sections: await dictionarySections(dictionary, session), dictionary };
  }
  const text = JSON.stringify(value, undefined, 2);
  return { sections: [{ kind: 'verbatim', heading: t('What is to be approved'), text }] };
}

function isPlan(value: unknown): value is Plan {
  return typeof value === 'object' && value !== null && 'runbook' in value && 'lines' in value && 'seats' in value;
}

function differs(approval: Approval, why: Text): Stop {
  const values = { subject: approval.subject, digest: approval.digest, why };
  return new Stop('refused', t('What was stored for {subject} is not what was asked for ({digest}): {why}.', values), {
    notDone: NOTHING,
    safe: t('The request stays as it is; whoever asked can ask again.'),
    next: ['gxops audit verify'],
  });
}

function proposed(proposal: OperatorProposal): Whole {
  const { operator, change, reason } = proposal;
  const facts: [Text, Text][] = [
    [t('change'), change === 'add' ? t('a new operator, or a new entry for one') : t('the operator leaves')],
    [t('name'), operator.name],
    [t('roles'), operator.roles.join(', ')],
    [t('party'), operator.party],
    [t('OS account'), operator.account ?? '–'],
    [t('age recipient'), operator.age ?? '–'],
    [t('undertaking'), operator.undertaking ?? '–'],
    [t('training'), operator.training ?? '–'],
    [t('clearance'), operator.clearance ?? '–'],
    [t('public key'), operator.key.replace(/-----[A-Z ]+-----|\s/g, '')],
    [t('reason'), reason ?? '–'],
  ];
  return { sections: [{ kind: 'facts', heading: t('What is to be approved'), facts }], proposal };
}

/** Digest and short code, who asked, who must sign, until when. */
export function requestFacts({ approval, timeZone }: Request): Section {
  const seats = approval.seats.map(({ roles, party }) => [roles.join('/'), party].filter(Boolean).join(' @ '));
  const facts: [Text, Text][] = [
    [t('id'), approval.subject],
    [t('title'), approval.title],
    [t('digest'), approval.digest],
    [t('short code'), shortCode(approval.digest)],
    [t('asked for by'), approval.requester],
    [t('asked for at'), localTime(approval.asked, timeZone)],
    [t('open until'), localTime(approval.expires, timeZone)],
    [t('signatures needed'), seats.join('; ')],
    [t('signed already'), approval.grants.map(({ approver }) => approver).join(', ') || '–'],
  ];
  return { kind: 'facts', facts };
}

/** Stop('refused') unless this person may sign this request now; every reason has its own sentence. */
export function insistMaySign({ approval, roster }: Request, who: string, now: Date): void {
  const { subject } = approval;
  const standing = standingOf(approval, roster, now);
  if (standing === 'used')
    throw no(
      t('{subject} was approved and used by {run} already.', { subject, run: approval.used?.run ?? '' }),
      subject,
    );
  if (standing === 'rejected') {
    const { approver = '', reason = '' } = approval.rejected ?? {};
    throw no(t('{subject} was rejected by {approver}: {reason}', { subject, approver, reason }), subject);
  }
  if (standing === 'expired')
    throw no(t('{subject} has expired; it must be asked for again.', { subject }), subject, [
      `gxops runbook resume ${subject}`,
    ]);
  const refusal = refusalFor(approval, roster, who, now);
  if (refusal) throw no(REFUSALS[refusal](who, subject, approval), subject);
}

const REFUSALS: Readonly<
  Record<NonNullable<ReturnType<typeof refusalFor>>, (who: string, subject: string, approval: Approval) => Text>
> = {
  unknown: (who) => t('{who} is no operator of this site.', { who: who || '?' }),
  retired: (who) => t('{who} is retired; the key of a retired operator signs nothing.', { who }),
  requester: (who, subject) =>
    t('{who} asked for {subject} and cannot approve it; another person must.', { who, subject }),
  signed: (who, subject) =>
    t('{who} has already signed {subject}; another person must sign the rest.', { who, subject }),
  role: (who, subject, { seats }) =>
    t('{who} holds none of the roles that {subject} still needs: {roles}.', {
      who,
      subject,
      roles: seats.map(({ roles, party }) => [roles.join('/'), party].filter(Boolean).join(' @ ')).join('; '),
    }),
};

function no(text: Text, subject: string, next: readonly string[] = []): Stop {
  return new Stop('refused', text, {
    notDone: NOTHING,
    safe: t('The request itself is unchanged.'),
    next: [...next, `gxops audit log --subject ${subject}`],
  });
}

/** Facts of a request for machines. */
export function requestData({ approval }: Request): Readonly<Record<string, Json>> {
  return { id: approval.subject, digest: approval.digest, code: shortCode(approval.digest) };
}
