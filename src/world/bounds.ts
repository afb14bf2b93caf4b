/** Turns the end of a child into an Output or into the Stop that says what became of it. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Output } from '../core/world.ts';
import type { Ended } from './child.ts';

/** A look's Output; Stop('unreachable') where it did not end by itself. Bytes that are not UTF-8 become U+FFFD. */
export function outputOf(host: string, argv: readonly string[], ended: Ended): Output {
  const program = argv[0] ?? '';
  if (ended.how === 'exit') {
    return { code: ended.code, stdout: ended.stdout.toString('utf8'), stderr: ended.stderr.toString('utf8') };
  }
  throw new Stop('unreachable', endText(host, program, ended.how), {
    notDone: t('Nothing was judged from this look, and nothing was changed.'),
    cause: ended.stderr.toString('utf8').slice(-400),
  });
}

function endText(host: string, program: string, how: Exclude<Ended['how'], 'exit'>) {
  if (how === 'missing') return t('{program} could not be started on {host}', { program, host });
  if (how === 'timeout') return t('{program} on {host} took too long and was ended', { program, host });
  if (how === 'too-much') return t('{program} on {host} printed more than 4 MiB and was ended', { program, host });
  if (how === 'aborted') return t('{program} on {host} was ended by the interruption', { program, host });
  return t('{program} on {host} was killed by a signal', { program, host });
}

/** The last lines of a program's output, at most 20 and 2000 characters: enough to see why it failed. */
export function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-20).join('\n').slice(-2000);
}
