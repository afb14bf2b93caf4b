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
  /** Logs in. A session that comes after the time-out is cut at once. */
  open(door: OracleDoor): Promise<OracleSession>;
  /** The result of a call, or the Stop of a time-out or the signal: then the call was cancelled, or its connection cut. */
  call<T>(work: (session: OracleSession) => Promise<T>): Promise<T>;
  /** Logs off and stops watching; never throws. */
  end(): Promise<void>;
}

/** Milliseconds a server has to confirm that it gave up, or to let us log off. */
const GRACE = 3_000;

/** Begins now. */
export function watchOver(options: WatchOptions): Watch {
  const wire = tripwire(options);
  let session: OracleSession | undefined;
  return {
    async open(door) {
      session = await wire.race(async () => {
        const came = await door.open();
        if (wire.stop() !== undefined) came.drop();
        return came;
      });
      return session;
    },
    async call(work) {
      const current = session;
      if (current === undefined) throw new Error('no session was opened');
      let running: Promise<unknown> = Promise.resolve();
      try {
        return await wire.race(() => {
          const called = work(current);
          running = called.catch(() => undefined);
          return called;
        });
      } catch (error) {
        const stop = wire.stop();
        if (stop === undefined) throw error;
        throw (await gaveUp(current, running)) ? stop : stillThere(stop, current.id);
      }
    },
    async end() {
      wire.disarm();
      const current = session;
      session = undefined;
      if (current === undefined) return;
      // Where the time was up, the server was asked or cut already; a call may still hang.
      if (wire.stop() !== undefined || !(await within(current.close()))) current.drop();
    },
  };
}

interface Tripwire {
  /** Why everything is to end, once it is. */
  stop(): Stop | undefined;
  /** The result of the work, or the Stop that came before it. First come, first served; what comes too late is heard by nobody. */
  race<T>(work: () => Promise<T>): Promise<T>;
  disarm(): void;
}

/** The time for everything, the time for one call, and the signal, as one thing that may end a call. */
function tripwire({ database, timeout, idle = timeout, signal }: WatchOptions): Tripwire {
  const tripped = Promise.withResolvers<never>();
  tripped.promise.catch(() => undefined);
  let stop: Stop | undefined;
  const trip = (why: Stop): void => {
    stop ??= why;
    tripped.reject(stop);
  };
  const onAbort = (): void => trip(interrupted());
  const whole = setTimeout(() => trip(tooLong(database, timeout)), timeout);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return {
    stop: () => stop,
    async race(work) {
      if (stop !== undefined) throw stop;
      const silence = setTimeout(() => trip(silent(database, idle)), idle);
      try {
        return await Promise.race([work(), tripped.promise]);
      } finally {
        clearTimeout(silence);
      }
    },
    disarm() {
      clearTimeout(whole);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** True where the server confirmed in time that it stopped; else the connection is cut. */
async function gaveUp(session: OracleSession, running: Promise<unknown>): Promise<boolean> {
  const cancelled = session.cancel().catch(() => undefined);
  if (await within(Promise.all([cancelled, running]))) return true;
  session.drop();
  return false;
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

function stillThere({ verdict, text, detail }: Stop, session: string): Stop {
  return new Stop(verdict, text, {
    ...detail,
    safe: t(
      'The server did not confirm that it stopped; the connection was cut. Its session {session} may still run there: show the DBA this number.',
      { session },
    ),
    data: { session },
  });
}
