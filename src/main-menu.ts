/** The menu of the home screen: what waits, one command each, on a terminal only. */
import type { Call } from './commands/command.ts';
import type { Json } from './core/json.ts';
import type { Report } from './core/report.ts';
import { type Text, t } from './core/text.ts';

const NOTHING = 'nothing';

/** The words of the command that the person chose; undefined where nobody can be asked, nothing waits, or nothing was chosen. */
export async function choose(report: Report, call: Call): Promise<string[] | undefined> {
  const offers = offersOf(report.data);
  if (offers.length === 0 || call.options.noInput === true) return undefined;
  const { world } = call.session;
  if (!(await world.look.machine()).terminal.interactive) return undefined;
  const choices = [
    ...offers.map(({ title, command }) => ({ value: command, title: t('{title}: {command}', { title, command }) })),
    { value: NOTHING, title: t('nothing now') },
  ];
  const answer = await world.ask({ id: 'home', kind: 'choice', message: t('What now?'), choices });
  return answer === NOTHING ? undefined : String(answer).split(' ').slice(1);
}

interface Offer {
  readonly title: Text;
  readonly command: string;
}

/** Whole commands only: one with a place to fill in is for typing. */
function offersOf(data: Json): Offer[] {
  const menu = typeof data === 'object' && data !== null && 'menu' in data && Array.isArray(data.menu) ? data.menu : [];
  return (menu as unknown as Offer[]).filter(({ command }) => /^gxops [\w.:=@/ -]+$/.test(command));
}
