/** One record in one line of a table. */
import type { Entry } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import { isPhrase, type Text, t } from '../../core/text.ts';

const WIDE = 72;

/** Headings of `entryRow`. */
export const ENTRY_COLUMNS: readonly Text[] = [t('no.'), t('at'), t('who'), t('type'), t('about'), t('facts')];

/** Sequence number, local time, operator or account, type, run or subject with step, and the short facts of the data. */
export function entryRow({ seq, body }: Entry, timeZone: string): readonly Text[] {
  const about = [body.run ?? body.subject, body.step].filter((part) => part !== undefined).join(' ');
  return [
    String(seq),
    localTime(body.t, timeZone),
    body.actor.operator ?? body.actor.user,
    body.type,
    about,
    factsOf(body.data),
  ];
}

/** A record for machines, without its data. */
export function entryData({ seq, hash, body }: Entry): Json {
  const { t: at, type, run, subject, step, actor } = body;
  const { operator, user } = actor;
  return { seq, hash, t: at, type, run, subject, step, operator, user };
}

function factsOf(data: object): Text {
  const facts: string[] = [];
  for (const [name, value] of Object.entries(data)) {
    if (isPhrase(value)) return value;
    if (typeof value === 'string' && value.length <= WIDE) facts.push(`${name}=${value}`);
    else if (typeof value === 'number' || typeof value === 'boolean') facts.push(`${name}=${value}`);
    else if (Array.isArray(value)) facts.push(`${name}(${value.length})`);
  }
  return shortened(facts);
}

/** Whole facts only, as many as fit. */
function shortened(facts: readonly string[]): string {
  let text = '';
  for (const fact of facts) if (text.length + fact.length < WIDE) text += text === '' ? fact : ` ${fact}`;
  return text;
}
