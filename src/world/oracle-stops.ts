/** What Oracle's errors mean, by their codes alone: its sentences may hold values and connect strings, and are shown to nobody. */
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';

/**
 * The codes that an error names, once each: ORA-, NJS-, TNS- numbers and the system's own names of errors. Nothing else of its words:
 * they may quote a value (`ORA-01722: ... string value containing '...'`), so that a word counts only where it is one of these names.
 */
export function codesOf(error: unknown): readonly string[] {
  const { message = '', code = '' } = Object(error) as { message?: unknown; code?: unknown };
  return [...new Set(`${code} ${message}`.match(CODE) ?? [])];
}
const CODE =
  /\b(?:ORA|NJS|TNS)-\d{3,5}(?!\d)|\b(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/g;

/** Not for this account: what is there and what may not be seen look alike to it. */
export function isForbidden(error: unknown): boolean {
  return codesOf(error).some((code) => ['ORA-00942', 'ORA-01031', 'ORA-04043'].includes(code));
}

/** A login that must not be tried a second time: the next wrong one may lock the account. */
export function isLoginRefused(error: unknown): boolean {
  return codesOf(error).some((code) => LOGIN.includes(code));
}
const LOGIN = ['ORA-01017', 'ORA-28000', 'ORA-28001', 'ORA-01005', 'ORA-01045', 'ORA-28003', 'ORA-28011'];

interface Meaning {
  readonly codes: readonly string[];
  readonly verdict: Verdict;
  readonly text: (facts: { database: string; code: string }) => Phrase;
  readonly safe?: Phrase;
}

const MEANINGS: readonly Meaning[] = [
  {
    codes: ['ORA-01555', 'ORA-22924', 'ORA-08180'],
    verdict: 'failed',
    text: (facts) => t('{database} no longer has the state the reading began with ({code})', facts),
    safe: t('Read less at a time or at a quieter hour, or have the DBA lengthen undo retention; nothing was changed.'),
  },
  {
    codes: ['ORA-00028', 'ORA-00031', 'ORA-01012', 'ORA-02396', 'ORA-02399'],
    verdict: 'failed',
    text: (facts) => t('the server ended the session on {database} ({code})', facts),
    safe: t('A DBA or the account\u2019s profile did this; ask before you try again.'),
  },
  {
    codes: ['ORA-01013', 'ORA-00040', 'ORA-02393', 'ORA-02394', 'ORA-02395', 'ORA-56735', 'ORA-56720', 'NJS-123'],
    verdict: 'failed',
    text: (facts) => t('{database} stopped the statement by a limit of its own ({code})', facts),
    safe: t('Narrow the statement, or ask the DBA for the limits of this account.'),
  },
  {
    codes: [
      'ORA-01652',
      'ORA-04030',
      'ORA-04031',
      'ORA-01114',
      'ORA-01115',
      'ORA-00376',
      'ORA-01578',
      'ORA-00600',
      'ORA-07445',
    ],
    verdict: 'failed',
    text: (facts) => t('{database} could not finish the statement ({code})', facts),
    safe: t('The fault is on the server: show the DBA this code.'),
  },
  {
    codes: [
      'ORA-01722',
      'ORA-01476',
      'ORA-01426',
      'ORA-01489',
      'ORA-06502',
      'ORA-12899',
      'ORA-01427',
      'ORA-01882',
      'ORA-22835',
    ],
    verdict: 'failed',
    text: (facts) => t('a value in {database} does not fit what the statement does with it ({code})', facts),
  },
  {
    codes: ['ORA-01456', 'ORA-16000', 'ORA-14552', 'ORA-14551'],
    verdict: 'refused',
    text: (facts) => t('the statement would change something in {database} ({code})', facts),
  },
  {
    codes: ['ORA-00942', 'ORA-01031', 'ORA-04043', 'ORA-00980'],
    verdict: 'refused',
    text: (facts) => t('the account of {database} may not read what the statement names ({code})', facts),
  },
];

/** ORA-00900 to 00999 are about the text of a statement, ORA-01841 and its neighbours about dates that are none. */
const RANGES: readonly (readonly [number, number, Meaning])[] = [
  [
    900,
    999,
    {
      codes: [],
      verdict: 'refused',
      text: (facts) => t('{database} does not understand the statement ({code})', facts),
    },
  ],
  [
    1830,
    1899,
    {
      codes: [],
      verdict: 'failed',
      text: (facts) => t('a value in {database} does not fit what the statement does with it ({code})', facts),
    },
  ],
];

/** These stand last in a text that also names why the session is gone. */
const CUT = [
  ...[
    'ORA-03113',
    'ORA-03114',
    'ORA-03135',
    'ORA-12537',
    'ORA-12547',
    'ORA-12570',
    'ORA-12571',
    'ORA-01033',
    'ORA-01034',
  ],
  ...[
    'ORA-01089',
    'ORA-01092',
    'NJS-003',
    'NJS-500',
    'NJS-501',
    'NJS-503',
    'NJS-510',
    'NJS-521',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
  ],
];

/** The Stop for an error of a session that was open. A Stop passes through. */
export function stopOf(database: string, error: unknown): Stop {
  if (error instanceof Stop) return error;
  const codes = codesOf(error);
  const code = codes.join(', ');
  const notDone = t('No row was handed over.');
  const known = meaningOf(codes);
  if (known !== undefined) {
    const safe = known.safe ?? t('The database was only read.');
    return new Stop(known.verdict, known.text({ database, code }), { notDone, safe, data: { codes } });
  }
  if (codes.some((one) => CUT.includes(one)))
    return new Stop('failed', t('the connection to {database} broke ({code})', { database, code }), {
      notDone,
      safe: t('The database was only read; it ends the session by itself. gxops did not try again.'),
      next: ['gxops doctor'],
      data: { codes },
    });
  if (codes.length === 0)
    return new Stop('failed', t('reading {database} failed, and nothing that it said may be shown', { database }), {
      notDone,
      safe: t('The database was only read.'),
    });
  return new Stop('failed', t('{database} could not finish the statement ({code})', { database, code }), {
    notDone,
    safe: t('The database was only read.'),
    data: { codes },
  });
}

function meaningOf(codes: readonly string[]): Meaning | undefined {
  const known = MEANINGS.find((meaning) => codes.some((one) => meaning.codes.includes(one)));
  if (known !== undefined) return known;
  const numbers = codes.flatMap((one) => (one.startsWith('ORA-') ? [Number(one.slice(4))] : []));
  return RANGES.find(([from, to]) => numbers.some((number) => number >= from && number <= to))?.[2];
}
