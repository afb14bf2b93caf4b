/** `query run`: judges as the extraction does, reads a few rows, masks them, records the query, and only then shows them. */
import { type Cell, cellText, rowsOf } from '../../core/batch.ts';
import type { Finding } from '../../core/finding.ts';
import { canonical } from '../../core/json.ts';
import type { RowQuery } from '../../core/product.ts';
import type { Report, Section } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { insistMayAct } from '../../engine/gate.ts';
import { rosterOf } from '../../records/roster.ts';
import { queryOf } from '../../rules/application.ts';
import { maskFor } from '../../rules/masking.ts';
import { judge } from '../../runbooks/extract.ts';
import { loadFindings } from '../../runbooks/extract-checks.ts';
import type { Call } from '../command.ts';
import { obstacleReport, obstaclesAmong, refusedReport } from '../extract/refusals.ts';
import { insistOnBinds } from '../extract/statement.ts';
import { insistActive, insistUndertaking } from '../operator/active.ts';
import { type Answer, tableOf } from './answer.ts';
import { type Asked, askedFor, DESK } from './asked.ts';
import { paged } from './pages.ts';

type Columns = Answer['columns'];

/** Data `{columns, rows, truncated}`; a guard's refusal ends 3 with `{refusals}`. */
export async function run(call: Call): Promise<Report> {
  const { session, options } = call;
  if (options.report !== undefined) throw noFile();
  await insistMayAct(session);
  const roster = await rosterOf(session.world.keep);
  insistUndertaking('--as', insistActive('--as', session.operator, roster), session.site, session.world.now());
  const asked = await askedFor(call);
  const judged = await judge({ ...asked, clear: [], saved: asked.shipped }, { ...session, look: session.world.look });
  if ('refusals' in judged) return refusedReport(judged.refusals, DESK);
  insistOnBinds(asked.binds, judged.guarded.binds, DESK);
  const { queryRows, statementTimeout, idleTimeout } = session.site.limits;
  const bounded = queryOf({ ...asked, limit: queryRows }, judged.guarded, statementTimeout);
  const query: RowQuery = { ...bounded, idle: idleTimeout, truncate: true };
  const against = await obstacles(query, call);
  if (against.length > 0) return obstacleReport(against, DESK);
  const answer = await read(query, judged.columns, call).catch(async (error: unknown) => {
    await record(asked, { columns: judged.columns, rows: [], truncated: false }, 'failed', call);
    throw error;
  });
  await record(asked, answer, 'done', call);
  return reported(asked, answer, call);
}

function noFile(): Stop {
  return new Stop('refused', t('query run writes no file: data leaves by an extraction'), {
    notDone: DESK.nothing,
    next: ['gxops extract apply --help'],
  });
}

async function obstacles(query: RowQuery, { session }: Call): Promise<readonly Finding[]> {
  const { site, world } = session;
  const moment = { inputs: {}, answers: {}, findings: {}, site, look: world.look, now: world.now() };
  return obstaclesAmong(await loadFindings(query, moment));
}

/** Reads at most `limit` rows and one more, of which only that it is there is told. */
async function read(query: RowQuery, columns: Columns, { session }: Call): Promise<Answer> {
  const masks = columns.map(({ mask }) => maskFor(mask));
  const { batches } = await session.world.look.rows({ ...query, limit: query.limit + 1 }, session.signal);
  const rows: (string | null)[][] = [];
  for await (const batch of batches)
    for (const row of rowsOf(batch)) rows.push(masks.map((mask, i) => shown(mask(row[i] ?? null))));
  return { columns, rows: rows.slice(0, query.limit), truncated: rows.length > query.limit };
}

function shown(cell: Cell): string | null {
  return cell instanceof Uint8Array ? '****' : (cellText(cell) ?? null);
}

/** No audit, no rows: the statement and its binds go to a side file, which the record names; not one row goes anywhere. */
async function record(asked: Asked, { columns, rows, truncated }: Answer, verdict: 'done' | 'failed', call: Call) {
  const { keep } = call.session.world;
  const id = keep.newId('Q');
  const statement = await keep.store(`runs/${id}/query.json`, Buffer.from(canonical({ ...asked }), 'utf8'));
  const { database, ticket } = asked;
  const data = { database, ticket, statement, columns, rows: rows.length, truncated, verdict };
  for (const entry of await keep.append([{ type: 'query.ran', subject: id, data }])) call.session.tell(entry);
}

async function reported(asked: Asked, answer: Answer, call: Call): Promise<Report> {
  const { columns, rows, truncated } = answer;
  const left = await paged(answer, call);
  const names = columns.map(({ name }) => name);
  const sections: Section[] = [];
  if (left.length > 0 || rows.length === 0) sections.push(tableOf(answer, left));
  const most = call.session.site.limits.queryRows;
  if (truncated)
    sections.push({ kind: 'text', lines: [t('There are more: only the first {most} rows are shown.', { most })] });
  return {
    title: t('{rows} rows from {database}, for {ticket}', {
      rows: rows.length,
      database: asked.database,
      ticket: asked.ticket,
    }),
    verdict: 'done',
    sections,
    data: { columns: names, rows, truncated },
    ...(truncated ? { next: ['gxops extract apply --help'] } : {}),
  };
}
