/** The one error thrown on purpose: it ends a command with a verdict and says what a tired person needs to know. */
import type { Json } from './json.ts';
import type { Text } from './text.ts';
import type { Verdict } from './verdict.ts';

/** A place in a file a person edits; both count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** The rest of a refusal: what was not done, what is safe, the command to type next, where the fault lies, facts for machines. */
export interface StopDetail {
  readonly notDone?: Text;
  readonly safe?: Text;
  readonly next?: readonly string[];
  readonly place?: Place;
  readonly data?: Json;
  readonly cause?: unknown;
}

export class Stop extends Error {
  readonly verdict: Verdict;
  readonly text: Text;
  readonly detail: StopDetail;

  /** `text` says what failed and to which thing. Thrown anywhere, caught only in main (and by the engine's step policy). */
  constructor(verdict: Verdict, text: Text, detail: StopDetail = {}) {
    super(typeof text === 'string' ? text : text.t, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Stop';
    this.verdict = verdict;
    this.text = text;
    this.detail = detail;
  }
}
