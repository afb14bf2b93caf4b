/** What state is the system in? One word for it, and one exit code for the word. */

/** How a command or run ended; `usage` and `bug` never close a run. */
export type Verdict =
  | 'done'
  | 'findings'
  | 'usage'
  | 'refused'
  | 'waiting'
  | 'undone'
  | 'half-done'
  | 'in-doubt'
  | 'unreachable'
  | 'failed'
  | 'bug'
  | 'interrupted';

/** The published exit codes. `interrupted` is 130 here; main adds the signal's own number (129, 143). */
export const EXIT: Readonly<Record<Verdict, number>> = {
  done: 0,
  findings: 1,
  usage: 2,
  refused: 3,
  waiting: 4,
  undone: 5,
  'half-done': 6,
  'in-doubt': 7,
  unreachable: 8,
  failed: 9,
  bug: 70,
  interrupted: 130,
};
