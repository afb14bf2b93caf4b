/** What a host can do, however it is reached. `hosts.ts` picks the implementation; the contract tests run over each. */
import type { Argv, CommandChange, FileChange, Made } from '../core/change.ts';
import { Stop } from '../core/stop.ts';
import { type Phrase, t } from '../core/text.ts';
import type { FileSeen, Hooks, Output, Reach } from '../core/world.ts';

export interface Carrier {
  /** Runs a program that the read list has already let through. */
  command(look: Argv, timeout: number): Promise<Output>;
  file(path: string, as?: string): Promise<FileSeen>;
  folder(path: string): Promise<readonly string[] | undefined>;
  /** A command deed. Every Stop says in `detail.data.state` whether it surely did not happen (`not-done`) or nobody knows (`unknown`). */
  perform(change: CommandChange, hooks: Hooks): Promise<Made>;
  /** A file deed with its settle commands; the same promise. */
  write(change: FileChange, hooks: Hooks): Promise<Made>;
  alive(pid: number, started: string): Promise<boolean | undefined>;
  reach(): Promise<Reach>;
}

/** What of a file is bytes, of more than this is not read: 16 MiB. */
export const FILE_CAP = 16 * 1024 * 1024;

/** Milliseconds for a look and for a deed that name none. */
export const LOOK_TIMEOUT = 30_000;
export const DEED_TIMEOUT = 60_000;

/** A deed that surely did not happen. */
export function notDone(verdict: 'refused' | 'failed' | 'unreachable', text: Phrase, cause?: unknown): Stop {
  return new Stop(verdict, text, {
    notDone: t('The change was not made.'),
    safe: t('The target is as it was.'),
    data: { state: 'not-done' },
    cause,
  });
}

/** A deed of which nobody knows whether it happened, wholly or in part. */
export function unknownDeed(text: Phrase, cause?: unknown): Stop {
  return new Stop('failed', text, {
    notDone: t('Whether the change took effect, wholly or in part, is not known.'),
    safe: t('Nothing is repeated before its probe or a person has answered that.'),
    data: { state: 'unknown' },
    cause,
  });
}

/** A deed that ran to its end and said no. It may have done a part of its work: its probe tells. */
export function failedDeed(text: Phrase, code: number, output: string): Stop {
  return new Stop('failed', text, {
    notDone: t('The program reported a failure; what it did before that is not undone by itself.'),
    data: { state: 'failed', code, output },
  });
}

/** The refusal of a foreign edit. */
export function editedByOthers(path: string): Stop {
  return notDone('refused', t('{path} was changed by someone else after the plan was made', { path }));
}
