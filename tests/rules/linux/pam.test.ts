/** PAM: stacks with includes, arguments, and edits that leave the stack as it is. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withWheel } from '../../../src/rules/linux/access.ts';
import { pamArg, pamLines, pamStack, withPamArg, withPamLineAfter } from '../../../src/rules/linux/pam.ts';
import { anyFile, expectOnly } from './text.ts';

const line = fc
  .tuple(
    fc.constantFrom('password', 'auth', '-session', '#password'),
    fc.constantFrom('required', 'sufficient', '[success=1 default=ignore]', 'include'),
    fc.constantFrom(
      'pam_pwhistory.so',
      'pam_unix.so',
      '/lib64/security/pam_pwhistory.so',
      'pam_wheel.so',
      'pam_rootok.so',
    ),
    fc.constantFrom('', 'remember=3', 'use_authtok remember=24 retry=3', 'remember', 'use_uid', 'x # remember=1'),
  )
  .map((parts) => parts.join('  '));

test('an argument is read back from every line of the module, edits are idempotent and touch nothing else', () => {
  fc.assert(
    fc.property(anyFile(line), fc.integer({ min: 1, max: 24 }), (text, count) => {
      const wanted = String(count);
      const edited = withPamArg(text, 'password', 'pam_pwhistory.so', 'remember', wanted);
      const mine = pamLines('f', edited).filter(
        ({ type, module }) => type === 'password' && module === 'pam_pwhistory.so',
      );
      for (const one of mine) expect(pamArg(one, 'remember')).toBe(wanted);
      expect(withPamArg(edited, 'password', 'pam_pwhistory.so', 'remember', wanted)).toBe(edited);
      expectOnly(text, edited, mine.length);
      const shape = (of: string) =>
        pamLines('f', of).map(({ line: at, type, control, module }) => [at, type, control, module]);
      expect(shape(edited)).toEqual(shape(text));
    }),
  );
});

test('pam_wheel is added once, and only that', () => {
  fc.assert(
    fc.property(anyFile(line), (text) => {
      const edited = withWheel(text);
      expect(withWheel(edited)).toBe(edited);
      expectOnly(text, edited, 1);
    }),
  );
});

test('any text is read without complaint', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(pamLines('f', text)).toBeInstanceOf(Array);
    }),
  );
});

test('includes are followed, for one management group, and rings end', () => {
  const files: Record<string, string> = {
    sshd: 'auth substack common\n@include tail\nsession include common\n',
    common: 'auth required a.so x=1 [y=2 z]\nsession required b.so\n',
    tail: 'auth required c.so\n@include sshd\n',
  };
  expect(pamStack('auth', 'sshd', (name) => files[name]).map(({ module }) => module)).toEqual(['a.so', 'c.so']);
  expect(pamStack('auth', 'sshd', (name) => files[name])[0]?.args).toEqual(['x=1', 'y=2 z']);
});

test('a continued line is one line', () => {
  const [one] = pamLines('f', 'auth required \\\n  pam_x.so \\\n  deny=5\nauth required b.so\n');
  expect(one).toMatchObject({ line: 1, module: 'pam_x.so', args: ['deny=5'] });
});

test('a line below a module; none where the module is missing', () => {
  expect(withPamLineAfter('auth required a.so\nx', 'auth', 'a.so', 'NEW')).toBe('auth required a.so\nNEW\nx');
  expect(withPamLineAfter('x\n', 'auth', 'a.so', 'NEW')).toBe('x\n');
});

test('the shipped comment of su is uncommented', () => {
  const su = 'auth\tsufficient\tpam_rootok.so\n#auth\t\trequired\tpam_wheel.so use_uid\n';
  expect(withWheel(su)).toBe('auth\tsufficient\tpam_rootok.so\nauth\t\trequired\tpam_wheel.so use_uid\n');
});
