/** Rows of a judged statement from PostgreSQL by COPY, under its time limits; whatever ends it early also ends it on the server. */
import type { Batch } from '../core/batch.ts';
import type { RowQuery } from '../core/product.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { RowStream } from '../core/world.ts';
import { withBinds } from './postgres-binds.ts';
import { type Protocol, running, type Wire } from './postgres-connect.ts';
import { type CopyDecoder, copyDecoder } from './postgres-copy.ts';
import { openSession, type PostgresPlace } from './postgres-session.ts';
import { refuseShadows } from './postgres-shadow.ts';
import {
  idleTooLong,
  interrupted,
  isSqlState,
  overLimit,
  type PostgresError,
  stopOf,
  tooLong,
} from './postgres-stops.ts';

/** Bytes that are gathered before they are read as rows, and from which the socket is asked to pause. */
const GATHER = 128 * 1024;
const PAUSE = 256 * 1024;
/** Bytes of one reading below which the server is waited for: fewer, fuller readings cost the processor less. */
const SHORT = 32 * 1024;
/** Milliseconds after which fewer are read all the same. */
const LINGER = 25;
/** Milliseconds that the server has to end a statement by itself before the connection is cut. */
const GRACE = 1_000;

/**
 * Streams the rows. The server itself gathers 8 KiB before it sends, which `idle` must allow for. Kinds of cells are by the server's types (see postgres-copy.ts); a batch's arrays are used again. Stop('refused') for
 * what the server or the guard of names refuses and for more rows than the limit, 'failed' after a time-out or a lost connection,
 * 'interrupted' by the signal.
 */
export async function postgresRows(place: PostgresPlace, query: RowQuery, signal?: AbortSignal): Promise<RowStream> {
  if (signal?.aborted) throw interrupted();
  const session = await openSession(place, query.timeout, query.snapshot);
  const flow = flowOf(session.wire, query, signal);
  try {
    const { fields, parameters } = await session.describe(query.sql);
    await refuseShadows(query.database, query.sql, session);
    const sql = await withBinds(query, parameters, session);
    const decoder = copyDecoder(
      fields.map(({ dataTypeID }) => dataTypeID),
      session.wire.forward,
    );
    const ordered = query.shuffled === true ? `SELECT * FROM (${sql}\n) AS gxops ORDER BY pg_catalog.random()` : sql;
    flow.begin(`COPY (${ordered}\n) TO STDOUT`);
    return { columns: fields.map(({ name }) => name), batches: batchesOf(flow, decoder, query) };
  } catch (error) {
    const why = flow.why() ?? stopOf(query.database, error, 0);
    await flow.end();
    throw why;
  }
}

interface Flow {
  /** Sends the statement; from now on the connection's bytes are ours. */
  begin(copy: string): void;
  /** Feeds what has come, nothing where it was ended; ends everything after `deadline` (by performance.now). */
  more(deadline: number, feed: (bytes: Uint8Array) => void): Promise<void>;
  /** The server's count of rows, once the statement is over. */
  rows(): number | undefined;
  why(): Stop | undefined;
  /** Ends everything; asks the server to cancel where the statement is not over. */
  end(): Promise<void>;
}

interface State {
  /** Came and was not yet asked for: the first `size` bytes. */
  inbox: Uint8Array;
  size: number;
  why: Stop | undefined;
  /** The connection went. */
  lost: Stop | undefined;
  rows: number | undefined;
  /** The server is at the statement. */
  running: boolean;
  over: boolean;
  ended: boolean;
  wake: (() => void) | undefined;
}

function flowOf(wire: Wire, query: RowQuery, signal: AbortSignal | undefined): Flow {
  const state = fresh();
  const halt = (why: Stop): void => {
    state.why ??= why;
    void end();
  };
  const end = async (): Promise<void> => {
    if (state.ended) return;
    state.ended = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    state.wake?.();
    if (state.over || !state.running) return wire.close();
    // Asked first: a server that only sees the connection go may compute on.
    await wire.cancel();
    wire.socket.destroy();
  };
  const onAbort = (): void => halt(interrupted());
  const timer = setTimeout(() => halt(tooLong(query.database, query.timeout)), query.timeout + GRACE);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const failed = failing(state, query);
  wire.client.on('error', failed);
  return {
    begin: (copy) => begin(wire, copy, state, failed),
    more: (deadline, feed) => {
      const idle = idleTooLong(query.database, query.idle ?? query.timeout, wire.session);
      return more(wire, state, feed, deadline, query.database, () => halt(idle));
    },
    rows: () => (state.over ? (state.rows ?? -1) : undefined),
    why: () => state.why,
    end,
  };
}

