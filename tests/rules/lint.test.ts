/** Lint: each fault is found where it is, and what is shipped has none. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Runbook, Step } from '../../src/core/runbook.ts';
import { lint } from '../../src/rules/lint.ts';
import { readRunbook } from '../../src/rules/runbook-yaml.ts';
import { parseSite } from '../../src/rules/site.ts';
import { sandboxSiteYaml } from '../../src/rules/site-start.ts';
import { SHIPPED } from '../../src/runbooks/index.ts';
import { runbookOf } from '../../src/runbooks/site-yaml.ts';

const FOLDER = new URL('../../templates/', import.meta.url);
const TEMPLATE = readFileSync(new URL('site.yml', FOLDER), 'utf8');
const SITE = parseSite(sandboxSiteYaml(TEMPLATE), '/site', TEMPLATE);

function linted(text: string, site = SITE) {
  const { definition, problems, source } = readRunbook(text);
  expect(problems).toEqual([]);
  if (definition === undefined) throw new Error('no runbook');
  return lint(runbookOf(definition), { file: 'x.yml', definition, source, site });
}

const CHANGE = "{ host: '${inputs.host}', timeout: 5s, command: [sync], undo: { none: it cannot be taken back } }";
const LOOK = "{ host: '${inputs.host}', file: /etc/motd }";
const APPROVE = '  - { id: sign, title: Sign, approve: {} }\n';
const act = (id: string, change = CHANGE, more = '') =>
  `  - { id: ${id}, title: A,${more} act: { changes: [${change}], verify: [${LOOK}] } }\n`;
const book = (...steps: string[]) =>
  `runbook: x\nversion: 1\ntitle: X\nwhy: X.\nrisk: low\ninputs:\n  host: { type: host, required: true }\n  mode: { type: enum, choices: [a, b], default: a }\nsteps:\n${steps.join('')}`;
const command = (argv: string) => CHANGE.replace('[sync]', argv);

describe('nothing to complain about', () => {
  it.each(readdirSync(new URL('runbooks/', FOLDER)))('%s', (file) => {
    const findings = linted(readFileSync(new URL(`runbooks/${file}`, FOLDER), 'utf8'));
    expect(findings.map(({ outcome }) => outcome)).toEqual(['pass']);
  });
  it('a new runbook', () => {
    const text = readFileSync(new URL('new-runbook.yml', FOLDER), 'utf8').replaceAll(/\bNAME\b/g, 'my-own');
    expect(linted(text).map(({ outcome }) => outcome)).toEqual(['pass']);
  });
  it.each(Object.keys(SHIPPED))('shipped %s', async (name) => {
    const shipped = await SHIPPED[name]?.();
    expect(shipped && lint(shipped).map(({ outcome }) => outcome)).toEqual(['pass']);
  });
});

describe('complaints', () => {
  it.each<[string, string, string, string]>([
    ['no approval', book(act('one')), 'lint-no-approval', 'x.yml:10:11 one'],
    ['no approval before the first', book(act('one'), APPROVE, act('two')), 'lint-no-approval', 'x.yml:10:11 one'],
    [
      'after without approval',
      book(APPROVE, act('one'), act('two', CHANGE).replace('act: {', 'act: { after: one,')),
      'lint-approval-between',
      'two',
    ],
    ['shell', book(APPROVE, act('one', command("[bash, -c, 'rm x']"))), 'lint-shell', 'one'],
    ['shell by path', book(APPROVE, act('one', command("[/bin/sh, -ec, 'rm x']"))), 'lint-shell', 'one'],
    ['carried shell', book(APPROVE, act('one', command("[sudo, -n, bash, -c, 'rm x']"))), 'lint-shell', 'one'],
    ['program as text', book(APPROVE, act('one', command("[python3, -c, 'x']"))), 'lint-shell', 'one'],
    ['secret in argv', book(APPROVE, act('one', command("[tool, '--password=hunter2']"))), 'lint-secret', 'one'],
    ['secret in a url', book(APPROVE, act('one', command("[curl, 'http://u:hunter2@h/']"))), 'lint-secret', 'one'],
    ['mysql -p', book(APPROVE, act('one', command('[mysql, -phunter2]'))), 'lint-secret', 'one'],
    [
      'secret in a file',
      book(APPROVE, act('one', "{ host: sandbox, file: /etc/a, content: 'password: hunter2' }")),
      'lint-secret',
      'one',
    ],
    ['no reason', book(APPROVE, act('one', CHANGE.replace('it cannot be taken back', 'n/a'))), 'lint-no-reason', 'one'],
    ['no time-out', book(APPROVE, act('one', CHANGE.replace(' timeout: 5s,', ''))), 'lint-no-timeout', 'one'],
    [
      'unknown host',
      book(APPROVE, act('one', CHANGE.replace("'${inputs.host}'", 'sandbix'))),
      'lint-unknown-host',
      'one',
    ],
    [
      'folder host',
      book(APPROVE, act('one', CHANGE.replace("'${inputs.host}'", 'sandbox'))),
      'lint-no-commands',
      'one',
    ],
    ['never', book(APPROVE, act('one', CHANGE, " when: inputs.mode == 'c',")), 'lint-unreachable', 'one'],
    [
      'never both',
      book(APPROVE, act('one', CHANGE, " when: inputs.mode == 'a' and inputs.mode == 'b',")),
      'lint-unreachable',
      'one',
    ],
    [
      'no purchaser',
      book('  - { id: sign, title: S, approve: { seats: [{ roles: [owner] }] } }\n', act('one')),
      'lint-no-purchaser',
      'sign',
    ],
    [
      'nothing to undo',
      book(`  - { id: look, title: L, onFail: rollback, check: { looks: [${LOOK}] } }\n`, APPROVE, act('one')),
      'lint-nothing-to-undo',
      'look',
    ],
    ['cut off', book(APPROVE, act('one', command('[systemctl, restart, sshd]'))), 'lint-cuts-off', 'one'],
    [
      'asked too late',
      book(
        APPROVE,
        '  - { id: which, title: W, ask: { choice: W?, options: { a: A, b: B } } }\n',
        act('one', CHANGE, " when: answers.which == 'a',"),
      ),
      'lint-answer-after-approval',
      'one',
    ],
  ])('%s', (_, text, rule, subject) => {
    const found = linted(text).filter((finding) => finding.rule === rule);
    expect(found).toHaveLength(1);
    expect(found[0]?.subject).toContain(subject);
    expect(found[0]?.subject).toMatch(/^x\.yml:\d+:\d+ /);
    expect(found[0]?.advice).toBeDefined();
  });

  it('never repeats a secret', () => {
    const text = book(APPROVE, act('one', command("[tool, '--password=CANARY']")));
    expect(JSON.stringify(linted(text))).not.toContain('CANARY');
  });

  it('a when that may hold is left alone', () => {
    expect(
      linted(book(APPROVE, act('one', CHANGE, " when: inputs.mode == 'b',"))).map(({ outcome }) => outcome),
    ).toEqual(['pass']);
  });

  it('duplicate ids and unknown after, in runbooks of any origin', () => {
    const step = {
      id: 'a',
      title: 'A',
      kind: 'act',
      plan: async () => [],
      verify: async () => [],
      after: 'z',
    } as const;
    const steps: Step[] = [{ id: 'sign', title: 'S', kind: 'approve', seats: () => [] }, step, step];
    const made: Runbook = {
      name: 'x',
      version: 1,
      title: 'X',
      purpose: 'X',
      risk: 'low',
      inputs: [],
      targets: () => [],
      steps,
      definition: {},
    };
    expect(
      lint(made)
        .map(({ rule }) => rule)
        .sort(),
    ).toEqual(['lint-duplicate-id', 'lint-unknown-after', 'lint-unknown-after']);
  });
});
