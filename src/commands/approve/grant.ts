/** `approve`: shows the whole, has it confirmed, signs the canonical statement with the approver's key, records the grant. */
import type { Draft, Entry } from '../../core/event.ts';
import { localTime } from '../../core/local-time.ts';
import { shortCode } from '../../core/plan.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { openSeats, signatureFits, statementOf } from '../../records/approvals.ts';
import { approveCommand } from '../../records/signers.ts';
import type { Call } from '../command.ts';
import { finish, insistFits, isUnfinished, putInForce } from './dictionary.ts';
import { operatorDrafts } from './effect.ts';
import { checkPaper } from './paper.ts';
import { findRequest, insistMaySign, type Request, requestData, requestFacts } from './request.ts';
import { sheet } from './sheet.ts';
import { expiryOf } from './until.ts';

/** Data `{id, digest, approver, party, expires}`. Stop('refused') naming the reason where this person may not sign this now. */
export async function run(call: Call): Promise<Report> {
  const { session, options } = call;
  const request = await findRequest(call.args[0] ?? '', session);
  insistDigest(request, options.digest);
  if (options.print === true) return sheet(request, session);
  if (request.dictionary && isUnfinished(request, session.world.now()))
    return finish(request, request.dictionary, session);
  const paper = await checkPaper(call, request);
  insistMaySign(request, session.operator, session.world.now());
  const expires = expiryOf(options.expires, request.approval.expires, session.world.now());
  const shown = await call.show({
    title: t('To be approved: {id}', { id: request.approval.subject }),
    verdict: 'waiting',
    sections: [requestFacts(request), ...request.sections],
    data: null,
  });
  await confirmed(session, request);
  // Another approver may have signed while this one read: judged again with the request to ourselves.
  const { subject } = request.approval;
  return session.world.keep.hold(
    [`approval-${subject}`],
    { operator: session.operator, why: `approve ${subject}` },
    async () => {
      const now = await findRequest(subject, session);
      if (now.approval.request !== request.approval.request) insistDigest(now, request.approval.digest);
      insistMaySign(now, session.operator, session.world.now());
      const report = await signAndRecord(session, now, expires, paper);
      return shown === true ? { ...report, sections: report.sections.slice(0, 1) } : report;
    },
  );
}

type Paper = Awaited<ReturnType<typeof checkPaper>>;

async function signAndRecord(session: Session, request: Request, expires: string, paper: Paper): Promise<Report> {
  const { approval } = request;
  const approver = session.operator;
  const statement = statementOf(approval, approver, expires);
  const signature = await signed(session, request, paper?.countersign ?? approver, statement);
  const account = await accounts(session, request);
  const data = { digest: approval.digest, approver, expires, statement, signature, ...account };
  const entries = await granted(session, request, { ...data, ...paper });
  return reported(session, request, { expires, ...account, paper: paper !== undefined }, entries);
}

function insistDigest({ approval }: Request, given: Call['options'][string]): void {
  if (typeof given !== 'string') return;
  const code = shortCode(approval.digest);
  if ([approval.digest, approval.digest.replace('sha256:', ''), code].includes(given)) return;
  const values = { given, digest: approval.digest, code };
  throw new Stop('refused', t('--digest {given} is not the digest of what is asked for: {digest} ({code}).', values), {
    notDone: t('Nothing was signed.'),
    safe: t('The request itself is unchanged.'),
    next: [`gxops approve ${approval.subject} --print`],
  });
}

async function confirmed(session: Session, { approval }: Request): Promise<void> {
  const values = { id: approval.subject, code: shortCode(approval.digest), who: session.operator };
  const message = t('Sign {id}, code {code}, as {who}?', values);
  if ((await session.world.ask({ id: 'approve', kind: 'confirm', message })) === true) return;
  throw new Stop('refused', t('You declined to sign {id}.', values), {
    notDone: t('Nothing was signed.'),
    next: [`gxops reject ${approval.subject} --reason '…'`],
  });
}

