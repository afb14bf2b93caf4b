/** The process that reads a SQLite statement, as its parent sees it: started, asked for frames, and killed when time is up. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type Frame, framed, framesOf, KIND, type Task } from './sqlite-frames.ts';

export interface Reader {
  /** The next frame; undefined where there is none, because the process ended or was killed. */
  next(): Promise<Frame | undefined>;
  /** Why we killed it ourselves. */
  ended(): Stop | undefined;
  end(): void;
}

/** Killed after `timeout` as a whole, after `idle` of waiting for one frame (a slow taker does not count), and by the signal. */
export function startReader(task: Task, signal: AbortSignal | undefined): Reader {
  if (signal?.aborted) throw interrupted();
  const { query } = task;
  const child = startChild();
  let why: Stop | undefined;
  const kill = (stop: Stop): void => {
    why ??= stop;
    child.kill('SIGKILL');
  };
  const onAbort = (): void => kill(interrupted());
  const timer = setTimeout(() => kill(tooLong(query)), query.timeout);
  const end = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  child.once('error', (cause) => kill(new Stop('unreachable', t('the reading process cannot be started'), { cause })));
  child.stdin.on('error', () => undefined);
  child.stdin.end(framed(KIND.task, task));
  const frames = framesOf(released(child.stdout));
  return { next: () => nextOf(frames, query, kill), ended: () => why, end };
}

function startChild() {
  const own = import.meta.url.endsWith('.ts') ? './sqlite-child.ts' : './sqlite-child.js';
  // One thread: it has nothing to collect or compile that is worth a second one, and a second one costs memory.
  return spawn(process.execPath, ['--single-threaded', fileURLToPath(new URL(own, import.meta.url))], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { NODE_NO_WARNINGS: '1' },
  });
}

/** Each chunk's memory goes back once it was copied out; left to the collector, it would lie there by the ten megabytes. */
async function* released(chunks: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    yield chunk;
    const { buffer, byteLength } = chunk;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
  }
}

async function nextOf(
  frames: AsyncGenerator<Frame>,
  query: RowQuery,
  kill: (stop: Stop) => void,
): Promise<Frame | undefined> {
  const { idle } = query;
  const timer = idle === undefined ? undefined : setTimeout(() => kill(stalled(query, idle)), idle);
  try {
    const { done, value } = await frames.next();
    return done === true ? undefined : value;
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

function interrupted(): Stop {
  return new Stop('interrupted', t('reading was interrupted'), { notDone: t('No row was handed over.') });
}

const ONLY_READ = { notDone: t('No row was handed over.'), safe: t('The database was only read.') };

function tooLong({ database, timeout }: RowQuery): Stop {
  const seconds = Math.round(timeout / 1_000);
  return new Stop(
    'failed',
    t('the statement on {database} ran longer than {seconds} s and was stopped', { database, seconds }),
    ONLY_READ,
  );
}

function stalled({ database }: RowQuery, idle: number): Stop {
  const seconds = Math.round(idle / 1_000);
  return new Stop(
    'failed',
    t('the statement on {database} gave no row for {seconds} s and was stopped', { database, seconds }),
    ONLY_READ,
  );
}
