/** site.yml: the template is its own validator, and every faulty file is refused at its line with the nearest name. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/core/site.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import { sentenceOf } from '../../src/rules/problem.ts';
import { checkSite, parseSite } from '../../src/rules/site.ts';
import { judgeSecretFile, secretFiles } from '../../src/rules/site-secrets.ts';
import { freshSiteYaml, sandboxSiteYaml } from '../../src/rules/site-start.ts';

const TEMPLATE = readFileSync(new URL('../../templates/site.yml', import.meta.url), 'utf8');
const FIXTURES = new URL('../fixtures/site/', import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.yml`, FIXTURES), 'utf8');
const check = (text: string) => checkSite(text, '/site', TEMPLATE);

interface Expected {
  readonly line?: number;
  readonly key?: string;
  readonly message?: string;
  readonly nearest?: string;
}
const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FIXTURES), 'utf8')) as Record<string, Expected[]>;

describe('good files', () => {
  it('the template itself', () => {
    const { site, problems } = check(TEMPLATE);
    expect(problems).toEqual([]);
    expect(site?.limits).toEqual(LIMITS);
    expect(site?.windows['host:app01']).toEqual([{ days: [1, 2, 3, 4], from: '22:00', to: '05:00' }]);
    expect(site?.hosts.app01).toMatchObject({ connect: 'ssh', user: 'li@ops@10.1.2.3', via: 'bastion' });
  });

  it('entries in flow style, and a section that holds nothing', () => {
    const { site, problems } = check(read('good-flow'));
    expect(problems).toEqual([]);
    expect(site?.goldengate.ogg1).toEqual({ host: 'app01', home: '/ogg', user: 'ogg' });
    expect(site?.windows).toEqual({});
    expect(site?.sandbox).toBe(false);
  });

  it('the sandbox keeps every comment of the template and classifies every column', () => {
    const text = sandboxSiteYaml(TEMPLATE);
    const { site, problems } = check(text);
    expect(problems).toEqual([]);
    expect(site?.sandbox).toBe(true);
    expect(Object.keys(site?.hosts ?? {})).toEqual(['local', 'sandbox']);
    expect(Object.keys(site?.databases ?? {})).toEqual(['inv', 'inv2']);
    expect(Object.keys(site?.classification.inv ?? {})).toHaveLength(21);
    expect(site?.classification.inv2).toEqual(site?.classification.inv);
    expect(site?.obeys['harden-linux']?.length).toBeGreaterThan(0);
    const topComments = TEMPLATE.split('\n').filter((line) => line.startsWith('#'));
    for (const comment of topComments) expect(text).toContain(comment);
  });

  it('a fresh site has this machine only, and takes any name', () => {
    const { site, problems } = check(freshSiteYaml(TEMPLATE, '某局 "a": b'));
    expect(problems).toEqual([]);
    expect(site?.name).toBe('某局 "a": b');
    expect(Object.keys(site?.hosts ?? {})).toEqual(['local']);
    expect(site?.obeys).toEqual({});
  });

  it('commented-out examples of a fresh site are valid once uncommented', () => {
    const fresh = freshSiteYaml(TEMPLATE, 'x').replace('  local: { connect: local }\n', '');
    const { site, problems } = check(fresh.replace(/^ {2}# (?=[A-Za-z'# ])/gm, '  '));
    expect(problems).toEqual([]);
    expect(Object.keys(site?.hosts ?? {})).toEqual(['local', 'image', 'app01', 'bastion', 'app02']);
  });
});

describe('faulty files (case 55)', () => {
  it.each(Object.entries(EXPECTED))('%s', (name, expected) => {
    const text = read(name);
    const { site, problems } = check(text);
    expect(site).toBeUndefined();
    if (expected[0]?.message !== undefined) expect(problems.length).toBe(expected.length);
    for (const [index, wanted] of expected.entries()) {
      const found = problems[index];
      expect(found).toMatchObject(wanted.line === undefined ? {} : { line: wanted.line });
      if (wanted.key !== undefined) expect(found?.key).toBe(wanted.key);
      expect(found && speak(sentenceOf(found))).toContain(wanted.message ?? '');
      expect(found?.nearest).toBe(wanted.nearest);
    }
  });

  it('a mistyped section is one fault, however many names refer to it', () => {
    const { problems } = check(sandboxSiteYaml(TEMPLATE).replace(/^databases:/m, 'databses:'));
    expect(problems.map(({ key }) => key)).toEqual(['databses']);
  });

  it('a window for a kind of targets would be heeded by nobody, so it is refused', () => {
    const { problems } = check(TEMPLATE.replace("  'host:app01':\n    - days", "  'host:*':\n    - days"));
    expect(problems.map(({ key }) => key)).toEqual(['windows.host:*']);
  });

  it('every faulty fixture is expected, and every expectation has a fixture', () => {
    const files = readdirSync(FIXTURES).filter((file) => file.endsWith('.yml') && !file.startsWith('good'));
    expect(files.map((file) => file.replace('.yml', '')).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(['clear-password', 'echo-password', 'url-password'])('%s is refused without repeating the secret', (name) => {
    expect(JSON.stringify(check(read(name)).problems)).not.toContain('CANARY');
  });

  it('parseSite refuses with the place of the first fault and all faults as data', () => {
    const refused = (() => {
      try {
        return parseSite(read('wrong-type'), '/site', TEMPLATE);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(Stop);
    const stop = refused as Stop;
    expect(stop.verdict).toBe('usage');
    expect(stop.detail.place).toEqual({ file: '/site/site.yml', line: 8, column: 9 });
    expect(stop.detail.next).toEqual(['gxops --site /site site check']);
  });
});

describe('any text', () => {
  const lines = TEMPLATE.split('\n');
  const broken = fc
    .array(fc.record({ at: fc.nat(lines.length - 1), text: fc.oneof(fc.string(), fc.constantFrom(...lines)) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) => {
      const copy = [...lines];
      for (const { at, text } of edits) copy[at] = text;
      return copy.join('\n');
    });

  it('gives a site or problems, never an error, and only lines that exist', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), broken), (text) => {
        const { site, problems } = check(text);
        expect(site === undefined).toBe(problems.length > 0);
        const last = text.split('\n').length;
        for (const problem of problems) {
          expect(problem.line).toBeGreaterThanOrEqual(1);
          expect(problem.line).toBeLessThanOrEqual(last);
          expect(problem.column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the same text gives the same site', () => {
    expect(check(TEMPLATE)).toEqual(check(TEMPLATE));
  });
});

describe('secret files', () => {
  const site = parseSite(TEMPLATE, '/site', TEMPLATE);
  it('are all that the site names, absolute', () => {
    expect(secretFiles(site).map(({ key, path }) => `${key} ${path}`)).toEqual([
      'databases.pg1.passwordFile /site/secrets/pg1',
      'databases.ora1.walletPasswordFile /site/secrets/wallet-password',
      'redis.cache.passwordFile /site/secrets/cache',
      'search.es.passwordFile /site/secrets/es',
      'hosts.app01.identityFile /site/secrets/id_app01',
      'keys.li /home/li/.gxops/li.ed25519',
    ]);
  });

  const file = { key: 'databases.pg1.passwordFile', path: '/site/secrets/pg1' };
  const there = (mode: number, owner = 7, regular = true) => ({ kind: 'there', mode, owner, regular }) as const;
  it.each([
    [there(0o600), 'pass'],
    [there(0o400), 'pass'],
    [there(0o640), 'fail'],
    [there(0o604), 'fail'],
    [there(0o700), 'fail'],
    [there(0o600, 8), 'fail'],
    [there(0o600, 7, false), 'fail'],
    [{ kind: 'absent' } as const, 'fail'],
    [undefined, 'unknown'],
  ])('%o is judged %s', (seen, outcome) => {
    expect(judgeSecretFile(file, seen, 7).outcome).toBe(outcome);
  });

  it('a private key may be its operator’s own', () => {
    expect(judgeSecretFile({ ...file, anyOwner: true }, there(0o600, 8), 7).outcome).toBe('pass');
  });
});
