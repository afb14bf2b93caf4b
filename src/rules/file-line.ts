/** One line of a text file set, the rest of the file left as it is. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { patternOf } from './substitution.ts';

/**
 * The text with the one line that `replaces` matches become `line`, or with `line` at the end where none matches.
 * Stop('refused') where several lines match: which of them is in force is not ours to guess.
 */
export function withLine(text: string, line: string, replaces: string | undefined, path: string): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(end);
  if (replaces === undefined && lines.includes(line)) return text;
  const pattern = replaces === undefined ? undefined : patternOf(replaces, 'u');
  const found = lines.flatMap((old, index) => (pattern?.test(old) === true ? [index] : []));
  if (found.length > 1) {
    const values = {
      path,
      count: found.length,
      pattern: replaces ?? '',
      lines: found.map((index) => index + 1).join(', '),
    };
    throw new Stop(
      'refused',
      t('{path}: {count} lines match {pattern} (lines {lines}); only one may be replaced.', values),
      {
        notDone: t('The file was not changed.'),
        safe: t('Nothing was changed by this step.'),
      },
    );
  }
  const [at] = found;
  if (at !== undefined) return lines.with(at, line).join(end);
  const kept = text === '' || text.endsWith(end) ? text : `${text}${end}`;
  return `${kept}${line}${end}`;
}
