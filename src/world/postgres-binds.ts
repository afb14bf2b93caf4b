/** COPY takes no binds: each is sent as a value of the transaction, and its place in the statement reads that value back. */
import type { RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Session } from './postgres-session.ts';

/**
 * The statement with `$1` … replaced, outside literals and quoted names, by what gives the bound value in the type that the server found
 * for it. No byte of a value is in the text: the values go by themselves, as parameters of set_config. Stop('refused') for a value
 * that PostgreSQL's text cannot hold (NUL, half a surrogate pair) and for one that is missing.
 */
export async function withBinds(
  { database, sql, binds }: RowQuery,
  types: readonly number[],
  session: Session,
): Promise<string> {
  if (types.length === 0) return sql;
  const values = types.map((_, i) => textOf(database, `$${i + 1}`, binds[`$${i + 1}`]));
  const kept = values.map((value, i) => [nameOf(i), value] as const).filter(([, value]) => value !== null);
  await session.ask(
    'SELECT pg_catalog.set_config(n, v, true) FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) AS n, pg_catalog.unnest($2::pg_catalog.text[]) AS v) w',
    [kept.map(([name]) => name), kept.map(([, value]) => value)],
  );
  const named = await session.ask(
    'SELECT pg_catalog.format_type(o, NULL) AS name FROM (SELECT pg_catalog.unnest($1::pg_catalog.oid[]) AS o) w',
    [types],
  );
  return replaced(sql, (n) => {
    const type = named[n - 1]?.name;
    if (type === null || type === undefined) throw noBind(database, `$${n}`);
    return values[n - 1] === null ? `(NULL::${type})` : `(pg_catalog.current_setting('${nameOf(n - 1)}')::${type})`;
  });
}

/** Of our own making: it cannot end the literal it stands in. */
function nameOf(place: number): string {
  return `gxops.b${place + 1}`;
}

function textOf(database: string, place: string, value: string | number | null | undefined): string | null {
  if (value === undefined) throw noBind(database, place);
  if (value === null) return null;
  const text = String(value);
  if (!text.includes('\0') && text.isWellFormed()) return text;
  throw new Stop(
    'refused',
    t('the value for {place} holds a character that {database} cannot take', { place, database }),
    {
      notDone: t('No statement was sent.'),
    },
  );
}

function noBind(database: string, place: string): Stop {
  return new Stop('refused', t('the statement on {database} has no value for {place}', { database, place }), {
    notDone: t('No statement was sent.'),
  });
}

/** What may hold a `$` that is no bind: literals, quoted names, dollar quotes, names; a bind itself comes last. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|\$(\d+)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/g;

/** The statement with each bind outside quotes replaced; `text` gives what stands for bind `n`, from 1. */
export function replaced(sql: string, text: (n: number) => string): string {
  let out = '';
  let at = 0;
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(sql); found !== null; found = TOKEN.exec(sql)) {
    const [token, , bind] = found;
    if (bind !== undefined) {
      out += sql.slice(at, found.index) + text(Number(bind));
      at = TOKEN.lastIndex;
    } else if (token.startsWith('$')) {
      // A dollar quote reaches to the same mark again; without one the server refuses the statement itself.
      const end = sql.indexOf(token, TOKEN.lastIndex);
      TOKEN.lastIndex = end < 0 ? sql.length : end + token.length;
    }
  }
  return out + sql.slice(at);
}
