/** What went wrong, by SQLSTATE and system error: the server's own words may hold a value or the connection, and are never shown. */
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';

/** An error of the server (`code` is a SQLSTATE, `position` counts characters from 1) or of the socket. */
export interface PostgresError {
  readonly code?: string;
  readonly position?: string;
  readonly message?: string;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, by code or by class; openGauss and Kingbase keep them. */
const STATES: Readonly<Record<string, readonly [Verdict, Phrase]>> = {
  '08': ['failed', t('the connection was lost')],
  '0A': ['refused', t('the server does not support what the statement asks for')],
  '22': ['failed', t('a value does not fit what the statement does with it')],
  '25006': ['refused', t('the statement would change something')],
  '25': ['failed', t('the transaction is not in a state for it')],
  '28': ['unreachable', t('the server does not let the account in')],
  '3D': ['unreachable', t('there is no such database')],
  '40': ['failed', t('it met another transaction; it may be run again')],
  '42501': ['refused', t('the account may not read that')],
  '42': ['refused', t('the statement has a name, a type or a form that the server does not know')],
  '53': ['failed', t('the server is short of memory, disk or connections')],
  '54': ['refused', t('the statement is beyond a limit of the server')],
  '55P03': ['failed', t('what it reads is locked by another session')],
  '57014': ['failed', t('it was cancelled on the server')],
  '57P': ['failed', t('the server is stopping or starting, or ended the session')],
  '58': ['failed', t('the server met a fault of its own system')],
  XX: ['failed', t('the server met a fault of its own')],
};

const OTHER: readonly [Verdict, Phrase] = ['failed', t('the server gave it up')];

/** Five characters in a class that the standard or PostgreSQL has; `EPIPE` is none. */
export function isSqlState(code: string): boolean {
  return /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code);
}

const NOTHING = { notDone: t('No row was handed over.'), safe: t('The database was only read.') };

/** The Stop for an error while `database` was read. `place` says where the statement's own characters begin in what was sent; none where they were altered. */
export function stopOf(database: string, error: unknown, place?: number): Stop {
  if (error instanceof Stop) return error;
  const { code = '', position } = error as PostgresError;
  if (!isSqlState(code)) return lost(database, code);
  const state = STATES[code] ?? STATES[code.slice(0, 3)] ?? STATES[code.slice(0, 2)] ?? OTHER;
  const at = Number(position) - (place ?? Number.NaN);
  const [verdict, why] = state;
  const text =
    at > 0
      ? t('{database}: {why} ({code}, at character {at})', { database, why, code, at })
      : t('{database}: {why} ({code})', { database, why, code });
  return new Stop(verdict, text, { ...NOTHING, data: { sqlstate: code } });
}

function lost(database: string, code: string): Stop {
  // Only the system's own names of errors: any other text may be the server's.
  const why = /^(E[A-Z_]+|ERR_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/.test(code) ? code : t('it ended without a word');
  return new Stop('failed', t('the connection to {database} was lost: {why}', { database, why }), NOTHING);
}

/** The Stop for a connection that was not made. */
export function unreachable(database: string, error: unknown): Stop {
  if (error instanceof Stop) return error;
  const { verdict, text, detail } = stopOf(database, error);
  if (verdict === 'unreachable') return new Stop(verdict, text, detail);
  return new Stop('unreachable', text, { ...detail, next: ['gxops doctor'] });
}

/** More rows than were allowed. */
export function overLimit(database: string, limit: number): Stop {
  return new Stop('refused', t('{database} has more than the {limit} rows that are allowed', { database, limit }), {
    notDone: t('Nothing was handed over; what had been read is discarded.'),
  });
}

/** The statement's whole time is over. */
export function tooLong(database: string, timeout: number): Stop {
  const seconds = Math.round(timeout / 1_000);
  return new Stop(
    'failed',
    t('the statement on {database} ran longer than {seconds} s and was stopped', { database, seconds }),
    NOTHING,
  );
}

/** No row came for too long. `session` is the server's number of it: over a dead network it may outlive us for a while. */
export function idleTooLong(database: string, idle: number, session: number): Stop {
  const seconds = Math.round(idle / 1_000);
  return new Stop(
    'failed',
    t('no row came from {database} for {seconds} s, and it was stopped', { database, seconds }),
    {
      notDone: t('No row was handed over.'),
      safe: t(
        'The database was only read. The server was asked to end session {session}; look for it if the network is down.',
        {
          session,
        },
      ),
      data: { session },
    },
  );
}

/** A person or a signal ended it. */
export function interrupted(): Stop {
  return new Stop('interrupted', t('reading was interrupted'), { notDone: t('No row was handed over.') });
}