function fresh(): State {
  const ends = { why: undefined, lost: undefined, running: false, over: false, ended: false };
  return { inbox: new Uint8Array(PAUSE + 128 * 1024), size: 0, rows: undefined, wake: undefined, ...ends };
}

/** What is done about an error of the server or of the connection. */
function failing(state: State, { database, timeout }: RowQuery): (error: Error) => void {
  const began = performance.now();
  return (error) => {
    const { code = '' } = error as PostgresError;
    const late = code === '57014' && performance.now() - began >= timeout;
    const stop = late ? tooLong(database, timeout) : stopOf(database, error);
    // A connection that went may have brought the reason before: what came is read first.
    if (isSqlState(code)) state.why ??= stop;
    else state.lost ??= stop;
    state.wake?.();
  };
}

function begin(wire: Wire, copy: string, state: State, failed: (error: Error) => void): void {
  const submit = (connection: Protocol): void => {
    state.running = true;
    wire.tap((chunk) => {
      take(state, chunk);
      if (state.size > PAUSE) wire.socket.pause();
      else if (chunk.length < SHORT) {
        wire.socket.pause();
        setTimeout(() => wire.socket.resume(), 1);
      }
      if (state.size >= GATHER) state.wake?.();
    });
    connection.parse({ text: copy });
    connection.bind({});
    connection.execute({});
    connection.sync();
  };
  wire.client.query(
    running(submit, {
      handleError: failed,
      handleCommandComplete: ({ text }) => {
        state.rows = Number(/^COPY (\d+)$/.exec(text)?.[1]);
      },
      handleReadyForQuery: () => {
        state.over = true;
      },
    }),
  );
}

function take(state: State, chunk: Uint8Array): void {
  const size = state.size + chunk.length;
  if (size > state.inbox.length) {
    const wider = new Uint8Array(2 * size);
    wider.set(state.inbox.subarray(0, state.size));
    state.inbox = wider;
  }
  state.inbox.set(chunk, state.size);
  state.size = size;
}

function more(
  wire: Wire,
  state: State,
  feed: (bytes: Uint8Array) => void,
  deadline: number,
  database: string,
  idle: () => void,
): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now();
    const answer = (): void => {
      clearTimeout(timer);
      state.wake = undefined;
      if (state.size === 0) state.why ??= state.lost;
      try {
        feed(state.inbox.subarray(0, state.size));
      } catch {
        // A single row for which there is no memory.
        state.why ??= cut(database);
      }
      state.size = 0;
      wire.socket.resume();
      resolve();
    };
    const look = (): void => {
      const now = performance.now();
      if (state.size > 0 && now - began >= LINGER) answer();
      else if (now >= deadline) idle();
      else timer = setTimeout(look, LINGER);
    };
    let timer = setTimeout(look, LINGER);
    state.wake = answer;
    if (state.size >= GATHER || state.ended || (state.why ?? state.lost) !== undefined) answer();
  });
}

async function* batchesOf(flow: Flow, decoder: CopyDecoder, query: RowQuery): AsyncGenerator<Batch> {
  let rows = 0;
  const idle = query.idle ?? query.timeout;
  let deadline = performance.now() + idle;
  try {
    for (;;) {
      const stopped = flow.why();
      if (stopped !== undefined) throw stopped;
      const batch = decoder.read(query.limit - rows + 1);
      rows += batch.rows;
      if (rows > query.limit) {
        if (query.truncate !== true) throw overLimit(query.database, query.limit);
        if (batch.rows > 1) yield { ...batch, rows: batch.rows - 1 };
        return;
      }
      if (batch.rows > 0) {
        yield batch;
        deadline = performance.now() + idle;
        continue;
      }
      const whole = flow.rows();
      if (whole === rows) return;
      if (whole !== undefined) throw cut(query.database);
      await flow.more(deadline, decoder.feed);
    }
  } catch (error) {
    throw flow.why() ?? (error instanceof Stop ? error : cut(query.database));
  } finally {
    await flow.end();
  }
}

function cut(database: string): Stop {
  return new Stop('failed', t('what came from {database} is not the whole of the rows', { database }), {
    notDone: t('No row was handed over.'),
  });
}
