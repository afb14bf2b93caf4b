/** `extract apply`: judges the statement, shows what would leave, records the application and asks for its approval. */
import { canonical, type Json } from '../../core/json.ts';
import { notAllowed } from '../../core/nearest.ts';
import type { Plan } from '../../core/plan.ts';
import type { Report } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { shellLine } from '../../core/shell.ts';
import { t } from '../../core/text.ts';
import type { Estimate } from '../../core/world.ts';
import { rehearse } from '../../engine/rehearse.ts';
import { requestApproval } from '../../engine/request.ts';
import { type Roster, rosterOf } from '../../records/roster.ts';
import { firstApproveCommand } from '../../records/signers.ts';
import { type Application, queryOf } from '../../rules/application.ts';
import { inParts, sliceKey } from '../../rules/slices.ts';
import type { Refusal } from '../../rules/sql/refusal.ts';
import { extractBook, judge } from '../../runbooks/extract.ts';
import type { Call } from '../command.ts';
import { askedFor } from './application.ts';
import { obstacleReport, obstaclesAmong, refusedReport } from './refusals.ts';
import { APPLY, emptyFile, insistOnBinds } from './statement.ts';
import { columnTable } from './tables.ts';

/** Data `{id, digest, columns, estimate, approvals}`; a guard's refusal ends 3 with `{refusals}`. */
export async function run(call: Call): Promise<Report> {
  const { session } = call;
  const asked = await askedFor(call);
  const judged = await judge(asked, { look: session.world.look, site: session.site });
  if ('refusals' in judged) {
    insistOnInput(judged.refusals, call.options.sqlFile);
    return refusedReport(judged.refusals, APPLY);
  }
  insistOnBinds(asked.binds, judged.guarded.binds, APPLY);
  const estimate = await session.world.look.estimate(
    queryOf(asked, judged.guarded, session.site.limits.statementTimeout),
  );
  const id = session.world.keep.newId('E');
  const key = sliceKey(judged.guarded, judged.columns, asked.format);
  const parts = inParts(estimate?.rows, session.site.limits.partRows, key);
  const application: Application = { ...asked, id, columns: judged.columns, tables: judged.guarded.tables, parts };
  const { plan, findings } = await rehearse(extractBook(application, ''), { id }, session);
  // Who applies today may run it in tomorrow's window; everything else must hold already.
  const against = obstaclesAmong(findings.filter(({ rule }) => rule !== 'extract:window'));
  if (against.length > 0) return obstacleReport(against, APPLY);
  await recordAll(application, plan, session);
  const roster = await rosterOf(session.world.keep);
  return appliedReport(application, plan, estimate, session, roster);
}

function digestsOf({ rules, dictionary, template }: Application['rules']) {
  return { rules, dictionary, template };
}

/** What was mistyped is bad input, not a statement that the guard refuses. */
function insistOnInput(refusals: readonly Refusal[], file: Call['options'][string]): void {
  for (const { code, named } of refusals) {
    if (code === 'clear-unknown' && named)
      throw notAllowed('--clear', named.given, named.allowed, ['gxops extract apply --help']);
    if (code === 'empty' && typeof file === 'string') throw emptyFile(file);
  }
}

/** The statement and its binds stay in a side file, apart from the folder that is handed over; the journal holds its hash and the facts without values. */
async function recordAll(application: Application, plan: Plan, session: Session): Promise<void> {
  const { id, database, requester, purpose, basis, limit, columns, recipients, expires, destroyBy, rules } =
    application;
  const { keep, now } = session.world;
  const file = await keep.store(`runs/${id}/application.json`, Buffer.from(canonical(application), 'utf8'));
  const names = recipients.map(({ operator }) => operator);
  const facts = { database, requester, recipients: names, purpose, basis, limit, columns, destroyBy };
  const data = { application: file, digest: plan.digest, ...facts, ...digestsOf(rules) };
  for (const entry of await keep.append([{ type: 'extract.applied', subject: id, data }])) session.tell(entry);
  const title = t('Extraction {id}: at most {limit} rows from {database}', { id, limit, database });
  const life = Date.parse(expires) - now().getTime();
  await requestApproval(plan, { subject: id, kind: 'extract', title, seats: plan.seats, expires: life }, session);
}

function appliedReport(
  application: Application,
  plan: Plan,
  estimate: Estimate | undefined,
  session: Session,
  roster: Roster,
): Report {
  const { id, columns, limit, requester } = application;
  const at = shellLine(['gxops', '--site', session.site.dir]);
  const sign = firstApproveCommand({ subject: id, seats: plan.seats, requester }, roster);
  return {
    title: t('Extraction {id} was applied for', { id }),
    verdict: 'done',
    sections: [
      {
        kind: 'text',
        lines: [
          t('It waits for approval. Nothing has been read out yet.'),
          ...(application.parts === true ? [t('It is read in parts, and goes on where it broke off.')] : []),
          ...warnings(estimate, limit),
        ],
      },
      columnTable(columns),
      { kind: 'plan', heading: t('What is to be approved'), plan },
    ],
    data: {
      id,
      digest: plan.digest,
      columns: columns as unknown as Json,
      estimate: { rows: estimate?.rows ?? null, cost: estimate?.cost ?? null, fullScans: estimate?.fullScans ?? [] },
      approvals: plan.seats.map(({ roles }) => roles.join('|')),
      command: `${at} approve ${id}`,
    },
    next: [sign.replace(/^gxops/, () => at), `${at} extract run ${id} --execute`],
  };
}

function warnings(estimate: Estimate | undefined, limit: number) {
  if (estimate === undefined) return [t('The database cannot say how many rows there are.')];
  const { rows, fullScans } = estimate;
  const many =
    rows !== undefined && rows > limit
      ? [t('There are more than the {limit} rows applied for: the run would stop and hand over nothing.', { limit })]
      : [];
  return fullScans.length > 0 ? [...many, t('Read in full: {tables}', { tables: fullScans.join(', ') })] : many;
}
