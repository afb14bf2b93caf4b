/** Time-outs and interruption over calls to an Oracle server: the server is told to give up, and cut off where it does not answer that. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { OracleDoor, OracleSession } from './oracle-session.ts';

export interface WatchOptions {
  readonly database: string;
  /** Milliseconds for everything together. */
  readonly timeout: number;
  /** Milliseconds for one call. */
  readonly idle?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Watch {
  /** Logs in; an error with code ETIMEDOUT where that took too long. A session that comes after its time is cut at once. */
  open(door: OracleDoor): Promise<OracleSession>;
  /** The result of a call, or the Stop of a time-out or the signal: then the call was cancelled, or its connection cut. */
  call<T>(work: (session: OracleSession) => Promise<T>): Promise<T>;
  /** By what a DBA finds the session; told where the server did not confirm that it stopped. */
  know(session: string): void;
  /** Logs off and stops watching; never throws. */
  end(): Promise<void>;
}

/** Milliseconds a server has to confirm that it gave up, or to let us log off. */
const GRACE = 3_000;

/** Begins now. */
export function watchOver(options: WatchOptions): Watch {
  let session: OracleSession | undefined;
  let busy = false;
  let known: string | undefined;
  const leave = async (): Promise<void> => {
    const current = session;
    session = undefined;
    if (current !== undefined && !(await within(current.close()))) current.drop();
  };
  // A session that nobody uses when its time is up is not left open until somebody does.
  const wire = tripwire(options, () => busy || void leave());
  return {
    async open(door) {
      const opening = wire.race(async () => {
        const came = await door.open();
        if (wire.stop() !== undefined) came.drop();
        return came;
      });
      const came = await opening.catch((error) => Promise.reject(wire.late(error) ? UNANSWERED : error));
      session = came;
      return came;
    },
    async call(work) {
      const current = session;
      if (current === undefined) throw wire.stop() ?? new Error('no session was opened');
      busy = true;
      try {
        return await called(current, work, wire);
      } catch (error) {
        if (error !== UNHEARD) throw error;
        current.drop();
        session = undefined;
        throw stillThere(wire.stop() ?? interrupted(), known);
      } finally {
        busy = false;
      }
    },
    know(id) {
      known = id;
    },
    async end() {
      wire.disarm();
      await leave();
    },
  };
}
const UNANSWERED = { code: 'ETIMEDOUT' };
/** The server did not confirm that it stopped. */
const UNHEARD = Symbol('unheard');

async function called<T>(session: OracleSession, work: (session: OracleSession) => Promise<T>, wire: Tripwire) {
  let running: Promise<unknown> = Promise.resolve();
  try {
    return await wire.race(() => {
      const call = work(session);
      running = call.catch(() => undefined);
      return call;
    });
  } catch (error) {
    const stop = wire.stop();
    throw stop === undefined ? error : (await gaveUp(session, running)) ? stop : UNHEARD;
  }
}

interface Tripwire {
  /** Whether an error is that the time was up. */
  late(error: unknown): boolean;
  /** Why everything is to end, once it is. */
  stop(): Stop | undefined;
  /** The result of the work, or the Stop that came before it. First come, first served; what comes too late is heard by nobody. */
  race<T>(work: () => Promise<T>): Promise<T>;
  disarm(): void;
}

/** The time for everything, the time for one call, and the signal, as one thing that may end a call. */
function tripwire({ database, timeout, idle = timeout, signal }: WatchOptions, tripping: () => void): Tripwire {
  // Not one promise to race against: it would keep the result of every call, and so all rows, as long as it lives.
  const waiting = new Set<(why: Stop) => void>();
  let stop: Stop | undefined;
  const trip = (why: Stop): void => {
    if (stop !== undefined) return;
    stop = why;
    for (const end of waiting) end(why);
    tripping();
  };
  const onAbort = (): void => trip(interrupted());
  const whole = setTimeout(() => trip(tooLong(database, timeout)), timeout);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    late: (error) => error === stop && stop?.verdict === 'failed',
    stop: () => stop,
    async race<T>(work: () => Promise<T>): Promise<T> {
      if (stop !== undefined) throw stop;
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const silence = setTimeout(() => trip(silent(database, idle)), idle);
      waiting.add(reject);
      try {
        work().then(resolve, reject);
        return await promise;
      } finally {
        clearTimeout(silence);
        waiting.delete(reject);
      }
    },
    disarm() {
      clearTimeout(whole);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** True where the server confirmed in time that it stopped. */
function gaveUp(session: OracleSession, running: Promise<unknown>): Promise<boolean> {
  return within(Promise.all([session.cancel().catch(() => undefined), running]));
}

async function within(work: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), GRACE);
  work.then(
    () => resolve(true),
    () => resolve(true),
  );
  const inTime = await promise;
  clearTimeout(timer);
  return inTime;
}

function interrupted(): Stop {
  return new Stop('interrupted', t('reading was interrupted'), { notDone: t('No row was handed over.') });
}

function tooLong(database: string, timeout: number): Stop {
  const seconds = Math.round(timeout / 1_000);
  const text = t('the statement on {database} ran longer than {seconds} s and was stopped', { database, seconds });
  return new Stop('failed', text, {
    notDone: t('No row was handed over.'),
    safe: t('The database was only read.'),
  });
}

function silent(database: string, idle: number): Stop {
  const seconds = Math.round(idle / 1_000);
  const text = t('{database} gave no row for {seconds} s and the statement was stopped', { database, seconds });
  return new Stop('failed', text, {
    notDone: t('No row was handed over.'),
    safe: t('The database was only read.'),
  });
}

function stillThere({ verdict, text, detail }: Stop, session: string | undefined): Stop {
  const cut = t('The server did not confirm that it stopped; the connection was cut.');
  if (session === undefined) return new Stop(verdict, text, { ...detail, safe: cut });
  const safe = t('{cut} Its session may still run there: show the DBA this: {session}.', { cut, session });
  return new Stop(verdict, text, { ...detail, safe, data: { session } });
}
