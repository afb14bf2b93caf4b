/** Looks at a database's columns and at a bounded sample of their values, and judges each. Of the values only counts are kept. */
import { cellAt } from '../../core/batch.ts';
import type { RowQuery } from '../../core/product.ts';
import type { Session } from '../../core/session.ts';
import type { Classified } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { ColumnSeen } from '../../core/world.ts';
import { dialectOf } from '../../rules/application.ts';
import { classify, type Judged } from '../../rules/classify.ts';
import { type Sample, type Tally, tally } from '../../rules/classify-tally.ts';
import { standingOf, strictness } from '../../rules/dictionary-kinds.ts';
import { COLUMN_NAME } from '../../rules/dictionary-lines.ts';
import { isClearKind, kindName } from '../../rules/kinds.ts';
import { guard } from '../../rules/sql/guard.ts';

export interface Asked {
  readonly database: string;
  /** Small letters; empty for all. */
  readonly tables: readonly string[];
  /** Rows a table at most. */
  readonly rows: number;
}

export interface Sampled {
  /** The whole dictionary that is proposed. */
  readonly columns: Readonly<Record<string, Classified>>;
  /** What was judged now, by `table.column`. */
  readonly judged: Readonly<Record<string, Judged>>;
  /** What could not be looked at, and why. */
  readonly notes: readonly Text[];
}

/** Milliseconds for one table. */
const TABLE_TIMEOUT = 30_000;
const NAME = new RegExp(COLUMN_NAME, 'u');
/** Large objects: what they are is not read out. */
const LARGE = /blob|bytea|^raw|long raw|binary(?!_)|image|bfile|varbinary/i;

/** Stop('usage') for a table that is not there; a table that cannot be read is judged by its names alone, and said. */
export async function sampled(asked: Asked, session: Session): Promise<Sampled> {
  const { look, keep } = session.world;
  const catalogue = await look.catalogue(asked.database);
  const tables = tablesOf(catalogue, asked);
  const detail = { database: asked.database, tables: tables.length, rows: asked.rows };
  for (const entry of await keep.append([{ type: 'site.noted', data: { what: 'dictionary.sampling', detail } }]))
    session.tell(entry);
  const judged: Record<string, Judged> = {};
  const notes: Text[] = [];
  let [read, bytes] = [0, 0];
  for (const [table, columns] of tables) {
    const nameable = columns.filter((column) => NAME.test(originOf(column)));
    if (nameable.length < columns.length)
      notes.push(
        t('{table}: {count} columns have names that no dictionary can hold; they stay masked', {
          table,
          count: columns.length - nameable.length,
        }),
      );
    const seen = await sampleOf(table, nameable, asked, session);
    if ('why' in seen) notes.push(t('{table}: judged by names alone, because {why}', { table, why: seen.why }));
    const samples = 'why' in seen ? new Map<string, Sample>() : seen.samples;
    for (const column of nameable) judged[originOf(column)] = classify(column, samples.get(originOf(column)));
    read += 'why' in seen ? 0 : seen.rows;
    bytes += 'why' in seen ? 0 : seen.bytes;
    session.progress(read, bytes);
  }
  return { columns: proposed(judged, catalogue, asked.database, session), judged, notes };
}

function originOf({ table = '', name }: ColumnSeen): string {
  return `${table}.${name}`.toLowerCase();
}

function tablesOf(catalogue: readonly ColumnSeen[], { database, tables }: Asked): [string, ColumnSeen[]][] {
  const all = new Map<string, ColumnSeen[]>();
  for (const column of catalogue) all.set(column.table ?? '', [...(all.get(column.table ?? '') ?? []), column]);
  const known = [...all.keys()].map((name) => name.toLowerCase());
  const missing = tables.find((name) => !known.includes(name));
  if (missing !== undefined || all.size === 0) {
    const values = { database, table: missing ?? '', known: known.slice(0, 16).join(', ') || '–' };
    const text =
      missing === undefined
        ? t('{database} holds no table that the account may read', values)
        : t('--table: {database} has no table {table} that the account may read; it has {known}', values);
    throw new Stop(missing === undefined ? 'refused' : 'usage', text, {
      notDone: t('Nothing was proposed or recorded.'),
      next: ['gxops doctor'],
    });
  }
  return [...all].filter(([name]) => tables.length === 0 || tables.includes(name.toLowerCase()));
}

