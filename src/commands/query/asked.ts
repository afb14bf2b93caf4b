/** What a query asks for, from its flags or from the operator's own last ones. */
import { notAllowed } from '../../core/nearest.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { bindsOf, type Desk, savedStatement, sqlIn, unfit } from '../extract/statement.ts';

export const DESK: Desk = {
  refused: t('The query is refused'),
  nothing: t('Nothing was queried or recorded.'),
  help: 'gxops query run --help',
  folder: 'queries',
  saved: '--query',
};

/** A query as it is kept in its side file. `shipped`: a saved one that came with the tool, judged as reviewed. */
export interface Asked {
  readonly database: string;
  readonly name: string;
  readonly sql: string;
  readonly binds: Readonly<Record<string, string>>;
  readonly ticket: string;
  readonly shipped: boolean;
}

/** Exactly one of --sql, --sql-file, --query; with none of them, one of the operator's last, chosen at the terminal. */
export async function askedFor(call: Call): Promise<Asked> {
  const { options } = call;
  const ticket = ticketOf(options.ticket);
  const given = ['sql', 'sqlFile', 'query'].filter((name) => typeof options[name] === 'string');
  if (given.length > 1) throw unfit('--sql', undefined, t('one of --sql, --sql-file and --query'), DESK);
  if (given.length === 0) return { ...(await chosen(call)), ticket };
  const database = databaseOf(options.database, call);
  const binds = bindsOf(options.bind, DESK);
  if (typeof options.query === 'string') {
    const saved = await savedStatement(call, options.query, binds, DESK);
    return { ...saved, database, ticket, shipped: await isShipped(saved, call) };
  }
  const sql = typeof options.sql === 'string' ? options.sql : await sqlIn(call, String(options.sqlFile), DESK);
  return { name: 'query', sql, binds, database, ticket, shipped: false };
}

/** Came with the tool as it is now: what a former version shipped is nobody's reviewed query any more. */
async function isShipped({ name, sql }: { name: string; sql: string }, { session }: Call): Promise<boolean> {
  return (await session.world.keep.template(`queries/${name}.sql`).catch(() => undefined)) === sql;
}

function ticketOf(value: Call['options'][string]): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^[\p{L}\p{N}][\p{L}\p{N}〔〕()（）/._-]{0,63}$/u.test(text)) return text;
  throw unfit(
    '--ticket',
    text === '' ? undefined : text,
    t('the number of a ticket: letters, digits and ().-/_'),
    DESK,
  );
}

function databaseOf(value: Call['options'][string], { session }: Call): string {
  const names = Object.keys(session.site.databases);
  if (typeof value !== 'string') throw unfit('--database', undefined, names.join(', '), DESK);
  if (Object.hasOwn(session.site.databases, value)) return value;
  throw notAllowed('--database', value, names, ['gxops site show']);
}

const LAST = 10;

/** The operator's last queries, newest first; each statement once. Off a terminal the question names the flags instead. */
async function chosen(call: Call): Promise<Omit<Asked, 'ticket'>> {
  const { session } = call;
  const { keep, ask } = session.world;
  const entries = await keep.entries({ types: ['query.ran'], last: 200 });
  const seen = new Map<string, Omit<Asked, 'ticket'>>();
  for (const { body } of entries.toReversed()) {
    if (body.type !== 'query.ran' || body.actor.operator !== session.operator || seen.size >= LAST) continue;
    const bytes = await keep.fetch(body.data.statement.path, body.data.statement.sha256).catch(() => undefined);
    if (bytes === undefined) continue;
    const past = JSON.parse(Buffer.from(bytes).toString('utf8')) as Asked;
    seen.set(JSON.stringify([past.database, past.sql, past.binds]), past);
  }
  const past = [...seen.values()];
  if (past.length === 0)
    throw unfit('--sql', undefined, t('one of --sql, --sql-file and --query; you have no earlier query'), DESK);
  const choices = past.map(({ database, sql }, i) => ({
    value: String(i),
    title: `${database}: ${sql.replace(/\s+/g, ' ').trim().slice(0, 100)}`,
  }));
  const answer = await ask({ id: 'query', kind: 'choice', message: t('Which of your last queries?'), choices });
  const found = past[Number(answer)];
  if (found !== undefined) return { ...found, shipped: found.shipped && (await isShipped(found, call)) };
  throw new Stop('usage', t('There is no such query in the list.'), { notDone: DESK.nothing, next: [DESK.help] });
}
