/** Repository files: sections, and the signature check switched on in one of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repositoriesOf, withSignatures } from '../../../src/rules/linux/repos.ts';
import { anyFile, expectOnly } from './text.ts';

const line = fc.constantFrom(
  '[a]',
  '[b]',
  ' [a] ',
  'gpgcheck=0',
  'gpgcheck = 1',
  'gpgcheck: no',
  'enabled=0',
  'baseurl=http://x/?a=0',
  '#gpgcheck=0',
);

test('an edit is read back, is idempotent, and touches nothing else', () => {
  fc.assert(
    fc.property(anyFile(line), (text) => {
      const edited = withSignatures(text, 'a');
      const last = (of: string, name: string) => repositoriesOf(of).findLast((one) => one.name === name);
      if (last(text, 'a')) expect(last(edited, 'a')?.gpgcheck).toBe(true);
      else expect(edited).toBe(text);
      expect(withSignatures(edited, 'a')).toBe(edited);
      expectOnly(text, edited, 1);
      expect(last(edited, 'b')?.gpgcheck).toBe(last(text, 'b')?.gpgcheck);
      expect(repositoriesOf(edited).map(({ name, enabled }) => [name, enabled])).toEqual(
        repositoriesOf(text).map(({ name, enabled }) => [name, enabled]),
      );
    }),
  );
});

test('the line that decides is named', () => {
  expect(repositoriesOf('[a]\nname=A\ngpgcheck=0\n[b]\n')).toEqual([
    { name: 'a', line: 3, enabled: true, gpgcheck: false },
    { name: 'b', line: 4, enabled: true },
  ]);
});
