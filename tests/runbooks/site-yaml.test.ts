/** A YAML runbook compiled: the same Changes, Findings and questions a shipped one would make, from data alone. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Inputs } from '../../src/core/input.ts';
import { digestOf, sha256 } from '../../src/core/json.ts';
import type { Moment, Runbook, Step } from '../../src/core/runbook.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak, t } from '../../src/core/text.ts';
import { fakeWorld, type Outside, outside } from '../../src/engine/fake-world.ts';
import { compileRunbook } from '../../src/runbooks/site-yaml.ts';
import { SITE } from '../worlds/books.ts';

const FULL = readFileSync(new URL('../fixtures/runbooks/full.yml', import.meta.url), 'utf8');
const book = compileRunbook(FULL, 'full.yml');
const site = { ...SITE, hosts: { app01: { connect: 'local' }, box: { connect: 'local' } } } as const;
const INPUTS: Inputs = {
  host: 'box',
  mode: 'fast',
  count: 3,
  deep: false,
  names: ['a', 'b'],
  day: '2026-01-05',
  name: 'web',
};

function moment(out: Outside, over: Partial<Moment> = {}): Moment {
  const world = fakeWorld(out);
  return { inputs: INPUTS, answers: {}, findings: {}, site, look: world.look, now: world.now(), ...over };
}

function step<K extends Step['kind']>(id: string, kind: K, from: Runbook = book): Extract<Step, { kind: K }> {
  const found = from.steps.find((one) => one.id === id);
  if (found?.kind !== kind) throw new Error(`${id} is no ${kind}`);
  return found as Extract<Step, { kind: K }>;
}

const put = (out: Outside, path: string, text: string, mode = 0o644) =>
  out.files.set(path, { bytes: Buffer.from(text), mode, owner: 0, group: 0 });

describe('the value', () => {
  it('has its targets, policies and limits in milliseconds', () => {
    expect(book).toMatchObject({ name: 'full-vocabulary', version: 3, risk: 'high' });
    expect(book.targets(INPUTS)).toEqual(['host:box', 'host:app01']);
    expect(step('first', 'check')).toMatchObject({
      blocks: true,
      timeout: 30_000,
      retry: { attempts: 2, delay: 1000 },
      onFail: 'abort',
      unattended: 'suspend',
    });
    expect(step('stays', 'watch')).toMatchObject({
      every: 10_000,
      during: 60_000,
      failureLimit: 1,
      inconclusiveLimit: 2,
    });
    expect(step('sign', 'approve').expires).toBe(7_200_000);
    expect(step('later', 'act').after).toBe('change');
  });

  it('is digested by its whole source: any edit makes another', () => {
    const other = compileRunbook(FULL.replace('Make room.', 'Make space.'), 'full.yml');
    expect(digestOf(other.definition)).not.toBe(digestOf(book.definition));
    expect(digestOf(compileRunbook(`# a comment\n${FULL}`, 'full.yml').definition)).toBe(digestOf(book.definition));
  });

  it('an approval without seats asks the purchaser’s approver', () => {
    expect(step('sign-two', 'approve').seats(moment(outside()))).toEqual([{ roles: ['approver'], party: 'purchaser' }]);
  });

  it('asks', () => {
    const now = moment(outside());
    expect(step('sure', 'ask').question(now)).toEqual({ kind: 'confirm', message: 'Sure?' });
    expect(step('order', 'ask').question(now)).toEqual({ kind: 'text', message: 'Order?', match: '^[0-9]+$' });
    expect(step('pick', 'ask').question(now)).toMatchObject({
      kind: 'choice',
      choices: [
        { value: 'one', title: 'The first' },
        { value: 'two', title: 'The second' },
      ],
    });
  });
});

describe('when', () => {
  const { skip } = step('change', 'act');
  const reason = (over: Partial<Moment>) => {
    const text = skip?.(moment(outside(), over));
    return text === undefined ? undefined : speak(text);
  };
  it('does, leaves out with the reason, and plans as if done while nobody was asked', () => {
    expect(reason({ answers: { pick: 'one' } })).toBeUndefined();
    expect(reason({ answers: { pick: 'two' } })).toContain("not so: inputs.mode == 'fast'");
    expect(reason({ inputs: { ...INPUTS, mode: 'slow' } })).toContain('not so');
    expect(reason({})).toBeUndefined();
  });
});

describe('changes', () => {
  it('are argv lists with undo and probe, and files planned from what is there', async () => {
    const out = outside();
    put(out, 'app01 /etc/a.conf', 'x\na old\n');
    put(out, 'app01 /etc/b.conf', 'gone');
    const [useradd, sync, motd, line, absent] = await step('change', 'act').plan(moment(out));
    expect(useradd).toEqual({
      kind: 'command',
      host: 'box',
      as: 'root',
      argv: ['useradd', '--', 'web', 'a', 'b'],
      why: 'To see.',
      reaches: ['billing'],
      timeout: 60_000,
      undo: [
        {
          kind: 'command',
          host: 'box',
          as: 'root',
          argv: ['userdel', '--', 'web'],
          undo: { irreversible: t('it is itself the undo') },
        },
      ],
      probe: { kind: 'command', look: { host: 'box', as: 'root', argv: ['id', 'web'] }, code: 0, stdout: 'x' },
    });
    expect(sync).toMatchObject({
      timeout: 120_000,
      undo: { irreversible: 'A sync cannot be taken back; nothing to do' },
    });
    expect(motd).toMatchObject({
      content: { utf8: 'hello web, ${HOME}\n' },
      before: 'absent',
      mode: 0o600,
      settle: [{ host: 'app01', argv: ['sysctl', '--system'] }],
    });
    expect(line).toMatchObject({ content: { utf8: 'x\na web\n' }, before: sha256('x\na old\n') });
    expect(absent).toMatchObject({ content: null, before: sha256('gone') });
  });

  it('leave out what is already so', async () => {
    const out = outside();
    put(out, 'app01 /etc/motd', 'hello web, ${HOME}\n', 0o600);
    put(out, 'app01 /etc/a.conf', 'a web\n');
    const kinds = (await step('change', 'act').plan(moment(out))).map(({ kind }) => kind);
    expect(kinds).toEqual(['command', 'command']);
  });

  it.each([
    ['a host that site.yml does not have', { ...INPUTS, host: 'bxo' }, 'Did you mean box?'],
    ['a value that would be an option', { ...INPUTS, name: '-r' }, 'taken for an option'],
  ])('refuse %s', async (_, inputs, message) => {
    const planned = step('later', 'act');
    expect(planned).toBeDefined();
    const plain = compileRunbook(FULL.replaceAll(', --,', ','), 'x.yml');
    await expect(step('change', 'act', plain).plan(moment(outside(), { inputs }))).rejects.toSatisfy(
      (error) => error instanceof Stop && error.verdict === 'usage' && speak(error.text).includes(message),
    );
  });
});

describe('what could cut us off', () => {
  const made = compileRunbook(FULL.replace('file: /etc/motd, content', 'file: /etc/ssh/sshd_config, content'), 'x.yml');
  it('is refused on a host', async () => {
    await expect(step('change', 'act', made).plan(moment(outside()))).rejects.toSatisfy(
      (error) => error instanceof Stop && error.verdict === 'refused',
    );
  });
  it('is planned on a folder, from which nobody can be cut off', async () => {
    const here = moment(outside());
    const planned = await step('change', 'act', made).plan({ ...here, look: { ...here.look, rooted: () => true } });
    expect(planned).toHaveLength(4);
  });
});

describe('looks', () => {
  const answers: Record<string, { code: number; stdout: string; stderr: string }> = {
    df: { code: 0, stdout: ' 81\n', stderr: '' },
    systemctl: { code: 0, stdout: 'active\n', stderr: '' },
    id: { code: 1, stdout: 'id: no such web', stderr: '' },
  };
  const looked = async (out: Outside) => {
    const findings = await step('first', 'check').look(moment(out));
    return findings.map(({ outcome, found }) => [outcome, speak(found)] as const);
  };
  const out = () => outside({ look: (_, argv) => answers[argv[0] ?? ''] ?? { code: 0, stdout: '', stderr: '' } });

  it('are all made and judged, warnings apart from failures', async () => {
    const world = out();
    put(world, 'app01 /etc/web.conf', 'ab');
    put(world, 'app01 /etc/nologin', '');
    expect((await looked(world)).map(([outcome]) => outcome)).toEqual(['warn', 'pass', 'pass', 'pass', 'fail']);
  });

  it('say what is missing of a file', async () => {
    const world = out();
    put(world, 'app01 /etc/web.conf', 'a', 0o600);
    expect((await looked(world))[3]).toEqual(['fail', 'a file, mode 0600; not mode 0644']);
    expect((await looked(out()))[3]?.[1]).toContain('not there');
  });

  it('that give no number or cannot be made are unknown, never a pass', async () => {
    const world = outside({
      look: (_, argv) => {
        if (argv[0] === 'systemctl') throw new Stop('unreachable', 'away');
        return { code: 0, stdout: 'n/a', stderr: '' };
      },
    });
    const outcomes = (await looked(world)).map(([outcome]) => outcome);
    expect(outcomes.slice(0, 2)).toEqual(['unknown', 'unknown']);
  });

  it('put no long number and no secret into the journal', async () => {
    const world = outside({
      look: () => ({ code: 0, stdout: '13812345678 password=hunter2 91450100MA5KABCD12', stderr: '' }),
    });
    const text = JSON.stringify(await step('first', 'check').look(moment(world)));
    expect(text).not.toMatch(/13812345678|hunter2/);
  });
});

it('a record holds inputs, answers and findings, under a name of its own content', async () => {
  const findings = { first: [{ rule: 'r', subject: 's', outcome: 'pass', found: 'f' }] } as const;
  const product = await step('record', 'produce').make(moment(outside(), { answers: { order: '7' }, findings }));
  expect(product.source).toEqual({ text: 'web 7\npass: s: f\n' });
  expect(product.path).toBe(`exports/full-vocabulary-${sha256('web 7\npass: s: f\n').slice(0, 12)}/record.txt`);
  expect(step('record', 'produce').releases).toBe(false);
});

it('a faulty text is refused at its line', () => {
  expect(() => compileRunbook('runbook: [', 'x.yml')).toThrow(Stop);
});
