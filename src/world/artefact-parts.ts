/** An artefact read in parts by several sessions: each part is an encrypted file of its own, sealed and recorded before it counts. */
import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Form, Keys, Part, Product, Range, RowQuery, Slices } from '../core/product.ts';
import { partsFolder } from '../core/product.ts';
import { rangesOf } from '../core/slices.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { DataState, PartsRecord, Sealed } from '../core/world.ts';
import { overLimit, type Stream, type Written, writeStream } from './artefact-stream.ts';
import { assemble } from './parts-assembled.ts';
import { boundsOf } from './parts-bounds.ts';
import { dropParts, endingOf, type Kept, keepKey, type PartsKey, partFile } from './parts-kept.ts';
import { below, syncFolder } from './side-files.ts';
import { unshared } from './unshared-state.ts';

/** What parts need besides what a stream needs. */
export interface PartsStream extends Stream {
  readonly product: Product & { readonly slices: Slices; readonly subject: string };
  readonly record: PartsRecord;
  /** Of earlier attempts; what is sealed now is added. */
  readonly kept: Kept;
  readonly key?: PartsKey;
  state?(database: string): Promise<DataState>;
  /** Sessions at once; as many as there are processors, four at most, unless given. */
  readonly workers?: number;
}

/** What all parts of one attempt share. */
interface Job {
  readonly stream: PartsStream;
  readonly source: RowQuery;
  readonly ranges: readonly Range[];
  readonly ending: string;
  readonly sealed: Map<number, Sealed>;
  /** Rows that were taken, of sealed parts and of those under way. */
  readonly taken: { rows: number };
  readonly state: DataState;
  /** Number of this attempt, for names of states. */
  readonly attempt: number;
  /** By performance.now. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  tell(part: number, rows: number, bytes: number): void;
}

/** What stays for the next attempt is a lost connection, a signal, a full disk; anything else is in the rows or in us. */
const PASSING: readonly Stop['verdict'][] = ['failed', 'unreachable', 'interrupted'];

/**
 * Reads what is not sealed yet and puts all parts into one package at `at`, synced. The cap on rows holds over all parts. Where it
 * fails by what may pass, sealed parts stay; else all are removed, which is recorded.
 */
export async function writeParts(
  at: string,
  stream: PartsStream,
): Promise<Written & { parts: Part[]; snapshots: number }> {
  const { product, dir, record } = stream;
  const sealed = new Map(stream.kept.sealed);
  try {
    const bounds = await cut(stream);
    await readAll(stream, bounds, sealed);
    return await assemble(
      at,
      stream,
      [...sealed.values()].sort((a, b) => a.part - b.part),
    );
  } catch (error) {
    if (stream.signal?.aborted || passes(error)) throw resumable(error, product.path, sealed.size, stream.signal);
    await dropParts(dir, product.subject, record, sealed.size);
    throw error;
  }
}

function passes(error: unknown): boolean {
  if (error instanceof Stop) return PASSING.includes(error.verdict);
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && syscall !== undefined;
}

function resumable(error: unknown, name: string, parts: number, signal: AbortSignal | undefined): Stop {
  const detail = {
    notDone: t('Nothing was handed over; {parts} sealed parts stay, encrypted, for going on with.', { parts }),
    safe: t('Going on reads only the parts that are missing.'),
  };
  if (signal?.aborted) return new Stop('interrupted', t('making {path} was interrupted', { path: name }), detail);
  if (error instanceof Stop) return new Stop(error.verdict, error.text, { ...error.detail, ...detail });
  const code = (error as { code?: string }).code ?? 'error';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Stop('failed', t('no space is left on the disk for {path}', { path: name }), detail);
  return new Stop('failed', t('{path} could not be made: {code}', { path: name, code }), detail);
}

/** The bounds, asked for and recorded before the first part is read, unless an earlier attempt did. */
async function cut({ product, dir, record, kept, key, rows, signal }: PartsStream): Promise<readonly string[]> {
  if (kept.sliced !== undefined) return kept.sliced.bounds;
  const { bounds, rowsPerPart } = await boundsOf(product.slices, rows, signal);
  const laid = key === undefined ? {} : { key: await keepKey(dir, product.subject, key) };
  await record.add({ type: 'extract.sliced', data: { bounds, rowsPerPart, ...laid } });
  return bounds;
}

async function readAll(stream: PartsStream, bounds: readonly string[], sealed: Map<number, Sealed>): Promise<void> {
  const { product } = stream;
  if ('text' in product.source) throw new Error('parts of a text');
  const ranges = rangesOf(bounds);
  const open = ranges.flatMap((_, i) => (sealed.has(i + 1) ? [] : [i + 1]));
  if (open.length === 0) return;
  const stop = new AbortController();
  const state = (await stream.state?.(product.source.database)) ?? unshared();
  const job: Job = {
    ...{ stream, source: product.source, ranges, sealed, state },
    ending: endingOf(product),
    taken: { rows: [...sealed.values()].reduce((sum, { rows }) => sum + rows, 0) },
    attempt: 1 + Math.max(0, ...[...sealed.values()].map((one) => Number.parseInt(one.state, 10))),
    deadline: performance.now() + (product.slices.within ?? Number.POSITIVE_INFINITY),
    signal: stream.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, stream.signal]),
    tell: telling(stream, sealed),
  };
  try {
    await inTurns(open, workersOf(stream, open.length), (part) => readPart(part, job), stop);
  } finally {
    await state.end();
  }
}

