/** `audit log`: what was recorded, oldest first. */
import type { EventType } from '../../core/event.ts';
import { notAllowed } from '../../core/nearest.ts';
import type { Report } from '../../core/report.ts';
import { t } from '../../core/text.ts';
import type { Query } from '../../core/world.ts';
import type { Call } from '../command.ts';
import { runNamed } from '../runbook/resume.ts';
import { ENTRY_COLUMNS, entryData, entryRow } from './line.ts';
import { wholeNumber } from './number.ts';
import { recordReading } from './read.ts';
import { EVENT_TYPES, isEventType } from './types.ts';

const LAST = 50;

/** Data `{entries: [{seq, hash, t, type, run?, subject?, step?, operator?, user}]}`. The reading itself is recorded after it. */
export async function run({ options, session }: Call): Promise<Report> {
  if (typeof options.run === 'string') await runNamed(options.run, session);
  const query = queryOf(options);
  const entries = await session.world.keep.entries(query);
  const unrecorded = await recordReading(session, ['audit log', ...wordsOf(options)].join(' '));
  const timeZone = session.site.timeZone;
  return {
    title: t('Journal of {site}', { site: session.site.name }),
    verdict: 'done',
    sections: [
      {
        kind: 'table',
        heading: t('Records'),
        columns: ENTRY_COLUMNS,
        rows: entries.map((entry) => entryRow(entry, timeZone)),
      },
      ...unrecorded,
    ],
    data: { entries: entries.map(entryData) },
    next: [...entries.slice(-1).map(({ seq }) => `gxops audit show ${seq}`), 'gxops audit verify'],
  };
}

function queryOf(options: Call['options']): Query {
  const { run, subject, since, last } = options;
  return {
    last: typeof last === 'string' ? wholeNumber('--last', last, 1) : LAST,
    ...(typeof run === 'string' ? { run } : {}),
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof since === 'string' ? { after: wholeNumber('--since', since, 0) } : {}),
    ...(options.type === undefined ? {} : { types: typesOf(options.type) }),
  };
}

function typesOf(given: Call['options'][string]): EventType[] {
  const words = Array.isArray(given) ? given : [given];
  return words.map((word) => {
    if (typeof word === 'string' && isEventType(word)) return word;
    throw notAllowed('--type', String(word), EVENT_TYPES);
  });
}

function wordsOf(options: Call['options']): string[] {
  return ['run', 'subject', 'type', 'since', 'last'].flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name}`, ...[value].flat().map(String)];
  });
}
