/** Operators, approvals and refusals with the real program: every gate by its name, and what each leaves behind. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, makeSandbox, type Ran, type Sandbox } from '../stand-ins/bin.ts';

const env = cleanEnv({ GXOPS_LANG: 'en' });
let site: Sandbox;
let home: string;
beforeAll(async () => {
  site = await makeSandbox(10);
  home = mkdtempSync(join(tmpdir(), 'gxops-people-'));
});
afterAll(() => {
  site.remove();
  rmSync(home, { recursive: true, force: true });
});

const run = (...words: string[]): Promise<Ran> => site.run(words, { env });
const journal = (): string => readFileSync(join(site.dir, 'journal/000001.jsonl'), 'utf8');

interface Body {
  readonly type: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
}
const bodies = (type: string): Body[] =>
  journal()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).body as Body)
    .filter((body) => body.type === type);

/** A fresh public key file. */
function publicKey(name: string): string {
  const file = join(home, `${name}.pub`);
  writeFileSync(file, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  return file;
}

async function propose(name: string, ...more: string[]): Promise<string> {
  const words = ['operator', 'add', name, '--role', 'data', '--party', 'contractor', '--key', publicKey(name), ...more];
  const { code, data } = await site.json(words, { env });
  expect(code).toBe(0);
  return String(data.id);
}

async function waitingRun(): Promise<string> {
  const words = ['runbook', 'run', 'harden-linux', '--input', 'host=sandbox', '--execute', '--yes'];
  const { code, data } = await site.json(words, { env });
  expect([code, data.waitingFor]).toEqual([4, expect.objectContaining({ kind: 'approve' })]);
  return String(data.run);
}

/** Refused with these words, and the journal as it was. */
async function refused(words: readonly string[], code: number, what: RegExp | string): Promise<void> {
  const before = journal();
  const ran = await run(...words);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(ran.stderr).toMatch(what);
  expect(journal()).toBe(before);
}

describe('a waiting run', () => {
  it('says who could sign, then that it is approved and how it goes on', async () => {
    const id = await waitingRun();
    expect((await run('runbook', 'runs', id)).stdout).toContain(`gxops approve ${id} --as chen`);
    expect((await run('approve', id, '--as', 'chen', '--yes')).code).toBe(0);
    const { stdout } = await run('runbook', 'runs', id);
    expect(stdout).toContain(`${id} is approved`);
    expect(stdout).toContain(`gxops runbook resume ${id}`);
    expect(stdout).not.toContain('Waiting for');
  });
});

describe('operators', () => {
  it('are proposed, approved by the security officer and by nobody else, and then act', async () => {
    const id = await propose('wu', '--account', 'nobody7', '--undertaking', '2026-11-01');
    await refused(['operator', 'list', '--as', 'wu'], 2, /wu is no operator/);
    for (const who of ['zhang', 'chen', 'qin', 'zhao', 'sun'])
      await refused(['approve', id, '--as', who, '--yes'], 3, 'security');
    await refused(['approve', id, '--as', 'li', '--yes'], 3, /asked for .* cannot approve/);
    const { code, data } = await site.json(['approve', id, '--as', 'he', '--yes'], { env });
    expect(code).toBe(0);
    expect(data).toMatchObject({ id, approver: 'he', party: 'purchaser', digest: expect.stringMatching(/^sha256:/) });
    expect(bodies('approval.granted').at(-1)?.data).toMatchObject({ sameAccount: true, osAccount: expect.any(String) });
    expect((await run('operator', 'list', '--as', 'wu')).stdout).toContain('2026-11-01');
    await refused(['approve', id, '--as', 'he', '--yes'], 3, /used/);
  });

  it('retire the same way; the retired neither act nor are named again', async () => {
    const { data } = await site.json(['operator', 'retire', 'wang', '--reason', 'left'], { env });
    await refused(['operator', 'retire', 'he'], 3, 'only security officer');
    expect((await run('approve', String(data.id), '--as', 'he', '--yes')).code).toBe(0);
    await refused(['runbook', 'list', '--as', 'wang'], 3, 'retired');
    const twin = ['operator', 'add', 'wang', '--role', 'app', '--party', 'vendor', '--key', publicKey('wang2')];
    await refused(twin, 3, 'never used twice');
    expect((await run('operator', 'list')).stdout).not.toContain('wang');
    expect((await run('operator', 'list', '--all')).stdout).toContain('wang');
  });

  it('are rejected with a reason, for good', async () => {
    const id = await propose('xu');
    await refused(['reject', id, '--as', 'he'], 2, '--reason');
    await refused(['reject', id, '--as', 'zhang', '--reason', 'x'], 3, 'neither asked');
    expect((await run('reject', id, '--as', 'he', '--reason', 'not needed')).code).toBe(0);
    await refused(['approve', id, '--as', 'he', '--yes'], 3, /rejected by he: not needed/);
    await refused(['reject', id, '--as', 'he', '--reason', 'again'], 3, 'rejected already');
  });

  it('two of system, security and auditor in one person: refused', async () => {
    for (const roles of ['system,security', 'security,auditor', 'system,auditor,data'])
      await refused(
        ['operator', 'add', 'yu', '--role', roles, '--party', 'purchaser', '--key', publicKey('yu')],
        3,
        'nobody may hold two',
      );
  });

  it('one key is one person', async () => {
    const key = join(site.dir, 'keys/chen.ed25519.pub');
    await refused(['operator', 'add', 'chen2', '--role', 'owner', '--party', 'purchaser', '--key', key], 3, 'chen');
  });
});

describe('what an operator may not be described as: exit 2, nothing recorded', () => {
  const good = (): Record<string, string> => ({ role: 'data', party: 'contractor', key: publicKey('good') });
  it.each([
    [{ role: 'dtaa' }, '--role', 'data'],
    [{ party: 'purchasr' }, '--party', 'purchaser'],
    [{ key: '/no/such/file' }, '--key', 'ENOENT'],
    [{ undertaking: '2026-02-30' }, '--undertaking', 'YYYY-MM-DD'],
    [{ training: 'yesterday' }, '--training', 'YYYY-MM-DD'],
    [{ clearance: '20261231' }, '--clearance', 'YYYY-MM-DD'],
    [{ age: `age1${'q'.repeat(58)}` }, '--age', 'checksum'],
    [{ age: 'AGE-SECRET-KEY-1QQQ' }, '--age', 'never the identity'],
    [{ account: 'a b' }, '--account', 'account name'],
  ])('%j', async (change, flag, allowed) => {
    const given = Object.entries({ ...good(), ...change }).flatMap(([name, value]) => [`--${name}`, value]);
    const before = journal();
    const { code, stderr } = await run('operator', 'add', 'new', ...given);
    expect(code).toBe(2);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(allowed);
    expect(journal()).toBe(before);
  });

  it('a missing flag, a bad name, and a private key, of which nothing is kept', async () => {
    for (const left of ['role', 'party', 'key']) {
      const given = Object.entries(good()).flatMap(([name, value]) => (name === left ? [] : [`--${name}`, value]));
      await refused(['operator', 'add', 'new', ...given], 2, `--${left} is missing`);
    }
    const given = Object.entries(good()).flatMap(([name, value]) => [`--${name}`, value]);
    for (const name of ['../x', 'A', '张三', 'a b']) await refused(['operator', 'add', name, ...given], 2, 'NAME');
    const secret = ['--role', 'data', '--party', 'vendor', '--key', join(site.dir, 'keys/li.ed25519')];
    await refused(['operator', 'add', 'new', ...secret], 2, 'private key');
  });
});

describe('approving a run', () => {
  it('names each reason not to, then signs once', async () => {
    const id = await waitingRun();
    await refused(['approve', id, '--as', 'li', '--yes'], 3, /li asked for/);
    await refused(['approve', id, '--as', 'sun', '--yes'], 3, /sun holds none of the roles/);
    await refused(
      ['approve', id, '--as', 'chen', '--yes', '--digest', `sha256:${'0'.repeat(64)}`],
      3,
      'is not the digest',
    );
    await refused(['approve', id, '--as', 'chen', '--yes', '--expires', 'soon'], 2, '--expires');
    await refused(['approve', id, '--as', 'chen'], 4, '--answer approve=yes');
    await refused(['approve', id, '--as', 'chen', '--answer', 'approve=no'], 3, 'declined');
    const key = ['--key', join(site.dir, 'keys/li.ed25519')];
    await refused(['approve', id, '--as', 'chen', '--yes', ...key], 3, 'not the registered key of chen');
    await refused(['approve', id.replace(/.$/, '_'), '--as', 'chen', '--yes'], 2, 'ID');
    await refused(['approve', 'R-20260101-ABCDE', '--as', 'chen', '--yes'], 2, id);
    const { data } = await site.json(['approve', id, '--as', 'chen', '--yes', '--expires', '30m'], { env });
    expect(Date.parse(String(data.expires))).toBeLessThan(Date.now() + 31 * 60_000);
    await refused(['approve', id, '--as', 'chen', '--yes'], 3, 'already signed');
    expect((await run('approve', id, '--print')).stdout).toContain(String(data.digest));
  });

  it('refuses a key file that others may read or that is a link', async () => {
    const id = await waitingRun();
    const { chmodSync, symlinkSync } = await import('node:fs');
    const key = join(site.dir, 'keys/chen.ed25519');
    chmodSync(key, 0o644);
    await refused(['approve', id, '--as', 'chen', '--yes'], 3, `chmod 600 ${key}`);
    chmodSync(key, 0o600);
    const link = join(home, 'link');
    symlinkSync(key, link);
    await refused(['approve', id, '--as', 'chen', '--yes', '--key', link], 3, 'symbolic link');
  });

  it('refuses a plan whose stored bytes are not what was asked for', async () => {
    const id = await waitingRun();
    const asked = bodies('approval.requested').find(({ subject }) => subject === id);
    const { path } = asked?.data.plan as { path: string };
    const file = join(site.dir, path);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('harden-linux', 'harden-linus'));
    await refused(['approve', id, '--as', 'chen', '--yes'], 3, path);
    writeFileSync(file, text);
    expect((await run('approve', id, '--as', 'chen', '--yes')).code).toBe(0);
  });
});

