/** What may stand as the last of the words typed so far, one a line; `:files` asks the shell for its own file names. Quiet on any trouble. */

import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import type { Call } from '../command.ts';
import { NOUNS } from '../index.ts';
import { type Place, placeOf } from './place.ts';
import { FILES, valuesFor } from './values.ts';

/** Always done: a shell's Tab is no place for a refusal. */
export async function run({ args, session }: Call): Promise<Report> {
  const found = await candidates(placeOf(args, NOUNS), session);
  const text = found.map((word) => `${word}\n`).join('');
  return { title: '', verdict: 'done', sections: [{ kind: 'verbatim', text }], data: { words: found } };
}

async function candidates(place: Place, session: Call['session']): Promise<string[]> {
  const words = [...(place.words ?? [])];
  if (place.values !== undefined) {
    try {
      words.push(...(await valuesFor(place.values, session)));
    } catch (cause) {
      if (!(cause instanceof Stop)) throw cause;
    }
  }
  // A name with a blank or a control would not survive the shell's splitting.
  if (words.includes(FILES)) return [FILES];
  const fitting = words.map((word) => `${place.before}${word}`).filter((word) => word.startsWith(place.typed));
  return [...new Set(fitting)].filter((word) => /^[\x21-\x7e\p{L}\p{N}]+$/u.test(word));
}
