/** What Oracle's errors mean, by their codes alone: its sentences may hold values and connect strings, and are shown to nobody. */
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import type { Verdict } from '../core/verdict.ts';

/** The codes that an error names, once each: ORA-, NJS-, TNS- numbers and names of the system's errors. */
export function codesOf(error: unknown): readonly string[] {
  const { message = '', code = '' } = error as { message?: string; code?: string };
  return [...new Set(`${code} ${message}`.match(/\b(?:ORA|NJS|TNS)-\d+|\bE[A-Z]{4,}\b/g) ?? [])];
}

/** Not for this account: what is there and what may not be seen look alike to it. */
export function isForbidden(error: unknown): boolean {
  return codesOf(error).some((code) => ['ORA-00942', 'ORA-01031', 'ORA-04043'].includes(code));
}

/** A login that must not be tried a second time: the next wrong one may lock the account. */
export function isLoginRefused(error: unknown): boolean {
  return codesOf(error).some((code) => LOGIN.includes(code));
}
const LOGIN = ['ORA-01017', 'ORA-28000', 'ORA-28001', 'ORA-28002', 'ORA-01005', 'ORA-01045', 'ORA-28003', 'ORA-28011'];

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
    codes: ['ORA-00942', 'ORA-01031', 'ORA-04043', 'ORA-00980'],
    verdict: 'refused',
    text: (facts) => t('the account of {database} may not read what the statement names ({code})', facts),
  },
  {
    codes: ['ORA-00904', 'ORA-00918', 'ORA-00933', 'ORA-00936', 'ORA-00907', 'ORA-00923', 'ORA-00911', 'ORA-00900'],
    verdict: 'refused',
    text: (facts) => t('{database} does not understand the statement ({code})', facts),
  },
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
  const code = codes.join(', ') || 'unknown';
  const notDone = t('No row was handed over.');
  const known = MEANINGS.find((meaning) => codes.some((one) => meaning.codes.includes(one)));
  if (known !== undefined) {
    const safe = known.safe === undefined ? {} : { safe: known.safe };
    return new Stop(known.verdict, known.text({ database, code }), { notDone, ...safe, data: { codes } });
  }
  if (codes.some((one) => CUT.includes(one)))
    return new Stop('unreachable', t('the connection to {database} broke ({code})', { database, code }), {
      notDone,
      safe: t('The database was only read; it ends the session by itself. gxops did not try again.'),
      next: ['gxops doctor'],
      data: { codes },
    });
  return new Stop('refused', t('Oracle refused the statement on {database} ({code})', { database, code }), {
    notDone,
    data: { codes },
  });
}
