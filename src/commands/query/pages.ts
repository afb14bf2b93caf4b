/** A page at a time for a person at a terminal: no pager program, no file, nothing left in a scroll of two hundred rows. */
import { t } from '../../core/text.ts';
import type { Call } from '../command.ts';
import { type Answer, tableOf } from './answer.ts';

/** Rows that fit under each other with their question. */
const PAGE = 20;

/** Shows whole pages while the person wants more; the rows that are left for the report: all of them off a terminal, else the last page. */
export async function paged(answer: Answer, call: Call): Promise<Answer['rows']> {
  const { rows } = answer;
  const { terminal } = await call.session.world.look.machine();
  if (!terminal.interactive || call.options.json === true || call.options.yes === true) return rows;
  let from = 0;
  for (; rows.length - from > PAGE; from += PAGE) {
    const values = { from: from + 1, until: from + PAGE, all: rows.length };
    const title = t('Rows {from} to {until} of {all}', values);
    await call.show({ title, verdict: 'done', sections: [tableOf(answer, rows.slice(from, from + PAGE))], data: null });
    const more = await call.session.world.ask({ id: `more-${from / PAGE + 1}`, kind: 'confirm', message: t('Go on?') });
    if (more !== true) return [];
  }
  return rows.slice(from);
}
