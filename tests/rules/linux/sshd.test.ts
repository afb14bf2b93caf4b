/** sshd_config: first value wins, Match apart, Include in place, edits in one line. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  conditionalOf,
  directivesOf,
  effectiveOf,
  globalOf,
  sshdSeconds,
  withDirective,
  wordsOf,
} from '../../../src/rules/linux/sshd.ts';
import { anyFile, expectOnly } from './text.ts';

const none = () => [];
const read = (text: string) => directivesOf('f', text, none);

const value = fc.stringMatching(/^[A-Za-z0-9.,@-]{1,12}$/);
const line = fc
  .tuple(
    fc.constantFrom('', '  ', '#'),
    fc.constantFrom('MaxAuthTries', 'maxauthtries', 'Port', 'Match User', 'LogLevel'),
    fc.constantFrom(' ', '\t', '=', ' = '),
    value,
    fc.constantFrom('', ' ', ' # why', '  #'),
  )
  .map((parts) => parts.join(''));

test('an edit is read back for every login, is idempotent, and touches one line', () => {
  fc.assert(
    fc.property(anyFile(line), value, (text, wanted) => {
      const edited = withDirective(text, 'MaxAuthTries', wanted);
      expect(globalOf(read(edited), 'MaxAuthTries')?.value).toBe(wanted);
      expect(withDirective(edited, 'MaxAuthTries', wanted)).toBe(edited);
      expectOnly(text, edited, 1);
      const rest = (of: string) =>
        read(of).filter(({ keyword, match }) => keyword !== 'maxauthtries' || match !== undefined);
      expect(rest(edited).map((one) => ({ ...one, line: 0 }))).toEqual(rest(text).map((one) => ({ ...one, line: 0 })));
    }),
  );
});

test('any text is read without complaint and in linear time', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(read(text)).toBeInstanceOf(Array);
    }),
  );
  expect(read(`Port ${' "#'.repeat(3000)}\n`)).toHaveLength(1);
});

test('the first value wins, and a Match block is apart', () => {
  const text = 'LogLevel INFO\nLOGLEVEL QUIET\nMatch Group a\n\tLogLevel ERROR\nMatch all\n  LogLevel DEBUG\n';
  expect(globalOf(read(text), 'loglevel')).toMatchObject({ value: 'INFO', line: 1 });
  expect(conditionalOf(read(text), 'LogLevel').map((one) => [one.match, one.value])).toEqual([
    ['Group a', 'ERROR'],
    ['all', 'DEBUG'],
  ]);
});

test('an Include stands where it is written; its Match ends with it', () => {
  const open = (pattern: string) => (pattern === 'x' ? [{ path: 'x', text: 'Match User a\nLogLevel QUIET\n' }] : []);
  const all = directivesOf('f', 'Include x\nLogLevel ERROR\n', open);
  expect(globalOf(all, 'LogLevel')).toMatchObject({ file: 'f', value: 'ERROR' });
  expect(conditionalOf(all, 'LogLevel')[0]).toMatchObject({ file: 'x', match: 'User a' });
});

test('an Include ring ends', () => {
  const open = () => [{ path: 'x', text: 'Include x\nPort 22\n' }];
  expect(directivesOf('f', 'Include x\n', open).length).toBeLessThan(40);
});

test('a new line goes above the first Match and its comment, below the commented default', () => {
  expect(
    withDirective('Port 22\n\n# for the bank\nMatch Group bank\n  X11Forwarding no\n', 'X11Forwarding', 'no'),
  ).toBe('Port 22\n\nX11Forwarding no\n# for the bank\nMatch Group bank\n  X11Forwarding no\n');
  expect(withDirective('#MaxAuthTries 6\nPort 22', 'MaxAuthTries', '4')).toBe(
    '#MaxAuthTries 6\nMaxAuthTries 4\nPort 22',
  );
  expect(withDirective('Port 22', 'MaxAuthTries', '4')).toBe('Port 22\nMaxAuthTries 4\n');
});

test('a comment behind a value stays', () => {
  expect(withDirective('  LogLevel = ERROR  # set in 2016\n', 'LogLevel', 'INFO')).toBe(
    '  LogLevel = INFO  # set in 2016\n',
  );
});

test('what sshd -T prints', () => {
  expect(effectiveOf('maxauthtries 6\nciphers a,b\n').get('ciphers')).toBe('a,b');
});

test('words and times', () => {
  expect(wordsOf('a "b c"  d')).toEqual(['a', 'b c', 'd']);
  expect(['120', '2m', '1h30m', '1W', '', 'x', '-1'].map(sshdSeconds)).toEqual([
    120,
    120,
    5400,
    604800,
    undefined,
    undefined,
    undefined,
  ]);
});
