/** The one place that decides about colour, and what each colour means. */
import { Chalk } from 'chalk';
import type { Outcome } from '../core/finding.ts';
import type { Verdict } from '../core/verdict.ts';

/**
 * May this stream be coloured? `--no-color` (flag false) and a non-empty NO_COLOR say no before anything else, FORCE_COLOR and
 * CLICOLOR_FORCE (other than empty, 0, false) say yes, then it must be a terminal that is not `dumb`.
 */
export function wantsColour(
  env: Readonly<Record<string, string | undefined>>,
  isTty: boolean,
  flag?: boolean,
): boolean {
  if (flag === false || (env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR ?? '';
  if (forced === '0' || forced === 'false') return false;
  if (forced !== '' || !['', '0', 'false'].includes(env.CLICOLOR_FORCE ?? '')) return true;
  return isTty && env.TERM !== 'dumb' && env.CLICOLOR !== '0';
}

/** Paints a line; the identity where colour is not wanted. */
export type Brush = (text: string) => string;

export interface Paint {
  readonly good: Brush;
  readonly warn: Brush;
  readonly bad: Brush;
  readonly odd: Brush;
  readonly dim: Brush;
  readonly bold: Brush;
}

/** The brushes: the sixteen basic colours, so that the terminal's own theme holds. */
export function paintFor(colour: boolean): Paint {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return {
    good: chalk.green,
    warn: chalk.yellow,
    bad: chalk.red.bold,
    odd: chalk.magenta,
    dim: chalk.gray,
    bold: chalk.bold,
  };
}

const OUTCOMES: Readonly<Record<Outcome, keyof Paint>> = {
  pass: 'good',
  warn: 'warn',
  fail: 'bad',
  skip: 'dim',
  unknown: 'odd',
  accepted: 'warn',
};

const VERDICTS: Readonly<Record<Verdict, keyof Paint>> = {
  done: 'good',
  findings: 'warn',
  usage: 'bad',
  refused: 'bad',
  waiting: 'warn',
  undone: 'warn',
  'half-done': 'bad',
  'in-doubt': 'odd',
  unreachable: 'odd',
  failed: 'bad',
  bug: 'bad',
  interrupted: 'warn',
};

/** Which brush an outcome or a verdict takes; also the HTML class. */
export function toneOf(word: Outcome | Verdict): keyof Paint {
  return word in OUTCOMES ? OUTCOMES[word as Outcome] : VERDICTS[word as Verdict];
}
