/** What the rest needs of an Oracle session, and no more: the driver implements it, and tests do by a script. */
import type { Phrase } from '../core/text.ts';

/** A column as the server describes it: the name as it is written there, which another column may have too, the type by Oracle's name (`NUMBER`, `TIMESTAMP WITH TIME ZONE`). */
export interface OracleColumn {
  readonly name: string;
  readonly type: string;
  /** Bytes a value may take at most, where it is known. */
  readonly bytes?: number;
  /** Fractional digits of a TIMESTAMP's seconds. */
  readonly digits?: number;
}

/** A CLOB or BLOB that was not read yet. `length` counts UTF-16 units or bytes. */
export interface OracleLarge {
  readonly length: number;
  getData(): Promise<string | Uint8Array | null>;
}

/** A value that is there but cannot be given exactly. */
export interface OracleUnread {
  readonly unread: Phrase;
}

/**
 * NUMBER is the server's exact decimal text, never a float; BINARY_FLOAT and BINARY_DOUBLE are numbers; DATE, TIMESTAMP and INTERVAL
 * are text (oracle-moment.ts), CHAR, VARCHAR2, LONG, ROWID text; RAW bytes. '' does not exist: it is NULL.
 */
export type OracleValue = null | string | number | boolean | Uint8Array | OracleLarge | OracleUnread;

export interface OracleCursor {
  /** Of the rows that come; the same as described before, unless somebody changed a table in between. */
  readonly columns: readonly OracleColumn[];
  /** At most so many further rows, by one round trip; none where the last one was given. */
  next(rows: number): Promise<readonly (readonly OracleValue[])[]>;
  close(): Promise<void>;
}

export type OracleBinds = Readonly<Record<string, string | null>>;

/**
 * One login. Every failure is an Error that names its codes (`ORA-01555`, `NJS-500`) in `code` or message; its words may hold values
 * and are shown to nobody.
 */
export interface OracleSession {
  /** Of the server, e.g. `19.21.0.0.0`. */
  readonly version: string;
  /** The columns of a query; nothing is executed. Empty where it is not a query. */
  describe(sql: string): Promise<readonly OracleColumn[]>;
  /** Executes a query. A text is bound as a literal would be: a CHAR column is equal to it whatever blanks it is filled up with. The first `rows` rows come with the answer. */
  query(sql: string, binds: OracleBinds, rows: number): Promise<OracleCursor>;
  /** Runs a statement of ours: ALTER SESSION, SET TRANSACTION. */
  execute(sql: string): Promise<void>;
  /** Asks the server to give up what it does; the running call then fails. */
  cancel(): Promise<void>;
  /** Logs off. */
  close(): Promise<void>;
  /** Cuts the connection without asking: for a server that does not answer. */
  drop(): void;
}

/** Where sessions come from. */
export interface OracleDoor {
  /** How it works, e.g. `oracledb 26.0.0 Thin`. */
  mode(): Promise<string>;
  /** Logs in, once: a second wrong password may lock the account. */
  open(): Promise<OracleSession>;
}
