/** Files of settings: read as their programs read them, and edited in one place only. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AUDITD_CONF,
  EQUALS_CONF,
  JOURNALD_CONF,
  LOGIN_DEFS,
  SYSCTL_CONF,
  settingOf,
  settingsOf,
  sysctlKey,
  withSetting,
} from '../../../src/rules/linux/settings.ts';
import { anyFile, expectOnly } from './text.ts';

const value = fc.stringMatching(/^[A-Za-z0-9._-]{1,8}$/);
const line = fc
  .tuple(
    fc.constantFrom('', '  ', '-'),
    fc.constantFrom('minlen', 'MINLEN', 'Other', 'net.ipv4.x', 'net/ipv4/x', '[Journal]', '[Other]'),
    fc.constantFrom('=', ' = ', '\t', ' '),
    value,
    fc.constantFrom('', '  '),
  )
  .map((parts) => (parts[1].startsWith('[') ? parts[1] : parts.join('')));

describe.each([
  ['login.defs', LOGIN_DEFS],
  ['key = value', EQUALS_CONF],
  ['auditd.conf', AUDITD_CONF],
  ['journald.conf', JOURNALD_CONF],
  ['sysctl.d', SYSCTL_CONF],
] as const)('%s', (_name, dialect) => {
  test.each(['minlen', 'net.ipv4.x'])('an edit of %s is read back, is idempotent, and touches nothing else', (key) => {
    fc.assert(
      fc.property(anyFile(line), value, (text, wanted) => {
        const edited = withSetting(text, dialect, key, wanted);
        expect(settingOf(edited, dialect, key)?.value).toBe(wanted);
        expect(withSetting(edited, dialect, key, wanted)).toBe(edited);
        expectOnly(text, edited, 1, 'section' in dialect ? 1 : 0);
        const others = (of: string) => settingsOf(of, dialect).filter((one) => one.key.toLowerCase() !== key);
        expect(others(edited).map((one) => [one.key, one.value])).toEqual(
          others(text).map((one) => [one.key, one.value]),
        );
      }),
    );
  });

  test('any text is read without complaint', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(settingsOf(text, dialect)).toBeInstanceOf(Array);
      }),
    );
  });
});

test('the last setting counts and is the one that is changed; comments and blanks stay', () => {
  const text = '# head\nPASS_MAX_DAYS\t99999\n  PASS_MAX_DAYS   180  \n#PASS_MAX_DAYS 1\nlast';
  expect(settingOf(text, LOGIN_DEFS, 'PASS_MAX_DAYS')).toEqual({ key: 'PASS_MAX_DAYS', value: '180', line: 3 });
  const edited = withSetting(text, LOGIN_DEFS, 'PASS_MAX_DAYS', '90');
  expect(edited).toBe('# head\nPASS_MAX_DAYS\t99999\n  PASS_MAX_DAYS   90  \n#PASS_MAX_DAYS 1\nlast');
});

test('a missing section is made, an existing one is used', () => {
  expect(withSetting('', JOURNALD_CONF, 'Storage', 'persistent')).toBe('[Journal]\nStorage=persistent\n');
  const text = '[Upload]\nStorage=none\n[Journal]\n#Storage=auto\n';
  const edited = withSetting(text, JOURNALD_CONF, 'Storage', 'persistent');
  expect(edited).toBe('[Upload]\nStorage=none\n[Journal]\nStorage=persistent\n#Storage=auto\n');
});

test('Windows endings stay', () => {
  expect(withSetting('minlen = 6\r\n', EQUALS_CONF, 'minlen', '8')).toBe('minlen = 8\r\n');
  expect(withSetting('difok = 1\r\n', EQUALS_CONF, 'minlen', '8')).toBe('difok = 1\r\nminlen = 8\r\n');
});

test('sysctl keys with slashes are the same keys', () => {
  expect(sysctlKey('net/ipv4/conf/eth0.100/rp_filter')).toBe('net.ipv4.conf.eth0/100.rp_filter');
  expect(sysctlKey('net.ipv4.ip_forward')).toBe('net.ipv4.ip_forward');
  expect(settingOf('-net/ipv4/ip_forward = 1\n', SYSCTL_CONF, 'net.ipv4.ip_forward')?.value).toBe('1');
});
