/** passwd, shadow and group: every line is a row or is named as malformed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountsOf, groupsOf, shadowOf } from '../../../src/rules/linux/accounts.ts';

test('no line is lost', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ':', '0', '\n', 'x', '!', '+') });
  fc.assert(
    fc.property(text, (given) => {
      const lines = given.split('\n').filter((line) => line !== '').length;
      for (const read of [accountsOf, shadowOf, groupsOf]) {
        const { rows, malformed } = read(given);
        expect(rows.length + malformed.length).toBe(lines);
      }
    }),
  );
});

test('a shadow row never carries the hash', () => {
  const { rows } = shadowOf(
    'a:$6$salt$secretsecretsecret:1:0:90:7:::\nb:!$6$salt$secretsecret:1::::::\nc::1::::::\nd:x:1::::::\n',
  );
  expect(JSON.stringify(rows)).not.toContain('secret');
  expect(rows).toEqual([
    { name: 'a', password: 'set', scheme: '6', maxDays: 90 },
    { name: 'b', password: 'locked' },
    { name: 'c', password: 'none' },
    { name: 'd', password: 'locked' },
  ]);
});

test('names and members', () => {
  expect(accountsOf('root:x:0:0:r:/root:/bin/sh\n').rows[0]).toEqual({
    name: 'root',
    uid: 0,
    gid: 0,
    home: '/root',
    shell: '/bin/sh',
  });
  expect(groupsOf('wheel:x:10:a,b\nempty:x:11:\n').rows.map(({ members }) => members)).toEqual([['a', 'b'], []]);
  expect(accountsOf('+::::::\n').malformed).toEqual([1]);
});
