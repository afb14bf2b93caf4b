/** Interrupts: the first asks the work to end well, the second leaves at once and says what that means. */
import { speak, t } from './core/text.ts';
import type { Output } from './main-output.ts';

const NUMBER = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** Milliseconds for what the abort has set going and takes a moment; a look's processes have ended before that. */
const GRACE = 300;
type Name = keyof typeof NUMBER;

/** `code` is the exit code of the signal that came, undefined while none has. `quick` leaves at the first one. */
export interface Signals {
  readonly signal: AbortSignal;
  code(): number | undefined;
  /** Whether nothing is under way that must end well, so that a signal ends the process. */
  quick(really: boolean): void;
}

/** Listens from now on. After a hang-up nothing is written to the terminal any more. */
export function listen(output: Output): Signals {
  const controller = new AbortController();
  let came: Name | undefined;
  let atOnce = false;
  const quick = (really: boolean) => {
    atOnce = really;
    // It may have come while the command was still being loaded.
    if (atOnce && came) leave(came);
  };
  const on = (name: Name) => {
    if (name === 'SIGHUP') output.mute();
    if (came && name === 'SIGINT') {
      output.talk(speak(atOnce ? STOPPED : LEFT, output.dictionary()));
      process.exit(NUMBER[name]);
    }
    if (came) return;
    came = name;
    if (atOnce) return leave(name);
    output.talk(speak(ENDING, output.dictionary()));
    controller.abort(name);
  };
  const leave = (name: Name) => {
    output.talk(speak(STOPPED, output.dictionary()));
    output.mute();
    // What a look has started lives in a session of its own: the abort ends it before it returns, and nothing starts after it.
    controller.abort(name);
    setTimeout(() => process.exit(NUMBER[name]), GRACE);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => on(name));
  return { signal: controller.signal, code: () => came && NUMBER[came], quick };
}

const ENDING = t('Interrupted: what is under way ends first, then the run suspends. Ctrl-C again leaves at once.');
const STOPPED = t('Interrupted. Nothing was changed.');
const LEFT = t(
  'Left at once. A change under way may or may not have happened; the journal holds its intent. Next: gxops runbook runs --open',
);