function workersOf({ workers = Math.min(4, availableParallelism()) }: PartsStream, open: number): number {
  return Math.max(1, Math.min(workers, open));
}

/** The first failure ends the others and is what is thrown; nothing runs on when this returns. */
async function inTurns(
  parts: readonly number[],
  workers: number,
  work: (part: number) => Promise<void>,
  stop: AbortController,
): Promise<void> {
  const left = [...parts];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let part = left.shift(); part !== undefined && failures.length === 0; part = left.shift())
      await work(part).catch((error: unknown) => {
        failures.push(error);
        stop.abort();
      });
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (failures.length > 0) throw failures[0];
}

async function readPart(part: number, job: Job): Promise<void> {
  const { stream, ending, state, signal } = job;
  const name = `${partsFolder(stream.product.subject)}/${partFile(part, ending)}`;
  const at = await below(stream.dir, name, true);
  const temporary = path.join(path.dirname(at), `.partial-${randomUUID()}`);
  const progress = ({ rows, bytes }: { rows: number; bytes: number }) => job.tell(part, rows, bytes);
  try {
    const before = await state.now();
    const written = await writeStream(temporary, { ...stream, product: partOf(part, job), progress, signal });
    const after = await state.now();
    await rename(temporary, at);
    await syncFolder(path.dirname(at));
    const { rows, sha256, plain, bytes } = written;
    const seen = before === after ? `${job.attempt}.${before}` : `${job.attempt}.${before}-${after}.${part}`;
    const sealed = { part, rows, sha256, plain, bytes, state: seen };
    await stream.record.add({ type: 'extract.part', data: sealed });
    job.sealed.set(part, sealed);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The product of which this part is the whole: its rows, and the head only in the first. */
function partOf(part: number, { stream, source, ranges, taken, state, deadline }: Job): Product {
  const { product } = stream;
  const { form, slices } = product;
  const query = slices.part(ranges[part - 1] ?? {});
  const left = Math.floor(deadline - performance.now());
  if (left <= 0) throw new Stop('failed', t('the window closed before all parts were read'));
  const timeout = Math.min(query.timeout, left);
  const { snapshot } = state;
  return {
    ...product,
    source: { ...query, timeout, ...(snapshot === undefined ? {} : { snapshot }) },
    ...(form === undefined ? {} : { form: (keys: Keys) => counted(form(keys), part === 1, slices, source, taken) }),
  };
}

const EMPTY = new Uint8Array();

function counted(form: Form, first: boolean, slices: Slices, source: RowQuery, taken: { rows: number }): Form {
  return {
    head(columns) {
      if (columns.join('\0') !== slices.columns.join('\0'))
        throw new Stop('refused', t('the parts have other columns than the statement'));
      const head = form.head(columns);
      return first ? head : EMPTY;
    },
    batch(rows) {
      taken.rows += rows.rows;
      if (taken.rows > source.limit) throw overLimit(source);
      return form.batch(rows);
    },
    tail: () => form.tail(),
  };
}

/** One figure for all parts. */
function telling({ progress }: PartsStream, sealed: ReadonlyMap<number, Sealed>): Job['tell'] {
  const seen = new Map([...sealed].map(([part, { rows, bytes }]) => [part, { rows, bytes }]));
  return (part, rows, bytes) => {
    seen.set(part, { rows, bytes });
    const all = [...seen.values()];
    progress({
      rows: all.reduce((sum, one) => sum + one.rows, 0),
      bytes: all.reduce((sum, one) => sum + one.bytes, 0),
    });
  };
}
