/** Quoting held against a real shell, and the words that ssh is called with. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForShell, remoteLine, sshWords } from '../../src/world/ssh-argv.ts';
import { siteIn } from './site.ts';

const word = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !text.includes('\0') && text.isWellFormed());
const nasty = fc.constantFrom(
  "'",
  "''",
  '\\',
  '$(id)',
  '`id`',
  '\n',
  '*',
  '~',
  '-n',
  '--',
  '!',
  '#',
  ';',
  '&',
  '',
  ' ',
  '中',
);

describe('quoteForShell', () => {
  it('gives a real sh exactly the words that went in', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, nasty), { minLength: 1, maxLength: 8 }), (words) => {
        const line = `printf '%s\\0' ${words.map(quoteForShell).join(' ')}`;
        const said = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8', env: {} });
        expect(said.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 150 },
    );
  });

  it('refuses a NUL, which no program can be given', () => {
    expect(() => quoteForShell('a\0b')).toThrow();
  });

  it('makes a line that runs one program in the C locale', () => {
    const said = execFileSync('/bin/sh', ['-c', remoteLine(['sh', '-c', 'echo "$LC_ALL"; echo "$1"', 'x', "a'b; id"])]);
    expect(said.toString()).toBe("C\na'b; id\n");
  });
});

describe('sshWords', () => {
  const spec = { connect: 'ssh', address: '10.1.2.3', user: 'li@ops#1@10.1.2.3', port: 2222, via: 'bastion' } as const;
  const site = siteIn('/site', {
    hosts: { app: spec, bastion: { connect: 'ssh', address: 'gate', user: 'li@ops', knownHosts: 'known' } },
  });

  it('gives a bastion its own user, keys and known hosts, and keeps names with @ and # whole', () => {
    const words = sshWords(site, 'app', spec, '/run/x');
    expect(words.slice(-2)).toEqual(['--', '10.1.2.3']);
    expect(words).toContain('User="li@ops#1@10.1.2.3"');
    expect(words).toContain('StrictHostKeyChecking=yes');
    expect(words).toContain('BatchMode=yes');
    const proxy = words.find((one) => one.startsWith('ProxyCommand='));
    expect(proxy).toContain(`'User="li@ops"'`);
    expect(proxy).toContain(`'UserKnownHostsFile="/site/known"'`);
    expect(proxy).toContain("'-W' [%h]:%p '--' 'gate'");
  });

  it('takes an alias of ssh_config as ProxyJump', () => {
    expect(sshWords(site, 'app', { ...spec, via: 'elsewhere' }, '/run/x')).toContain('ProxyJump=elsewhere');
  });

  it.each([
    ['a leading dash', { address: '-oProxyCommand=id' }],
    ['a blank', { address: 'a b' }],
    ['a command substitution', { user: '$(id)' }],
    ['an option as user', { user: '-lroot' }],
    ['an option as via', { via: '-x' }],
    ['a quote in a path', { identityFile: '/a"b' }],
  ])('refuses %s', (_, wrong) => {
    expect(() => sshWords(site, 'app', { ...spec, ...wrong }, '/run/x')).toThrow();
  });
});