type Seen =
  | { readonly samples: ReadonlyMap<string, Sample>; readonly rows: number; readonly bytes: number }
  | { readonly why: Text };

/** A guarded SELECT of the table's columns, the first rows of it. */
async function sampleOf(table: string, columns: readonly ColumnSeen[], asked: Asked, session: Session): Promise<Seen> {
  const dialect = dialectOf(session.site, asked.database);
  const read = columns.filter(({ type = '' }) => !LARGE.test(type));
  if (read.length === 0) return { samples: new Map(), rows: 0, bytes: 0 };
  const quote = (name: string) => (dialect === 'oracle' ? name : `"${name.replaceAll('"', '""')}"`);
  const from = table.split('.').map(quote).join('.');
  const names = read.map(({ name }) => quote(name)).join(', ');
  // Oracle before 12c has no clause for it; there the source stops reading.
  const bound = dialect === 'oracle' ? '' : ` limit ${asked.rows}`;
  const rules = { dialect, catalogue: columns, classification: {}, clear: [] };
  const judgement = await guard(`select ${names} from ${from}${bound}`, rules);
  if (!judgement.ok) return { why: judgement.refusals[0]?.why ?? '' };
  const { statementTimeout, idleTimeout } = session.site.limits;
  const query: RowQuery = {
    ...{ database: asked.database, sql: judgement.text, binds: {}, tables: judgement.tables },
    ...{ limit: asked.rows, truncate: true, idle: idleTimeout, timeout: Math.min(statementTimeout, TABLE_TIMEOUT) },
  };
  try {
    return await counted(query, read, session);
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict === 'interrupted') throw error;
    return { why: error.text };
  }
}

async function counted(query: RowQuery, columns: readonly ColumnSeen[], session: Session): Promise<Seen> {
  const tallies = columns.map((column): readonly [string, Tally] => [originOf(column), tally()]);
  const stream = await session.world.look.rows(query, session.signal);
  let [rows, bytes] = [0, 0];
  for await (const batch of stream.batches) {
    if (batch.width !== tallies.length)
      throw new Stop('refused', t('the database gave another number of columns than was asked for'));
    rows += batch.rows;
    for (let n = 0; n < batch.rows * batch.width; n++) {
      bytes += (batch.ends[n] ?? 0) - (batch.starts[n] ?? 0);
      tallies[n % batch.width]?.[1].take(cellAt(batch, n));
    }
  }
  return { samples: new Map(tallies.map(([name, one]) => [name, one.end()])), rows, bytes };
}

/**
 * What is in force is never loosened by a sample: the stricter of both stands, of two that are equally strict the one that people chose,
 * and theirs too where the sample says nothing. Entries of columns that are not there any more stay unless they are clear: a new column of that name would be shown.
 */
function proposed(
  judged: Readonly<Record<string, Judged>>,
  catalogue: readonly ColumnSeen[],
  database: string,
  { site }: Session,
): Record<string, Classified> {
  const there = new Set(catalogue.map(originOf));
  const columns: Record<string, Classified> = {};
  const known = site.dictionaries?.[database]?.columns;
  for (const [written, kind] of Object.entries(site.classification[database] ?? {})) {
    const name = written.toLowerCase();
    if (!there.has(name) && isClearKind(kindName(kind))) continue;
    if (!NAME.test(name)) continue;
    columns[name] = known?.[name] ?? inherited(kindName(kind));
  }
  for (const [name, { kind, level, source, evidence }] of Object.entries(judged)) {
    const before = columns[name];
    // Where nothing at all speaks, what people decided stands.
    if (before !== undefined && isSilent(kind, evidence)) continue;
    const further = before === undefined ? 1 : strictness(kind) - strictness(before.kind);
    const same = before?.kind === kind && known?.[name] === undefined;
    if (further > 0 || same) columns[name] = { kind, level, source };
  }
  return Object.fromEntries(Object.entries(columns).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isSilent(kind: string, { name, shares }: Judged['evidence']): boolean {
  const plain = Object.keys(shares).every((share) => share === 'moment' || share === 'number');
  return kind === 'whole' && name !== 'whole' && plain;
}

/** An entry of site.yml; a kind that is not known is masked wholly, and so written. */
function inherited(kind: string): Classified {
  const { level, rank } = standingOf(kind);
  const known = rank < strictness('whole') ? kind : 'whole';
  return { kind: known, level, source: 'site.yml' };
}
