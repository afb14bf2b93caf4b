/** Arbitrary configuration files for property tests, and what an edit must leave alone. */
import fc from 'fast-check';
import { expect } from 'vitest';

/** Lines that look like a configuration file, and some that do not; any ending, with or without a last newline. */
export const anyFile = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(
        fc.oneof(
          line,
          fc.constantFrom('', '# a comment', '  ', '\t# x = 1'),
          fc.string().map((text) => text.replace(/[\r\n]/g, '')),
        ),
        { maxLength: 12 },
      ),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
    )
    .map(([lines, end, last]) => lines.join(end) + (last && lines.length > 0 ? end : ''));

/** At most `changed` lines of `before` are gone and at most `changed + more` are new; blank lines and endings aside. */
export function expectOnly(before: string, after: string, changed: number, more = 0): void {
  const was = before.split('\n').filter((line) => line.trim() !== '');
  const now = after.split('\n').filter((line) => line.trim() !== '');
  expect(leftOver(was, now).length).toBeLessThanOrEqual(changed);
  expect(leftOver(now, was).length).toBeLessThanOrEqual(changed + more);
}

function leftOver(from: readonly string[], other: readonly string[]): string[] {
  const rest = [...other];
  return from.filter((line) => {
    const at = rest.findIndex((one) => one.trimEnd() === line.trimEnd());
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