/** The signature, checked against the registered key: a wrong key file is found here and not at the gate. */
async function signed(
  session: Session,
  { roster, approval }: Request,
  signer: string,
  statement: string,
): Promise<string> {
  const signature = await session.world.keep.sign(signer, statement);
  if (signatureFits(statement, signature, roster.get(signer)?.key ?? '')) return signature;
  throw new Stop('refused', t('The key file used is not the registered key of {signer}.', { signer }), {
    notDone: t('Nothing was recorded.'),
    next: [`gxops approve ${approval.subject} --as ${signer} --key FILE`],
  });
}

/** Whether requester and approver worked under one OS account: then the record says that the key alone tells them apart. */
async function accounts(session: Session, { approval }: Request) {
  const { user, uid } = await session.world.look.machine();
  const entries = await session.world.keep.entries({ subject: approval.subject });
  const asked = entries.find(({ seq }) => seq === approval.request)?.body.actor.uid;
  return { osAccount: user, sameAccount: asked === uid };
}

type Grant = Extract<Draft, { type: 'approval.granted' }>['data'];

async function granted(session: Session, request: Request, data: Grant): Promise<readonly Entry[]> {
  const { approval, roster } = request;
  const subject = approval.subject;
  const about = { subject, ...(subject.startsWith('R-') ? { run: subject } : {}) };
  const last = openSeats(approval, roster, session.world.now()).length === 1;
  const effects = last && request.proposal ? operatorDrafts(request, request.proposal, data.approver) : [];
  if (request.dictionary) await insistFits(subject, request.dictionary, session);
  const entries = await session.world.keep.append([{ type: 'approval.granted', ...about, data }, ...effects]);
  if (last && request.dictionary) {
    const signed = await findRequest(subject, session);
    await putInForce(signed, request.dictionary, session);
  }
  if (effects.length > 0) {
    const grants = entries.slice(0, 1).map(({ seq }) => seq);
    const used = { digest: approval.digest, run: subject, step: 'operator', grants };
    await session.world.keep.append([{ type: 'approval.used', subject, data: used }]);
  }
  for (const entry of entries) session.tell(entry);
  return entries;
}

interface Outcome {
  readonly expires: string;
  readonly sameAccount: boolean;
  readonly paper: boolean;
}

function reported(session: Session, request: Request, outcome: Outcome, entries: readonly Entry[]): Report {
  const { approval, roster } = request;
  const id = approval.subject;
  const approver = session.operator;
  const now = session.world.now();
  const signed = entries.flatMap(({ seq, body }) =>
    body.type === 'approval.granted' ? [{ ...body.data, seq, at: body.t }] : [],
  );
  const after = { ...approval, grants: [...approval.grants, ...signed] };
  const missing = openSeats(after, roster, now).length;
  const notes: Text[] = [
    t('Signed by {approver}; holds until {expires}.', {
      approver,
      expires: localTime(outcome.expires, session.site.timeZone),
    }),
    ...(outcome.sameAccount && !outcome.paper
      ? [t('Requester and approver worked under the same OS account: their identity is asserted by their keys only.')]
      : []),
    ...(outcome.paper ? [t('The identity of {approver} rests on the signed sheet.', { approver })] : []),
    ...(missing > 0 ? [t('Signatures still missing: {missing}.', { missing })] : []),
  ];
  return {
    title: t('Approved: {id}', { id }),
    verdict: 'done',
    sections: [{ kind: 'text', lines: notes }, requestFacts(request), ...request.sections],
    data: {
      ...requestData(request),
      approver,
      party: roster.get(approver)?.party ?? '',
      expires: outcome.expires,
      missing,
      entries: entries.map(({ seq }) => seq),
    },
    next: missing > 0 ? [approveCommand(after, roster, now)] : NEXT[approval.kind](id),
  };
}

const NEXT: Readonly<Record<Request['approval']['kind'], (id: string) => readonly string[]>> = {
  run: (id) => [`gxops runbook resume ${id}`],
  extract: (id) => [`gxops extract run ${id} --execute`],
  operator: () => ['gxops operator list'],
  dictionary: () => ['gxops site check', 'gxops site show'],
};
