/** Home, on a journal in memory: what each operator is shown. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/commands/home.ts';
import type { Draft } from '../../src/core/event.ts';
import type { Operator, Role } from '../../src/core/operator.ts';
import type { Site } from '../../src/core/site.ts';
import { fakeWorld, type Outside, outside } from '../../src/engine/fake-world.ts';
import { foldApprovals, statementOf } from '../../src/records/approvals.ts';

const pair = generateKeyPairSync('ed25519');
const key = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const person = (name: string, party: Operator['party'], ...roles: Role[]): Operator => ({ name, party, roles, key });
const operators = [
  person('li', 'contractor', 'system'),
  person('chen', 'purchaser', 'approver'),
  person('qin', 'purchaser', 'owner'),
];
const side = { path: 'runs/x', sha256: '0'.repeat(64) };
const digest = `sha256:${'1'.repeat(64)}`;

const opened = (id: string): Draft => ({
  type: 'run.opened',
  run: id,
  data: {
    ...{ runbook: 'harden-linux', version: 1, digest, definition: side, inputs: {} },
    ...{ title: 'Harden', obeys: [], neighbours: [] },
  },
});
const suspended = (id: string, why: 'approval' | 'in-doubt' | 'answer', next: string[]): Draft => ({
  type: 'run.suspended',
  run: id,
  data: { why, text: `because of ${why}`, next },
});
const requested = (subject: string, kind: 'run' | 'extract', requester = 'li'): Draft => ({
  type: 'approval.requested',
  subject,
  ...(kind === 'run' ? { run: subject } : {}),
  data: {
    ...{
      digest,
      plan: side,
      seats: [{ roles: ['approver'], party: 'purchaser' }],
      requester,
      title: `Title ${subject}`,
    },
    ...{ expires: '2026-01-05T04:00:00.000Z', kind },
  },
});

async function world(...drafts: Draft[]): Promise<Outside> {
  const out = outside();
  const keep = fakeWorld(out).keep;
  await keep.append([{ type: 'log.genesis', data: { site: 's', operators } }, ...drafts]);
  return out;
}

async function grant(out: Outside, subject: string): Promise<void> {
  const approval = foldApprovals(out.entries).find((one) => one.subject === subject);
  if (approval === undefined) throw new Error('no such approval');
  const expires = '2026-01-05T03:00:00.000Z';
  const statement = statementOf(approval, 'chen', expires);
  const signature = sign(null, Buffer.from(statement), pair.privateKey).toString('base64');
  const data = { digest, approver: 'chen', expires, statement, signature, osAccount: 'chen', sameAccount: false };
  await fakeWorld(out).keep.append([{ type: 'approval.granted', subject, data }]);
}

async function home(out: Outside, operator: string) {
  const hosts = { local: { connect: 'local' }, box: { connect: 'local', root: 'sandbox/host' } };
  const site = { name: 'sandbox', timeZone: 'Asia/Shanghai', hosts } as unknown as Site;
  const session = { world: fakeWorld(out), site, operator, signal: AbortSignal.abort(), tell() {}, progress() {} };
  const call = {
    args: [],
    options: {},
    session,
    execute: false,
    show: async () => false,
    read: async () => new Uint8Array(),
    pieces: () => Promise.reject(new Error('no file')) as never,
  };
  const report = await run(call);
  const data = report.data as unknown as Record<'waiting' | 'open' | 'inDoubt' | 'menu', Record<string, unknown>[]>;
  return { report, data };
}

describe('home', () => {
  test('nothing open: says so, ends done, and offers what to begin with', async () => {
    const { report, data } = await home(await world(), 'li');
    expect(report).toMatchObject({
      verdict: 'done',
      next: ['gxops doctor', 'gxops harden check --host box', 'gxops runbook list'],
    });
    expect(data).toEqual({ waiting: [], open: [], inDoubt: [], menu: [] });
  });

  test('a run waiting for approval waits for the approver, not for who opened it nor for who may not sign', async () => {
    const out = await world(
      opened('R-1'),
      requested('R-1', 'run'),
      suspended('R-1', 'approval', ['gxops approve R-1']),
    );
    expect((await home(out, 'chen')).report.next).toEqual(['gxops approve R-1']);
    expect((await home(out, 'chen')).data).toMatchObject({ waiting: [{ id: 'R-1', kind: 'approval' }], open: [] });
    for (const other of ['li', 'qin', '']) {
      const { data, report } = await home(out, other);
      expect(data.waiting).toEqual([]);
      expect(data.open).toMatchObject([{ id: 'R-1', kind: 'run', command: 'gxops approve R-1 --as chen' }]);
      expect(report.next).toEqual(['gxops approve R-1 --as chen']);
    }
  });

  test('once approved it waits for who opened it', async () => {
    const out = await world(opened('R-1'), requested('R-1', 'run'), suspended('R-1', 'approval', []));
    await grant(out, 'R-1');
    expect((await home(out, 'li')).report.next).toEqual(['gxops runbook resume R-1']);
    expect((await home(out, 'chen')).data.waiting).toEqual([]);
  });

  test('an expired request is nobody’s to sign and the run asks again', async () => {
    const out = await world(opened('R-1'), requested('R-1', 'run'), suspended('R-1', 'approval', []));
    out.clock = Date.UTC(2026, 0, 5, 5);
    expect((await home(out, 'chen')).data.waiting).toEqual([]);
    expect((await home(out, 'li')).report.next).toEqual(['gxops runbook resume R-1']);
  });

  test('an extraction under way is told once, as its run', async () => {
    const run: Draft = { ...opened('R-1') } as Draft;
    if (run.type === 'run.opened') Object.assign(run.data, { runbook: 'extract', inputs: { id: 'E-1' } });
    const out = await world(requested('E-1', 'extract'), run, suspended('R-1', 'approval', ['gxops approve E-1']));
    expect((await home(out, 'li')).data.open).toMatchObject([{ id: 'R-1', command: 'gxops approve E-1 --as chen' }]);
    expect((await home(out, 'chen')).data).toMatchObject({ waiting: [{ id: 'E-1' }], open: [] });
    await grant(out, 'E-1');
    expect((await home(out, 'li')).data).toMatchObject({ waiting: [{ id: 'R-1' }], open: [] });
  });

  test('an approved extraction waits for who asked for it', async () => {
    const out = await world(requested('E-1', 'extract'));
    await grant(out, 'E-1');
    expect((await home(out, 'li')).report.next).toEqual(['gxops extract run E-1 --execute']);
  });

  test('a change without an end is in doubt and comes first, for everybody', async () => {
    const intended: Draft = {
      type: 'change.intended',
      run: 'R-2',
      step: 'apply',
      data: {
        change: 'c1',
        target: 'host:a',
        kind: 'file',
        summary: 'write /etc/x',
        body: side,
        undo: 'pre-image',
        probe: true,
      },
    };
    const out = await world(opened('R-2'), intended);
    const { data, report } = await home(out, 'qin');
    expect(data.inDoubt).toEqual([{ run: 'R-2', change: 'c1', target: 'host:a', what: 'write /etc/x' }]);
    expect(report.next?.[0]).toBe('gxops runbook resume R-2');
  });

  test('a closed run is not shown', async () => {
    const out = await world(opened('R-1'), { type: 'run.closed', run: 'R-1', data: { verdict: 'done' } });
    expect((await home(out, 'li')).data.open).toEqual([]);
  });

  test('a torn tail of last week is told, one of last year is not', async () => {
    const out = await world({ type: 'recover.torn', data: { offset: 1, length: 2, sha256: '', bytes: '' } });
    expect((await home(out, 'li')).report.sections).toHaveLength(1);
    out.clock += 400 * 86_400_000;
    expect((await home(out, 'li')).report.sections).toHaveLength(0);
  });
});
