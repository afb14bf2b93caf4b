/** Lines keep their endings. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inserted, joined, linesOf, replaced } from '../../../src/rules/linux/lines.ts';

const any = fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\r', '#', '=') });

test('joined lines are the same text', () => {
  fc.assert(
    fc.property(any, (text) => {
      expect(joined(linesOf(text))).toBe(text);
    }),
  );
});

test('a replaced line leaves all others', () => {
  expect(replaced('a\r\nb\nc', 1, 'x')).toBe('a\r\nx\nc');
  expect(replaced('a', 5, 'x')).toBe('a');
});

test('an inserted line makes up a missing newline and takes the file’s ending', () => {
  expect(inserted('', 0, 'x')).toBe('x\n');
  expect(inserted('a', 1, 'x')).toBe('a\nx\n');
  expect(inserted('a\r\nb', 2, 'x')).toBe('a\r\nb\r\nx\r\n');
  expect(inserted('a\nb\n', 0, 'x')).toBe('x\na\nb\n');
});
