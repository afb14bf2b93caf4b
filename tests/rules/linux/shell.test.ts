/** Login scripts: TMOUT and umask as text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tmoutsOf, umasksOf, withTmout } from '../../../src/rules/linux/shell.ts';
import { anyFile, expectOnly } from './text.ts';

const line = fc.constantFrom(
  'TMOUT=0',
  'export TMOUT=7200',
  'TMOUT="300"',
  'readonly TMOUT',
  'readonly TMOUT=900',
  'declare -rx TMOUT=1800 # TMOUT=0',
  '# TMOUT=1',
  'if [ -z "$TMUX" ]; then TMOUT=99999; fi',
);

test('after an edit every TMOUT is within bounds and the last is read-only; idempotent; other lines stay', () => {
  fc.assert(
    fc.property(anyFile(line), (text) => {
      const edited = withTmout(text, 900);
      const all = tmoutsOf('f', edited);
      for (const { value } of all) expect(value >= 1 && value <= 900).toBe(true);
      if (all.length > 0) expect(all.at(-1)?.readonly).toBe(true);
      expect(withTmout(edited, 900)).toBe(edited);
      const wrong = tmoutsOf('f', text).filter(({ value }) => value === 0 || value > 900).length;
      expectOnly(text, edited, wrong, 1);
    }),
  );
});

test('any text is read without complaint', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect([tmoutsOf('f', text), umasksOf('f', text)]).toHaveLength(2);
    }),
  );
});

test('umask commands in the order of the script, comments and longer words left out', () => {
  const script =
    'umask 022\n# umask 077\nmyumask 000\nif x; then umask 0027; fi\ncase a in b) umask 007 ;; esac\numask u=rwx,g=rx\n';
  expect(umasksOf('f', script).map(({ value, line: at }) => [value.toString(8), at])).toEqual([
    ['22', 1],
    ['27', 4],
    ['7', 5],
    ['0', 6],
  ]);
});
