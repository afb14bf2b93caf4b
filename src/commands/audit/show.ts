/** `audit show`: one record, or all of a run, in full. */
import type { Entry } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { Report, Section } from '../../core/report.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { ENTRY_COLUMNS, entryRow } from './line.ts';
import { recordReading } from './read.ts';

/** Data `{entries: [{seq, prev, hash, body}]}`. Stop('usage') for what the journal does not hold. */
export async function run({ args, session }: Call): Promise<Report> {
  const id = args[0] ?? '';
  const entries = /^\d{1,15}$/.test(id) ? await bySeq(session, Number(id)) : await ofRun(session, id);
  const unrecorded = await recordReading(session, `audit show ${id}`);
  return {
    title: t('Record {id}', { id }),
    verdict: 'done',
    sections: [...sectionsOf(entries, session.site.timeZone), ...unrecorded],
    data: { entries: entries as unknown as Json },
  };
}

async function bySeq({ world }: Session, seq: number): Promise<readonly Entry[]> {
  const found = await world.keep.entries({ after: seq - 1, upTo: seq });
  if (found.length === 1) return found;
  const [last] = await world.keep.entries({ last: 1 });
  throw unknown(String(seq), t('a number from 1 to {last}', { last: last?.seq ?? 0 }));
}

async function ofRun({ world }: Session, id: string): Promise<readonly Entry[]> {
  const inside = await world.keep.entries({ run: id });
  const found = inside.length > 0 ? inside : await world.keep.entries({ subject: id });
  if (found.length > 0) return found;
  throw unknown(id, t('a sequence number, a run (R-…) or another subject of the journal'));
}

function unknown(id: string, allowed: Text): Stop {
  return new Stop('usage', t('The journal holds no record {id}. Allowed: {allowed}.', { id, allowed }), {
    notDone: t('Nothing was read.'),
    next: ['gxops audit log', 'gxops runbook runs'],
  });
}

function sectionsOf(entries: readonly Entry[], timeZone: string): Section[] {
  const [first] = entries;
  if (entries.length > 1 || first === undefined) {
    const rows = entries.map((entry) => entryRow(entry, timeZone));
    return [{ kind: 'table', heading: t('Records'), columns: ENTRY_COLUMNS, rows }];
  }
  const { seq, prev, hash, body } = first;
  const facts: [Text, Text][] = [
    [t('no.'), String(seq)],
    [t('type'), body.type],
    [t('leaf hash'), hash],
    [t('hash before'), prev],
  ];
  return [
    { kind: 'facts', facts },
    { kind: 'verbatim', heading: t('Stored'), text: JSON.stringify(body, null, 2) },
  ];
}
