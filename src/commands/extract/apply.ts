/** `extract apply`: judges the statement, shows what would leave, records the application and asks for its approval. */
import type { Finding } from '../../core/finding.ts';
import { canonical, type Json } from '../../core/json.ts';
import { notAllowed } from '../../core/nearest.ts';
import type { Plan } from '../../core/plan.ts';
import type { Report, Section } from '../../core/report.ts';
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
import type { Guarded } from '../../rules/sql/guard.ts';
import type { Refusal } from '../../rules/sql/refusal.ts';
import { extractBook, judge } from '../../runbooks/extract.ts';
import type { Call } from '../command.ts';
import { type Asked, askedFor, NOTHING, wrong } from './application.ts';
import { emptyFile } from './statement.ts';
import { columnTable } from './tables.ts';

/** Data `{id, digest, columns, estimate, approvals}`; a guard's refusal ends 3 with `{refusals}`. */
export async function run(call: Call): Promise<Report> {
  const { session } = call;
  const asked = await askedFor(call);
  const judged = await judge(asked, { look: session.world.look, site: session.site });
  if ('refusals' in judged) {
    insistOnInput(judged.refusals, call.options.sqlFile);
    return refusedReport(judged.refusals);
  }
  insistOnBinds(asked, judged.guarded);
  const estimate = await session.world.look.estimate(
    queryOf(asked, judged.guarded, session.site.limits.statementTimeout),
  );
  const id = session.world.keep.newId('E');
  const key = sliceKey(judged.guarded, judged.columns, asked.format);
  const parts = inParts(estimate?.rows, session.site.limits.partRows, key);
  const application: Application = { ...asked, id, columns: judged.columns, tables: judged.guarded.tables, parts };
  const { plan, findings } = await rehearse(extractBook(application, ''), { id }, session);
  // Who applies today may run it in tomorrow's window; everything else must hold already.
  const against = findings.filter(({ rule, outcome }) => rule !== 'extract:window' && AGAINST.includes(outcome));
  if (against.length > 0) return unfitReport(against);
  await recordAll(application, plan, session);
  const roster = await rosterOf(session.world.keep);
  return appliedReport(application, plan, estimate, session, roster);
}

function digestsOf({ rules, dictionary, template }: Application['rules']) {
  return { rules, dictionary, template };
}

const AGAINST: readonly Finding['outcome'][] = ['fail', 'unknown'];

function unfitReport(findings: readonly Finding[]): Report {
  return {
    title: t('The application is refused'),
    verdict: 'refused',
    sections: [
      { kind: 'findings', heading: t('What stands against it'), findings },
      { kind: 'text', lines: [NOTHING, t('No row was read.')] },
    ],
    data: {
      refusals: findings.map(({ rule, found, wanted }) => ({ code: rule, why: found, wanted })) as unknown as Json,
    },
    next: ['gxops doctor', 'gxops extract apply --help'],
  };
}

/** What was mistyped is bad input, not a statement that the guard refuses. */
function insistOnInput(refusals: readonly Refusal[], file: Call['options'][string]): void {
  for (const { code, named } of refusals) {
    if (code === 'clear-unknown' && named)
      throw notAllowed('--clear', named.given, named.allowed, ['gxops extract apply --help']);
    if (code === 'empty' && typeof file === 'string') throw emptyFile(file);
  }
}

/** Every bind of the statement has a value, and every value a bind. */
function insistOnBinds({ binds }: Asked, guarded: Guarded): void {
  for (const name of guarded.binds)
    if (!Object.hasOwn(binds, name)) throw wrong(`--bind ${name}`, undefined, t('a value for :{name}', { name }));
  for (const name of Object.keys(binds))
    if (!guarded.binds.includes(name))
      throw wrong('--bind', name, t('the binds of the statement: {names}', { names: guarded.binds.join(', ') || '–' }));
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

function refusedReport(refusals: readonly Refusal[]): Report {
  const rows = refusals.map(({ code, at, why }) => [code, `${at.line}:${at.column}`, why]);
  const table: Section = {
    kind: 'table',
    heading: t('Refused'),
    columns: [t('code'), t('line:column'), t('why')],
    rows,
  };
  return {
    title: t('The statement is refused'),
    verdict: 'refused',
    sections: [table, { kind: 'text', lines: [NOTHING, t('No statement was run.')] }],
    data: { refusals: refusals as unknown as Json },
    next: ['gxops extract apply --help'],
  };
}
