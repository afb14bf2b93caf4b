/** The stream of an artefact: rows become masked text, packed where the form asks for it, hashed, encrypted and written, nothing kept. */
import type { Form, Product, RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Progress, RowStream } from '../core/world.ts';
import { sealFor } from './age-file.ts';
import { sinkBeside } from './artefact-beside.ts';
import { newFile } from './artefact-file.ts';
import { type Sink, sinkHere } from './artefact-sink.ts';
import { keysOf } from './extract-keys.ts';

/** Where rows come from. */
export type Rows = (query: RowQuery, signal?: AbortSignal) => Promise<RowStream>;

export interface Stream {
  readonly dir: string;
  readonly product: Product;
  readonly rows: Rows;
  /** All that the file is encrypted to; empty only for what is not taxpayer data. */
  readonly recipients: readonly string[];
  readonly progress: (at: Progress) => void;
  readonly signal: AbortSignal | undefined;
}

export interface Written {
  readonly sha256: string;
  readonly plain: string;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: readonly string[];
}

/** Milliseconds between two tellings of how far it has come. */
const TOLD_EVERY = 250;

interface Count {
  rows: number;
  told: number;
  columns: readonly string[];
}

/** Writes the whole stream to a new file and syncs it. Throws whatever source, form, disk or abort throw. */
export async function writeStream(at: string, stream: Stream): Promise<Written> {
  const count: Count = { rows: 0, told: performance.now(), columns: [] };
  const seal = stream.recipients.length === 0 ? undefined : await sealFor(stream.recipients);
  const file = await newFile(at);
  let sink: Sink | undefined;
  try {
    const { pieces, busy } = await plainOf(stream, count);
    sink = seal === undefined || busy ? sinkHere(file, seal) : sinkBeside(file, seal);
    await pump(pieces, sink, stream, count);
    const sunk = await sink.finish();
    stream.progress({ rows: count.rows, bytes: sunk.bytes });
    return { ...sunk, rows: count.rows, columns: count.columns };
  } finally {
    // A sink has taken it.
    if (sink === undefined) seal?.fileKey.fill(0);
    await (sink ?? file).close();
  }
}

/** What each piece needs is done before the next is asked for, and the next is asked for before the disk is waited for. */
async function pump(
  pieces: AsyncGenerator<Uint8Array>,
  sink: Sink,
  { signal, progress }: Stream,
  count: Count,
): Promise<void> {
  const aborted = abortOf(signal);
  let ended = false;
  try {
    for (let next = pieces.next(); ; ) {
      const { done, value } = await (aborted === undefined ? next : Promise.race([next, aborted]));
      if (done) break;
      sink.push(value);
      next = pieces.next();
      next.catch(() => undefined);
      await sink.drain();
      signal?.throwIfAborted();
      tell(progress, count, sink);
    }
    ended = true;
  } finally {
    // A source that hangs is not waited for: it heeds the signal too.
    const closed = ended ? undefined : pieces.return(undefined).catch(() => undefined);
    if (!signal?.aborted) await closed;
  }
}

function abortOf(signal: AbortSignal | undefined): Promise<never> | undefined {
  if (signal === undefined) return undefined;
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  return aborted;
}

function tell(progress: Stream['progress'], count: Count, sink: Sink): void {
  const now = performance.now();
  if (now - count.told < TOLD_EVERY) return;
  count.told = now;
  progress({ rows: count.rows, bytes: sink.bytes() });
}

interface Plain {
  readonly pieces: AsyncGenerator<Uint8Array>;
  /** Others work at it already: the process that reads the rows, or the platform's threads that pack them. One more would only cost memory. */
  readonly busy: boolean;
}

async function plainOf(stream: Stream, count: Count): Promise<Plain> {
  const { source, form: make, subject } = stream.product;
  if ('text' in source) return { pieces: textOf(source.text), busy: true };
  if (make === undefined || subject === undefined) throw new Error('rows without a form');
  const form = make(await keysOf(stream.dir, subject));
  const rows = await stream.rows(source, stream.signal);
  count.columns = rows.columns;
  const pieces = piecesOf(form, rows, source, count);
  if (form.pack === undefined) return { pieces, busy: rows.elsewhere === true };
  const { zipOf } = await import('./zip.ts');
  return { pieces: zipOf(form.pack.others(rows.columns), form.pack.member, pieces), busy: true };
}

async function* textOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function* piecesOf(
  form: Form,
  { columns, batches }: RowStream,
  source: RowQuery,
  count: Count,
): AsyncGenerator<Uint8Array> {
  yield form.head(columns);
  for await (const batch of batches) {
    count.rows += batch.rows;
    if (count.rows > source.limit && source.truncate !== true) throw overLimit(source);
    yield form.batch(batch);
  }
  yield form.tail();
}

export function overLimit({ database, limit }: RowQuery): Stop {
  return new Stop('refused', t('{database} has more than the {limit} rows that are allowed', { database, limit }), {
    notDone: t('Nothing was handed over; what had been read is discarded.'),
  });
}
