/** The one line that shows that something is going on; on a terminal only, and gone before anything else is drawn. */
import { safeLine } from '../core/escape.ts';

export interface Spinner {
  text(line: string): void;
  stop(): void;
}

let current: Spinner | undefined;

/** Starts the spinner on stderr; off a terminal it does nothing. There is one at most: a new one ends the old. */
export async function spin(line: string): Promise<Spinner> {
  clearScreen();
  if (process.stderr.isTTY !== true || process.env.TERM === 'dumb')
    return { text: () => undefined, stop: () => undefined };
  const { default: ora } = await import('ora');
  // discardStdin would put the terminal in raw mode, where Ctrl-C is no signal any more.
  const drawn = ora({ text: safeLine(line), stream: process.stderr, discardStdin: false, hideCursor: false }).start();
  const spinner: Spinner = {
    text: (next) => {
      drawn.text = safeLine(next);
    },
    stop: () => {
      drawn.stop();
      if (current === spinner) current = undefined;
    },
  };
  current = spinner;
  return spinner;
}

/** Ends the spinner, if there is one: called before every prompt and every line of talk. */
export function clearScreen(): void {
  current?.stop();
}