describe('approving on paper', () => {
  it('records number, scan and countersignature, and says on what the identity rests', async () => {
    const id = await waitingRun();
    const { data } = await site.json(['approve', id, '--print'], { env });
    const scan = join(home, 'scan.pdf');
    writeFileSync(scan, 'a scan');
    const paper = (code: string, number: string, by: string) => [
      ...[
        'approve',
        id,
        '--as',
        'chen',
        '--yes',
        '--paper',
        scan,
        '--number',
        number,
        '--code',
        code,
        '--countersign',
        by,
      ],
    ];
    const code = String(data.code);
    expect(code).toMatch(/^(\w{4}-){3}\w{4}$/);
    await refused(['approve', id, '--as', 'chen', '--yes', '--paper', scan], 2, '--number');
    await refused(paper('AAAA-AAAA-AAAA-AAAA', '7', 'zhang'), 3, '--code');
    await refused(paper(code, '../../7\n', 'zhang'), 2, '--number');
    await refused(paper(code, '7', 'chen'), 3, 'countersign');
    await refused(paper(code, '7', 'li'), 3, 'asked for it');
    await refused(paper(code, '7', 'zhagn'), 2, 'zhang');
    await refused(
      ['--as', 'sun', ...paper(code, '7', 'zhang').filter((word) => !['--as', 'chen'].includes(word))],
      3,
      'roles',
    );
    const signed = await run(...paper(code.toLowerCase().replaceAll('-', ' '), '审〔2026〕7号', 'zhang'));
    expect(signed.code).toBe(0);
    expect(signed.stdout).toContain('rests on the signed sheet');
    expect(bodies('approval.granted').at(-1)?.data).toMatchObject({
      approver: 'chen',
      countersign: 'zhang',
      paper: { number: '审〔2026〕7号', scan: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect((await run('runbook', 'resume', id, '--yes')).code).toBe(0);
    await refused(['approve', id, '--as', 'chen', '--yes'], 3, /used by/);
    expect((await run('rollback', 'run', id, '--execute')).code).toBe(5);
    expect((await run('rollback', 'run', id)).code).toBe(5);
    expect((await run('runbook', 'resume', id)).code).toBe(5);
  });
});
