/** An Oracle session by a script: which statement gives which rows, which error, how late, or no answer at all. Everything asked is written down. */
import type { OracleColumn, OracleDoor, OracleSession, OracleValue } from '../../src/world/oracle-session.ts';

type Row = readonly OracleValue[];

/** What a statement that matches `on` does; the first that matches counts. */
export interface Line {
  readonly on: RegExp;
  readonly columns?: readonly OracleColumn[];
  /** What it gives when it runs, where that is not what was described. */
  readonly given?: readonly OracleColumn[];
  readonly rows?: readonly Row[] | ((n: number) => Row | undefined);
  /** An error as the driver throws it, when it runs; `described` when it is described; `after` when so many rows were given. */
  readonly error?: string;
  readonly described?: string;
  readonly after?: { readonly rows: number; readonly error: string };
  /** Milliseconds before each round trip's answer. */
  readonly delay?: number;
  /** No answer; `cancelled`: until it is cancelled, which the server then confirms. */
  readonly hangs?: 'cancelled' | 'for ever';
  /** The same, once so many rows were given. */
  readonly stalls?: { readonly rows: number; readonly until: 'cancelled' | 'for ever' };
}

export interface Script {
  readonly lines?: readonly Line[];
  /** An error of the login, or that it never ends. */
  readonly login?: string | 'hangs';
  /** Milliseconds of a login. */
  readonly loginDelay?: number;
}

export interface ScriptedOracle {
  readonly door: OracleDoor;
  /** `open`, `execute …`, `describe …`, `query …`, `next n`, `cancel`, `close`, `drop`. */
  readonly log: string[];
  /** What was bound, statement by statement. */
  readonly binds: Record<string, unknown>[];
  /** Sessions that are open now. */
  open(): number;
}

/** What gxops asks by itself before each statement. */
const OURS: readonly Line[] = [
  { on: /'SID'/, columns: texts('SID', 'AUDSID', 'INSTANCE'), rows: [['12', '345', 'INV1']] },
  { on: /SYSTIMESTAMP/, columns: texts('CLOCK', 'CHARSET'), rows: [['2026-01-01T00:00:00.000Z', 'AL32UTF8']] },
  { on: /SESSION_PRIVS/i, columns: texts('PRIVILEGE'), rows: [] },
];

/** Columns of text. */
export function texts(...names: readonly string[]): OracleColumn[] {
  return names.map((name) => ({ name, type: 'VARCHAR2', bytes: 100 }));
}

/** An error as the driver throws it: `code` and a text that may say anything. */
export function oracleError(message: string): Error & { code?: string } {
  const code = /^((?:ORA|NJS)-\d+|E[A-Z_]+)/.exec(message)?.[0];
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

export function scriptedOracle({ lines = [], login, loginDelay = 0 }: Script = {}): ScriptedOracle {
  const [log, binds, sessions] = [[] as string[], [] as Record<string, unknown>[], new Set<object>()];
  const lineOf = (sql: string): Line => {
    const found = [...lines, ...OURS].find(({ on }) => on.test(sql));
    if (found === undefined) throw oracleError(`ORA-00942: table or view does not exist: ${sql}`);
    return found;
  };
  const door: OracleDoor = {
    mode: async () => 'scripted',
    async open() {
      log.push('open');
      if (login === 'hangs') await new Promise(() => undefined);
      if (loginDelay > 0) await after(loginDelay);
      if (login !== undefined) throw oracleError(login);
      const session = sessionOf(lineOf, log, binds, () => sessions.delete(session));
      sessions.add(session);
      return session;
    },
  };
  return { door, log, binds, open: () => sessions.size };
}

const after = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function sessionOf(
  lineOf: (sql: string) => Line,
  log: string[],
  binds: Record<string, unknown>[],
  gone: () => void,
): OracleSession {
  let cancelled = Promise.withResolvers<never>();
  cancelled.promise.catch(() => undefined);
  const never = (until: 'cancelled' | 'for ever'): Promise<never> =>
    until === 'cancelled' ? cancelled.promise : new Promise(() => undefined);
  return {
    version: '19.21.0.0.0',
    async describe(sql) {
      log.push(`describe ${sql}`);
      const { columns = [], described } = lineOf(sql);
      if (described !== undefined) throw oracleError(described);
      return columns;
    },
    async query(sql, bound, rows) {
      log.push(`query ${sql}`, `first ${rows}`);
      binds.push(bound);
      const line = lineOf(sql);
      await answer(line, never);
      return cursorOf(line, log, never);
    },
    async execute(sql) {
      log.push(`execute ${sql}`);
    },
    async cancel() {
      log.push('cancel');
      cancelled.reject(oracleError('ORA-01013: user requested cancel of current operation'));
      cancelled = Promise.withResolvers<never>();
      cancelled.promise.catch(() => undefined);
    },
    async close() {
      log.push('close');
      gone();
    },
    drop() {
      log.push('drop');
      gone();
    },
  };
}

async function answer({ delay, error, hangs }: Line, never: (until: 'cancelled' | 'for ever') => Promise<never>) {
  if (delay !== undefined) await after(delay);
  if (hangs !== undefined) await never(hangs);
  if (error !== undefined) throw oracleError(error);
}

function cursorOf(line: Line, log: string[], never: (until: 'cancelled' | 'for ever') => Promise<never>) {
  let at = 0;
  const { rows = [], columns = [], given = columns } = line;
  const rowAt = (n: number): Row | undefined => (typeof rows === 'function' ? rows(n) : rows[n]);
  return {
    columns: given,
    async next(count: number) {
      log.push(`next ${count}`);
      if (line.delay !== undefined) await after(line.delay);
      if (line.stalls !== undefined && at >= line.stalls.rows) await never(line.stalls.until);
      if (line.after !== undefined && at >= line.after.rows) throw oracleError(line.after.error);
      const some: Row[] = [];
      for (let row = rowAt(at); row !== undefined && some.length < count; row = rowAt(++at)) some.push(row);
      return some;
    },
    async close() {
      log.push('close cursor');
    },
  };
}
