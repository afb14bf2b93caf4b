/** Runbooks and outsides for the engine's tests: small, but each with every kind of deed the engine must survive. */

import { generateKeyPairSync, sign as signBytes } from 'node:crypto';
import type { OperatorProposal } from '../../src/commands/approve/request.ts';
import type { Change, FileChange } from '../../src/core/change.ts';
import type { Entry } from '../../src/core/event.ts';
import { digestOf, sha256 } from '../../src/core/json.ts';
import type { Operator } from '../../src/core/operator.ts';
import { defineRunbook, type Runbook, type Step } from '../../src/core/runbook.ts';
import type { Session } from '../../src/core/session.ts';
import { LIMITS, type Site } from '../../src/core/site.ts';
import { fakeWorld, type Outside, outside } from '../../src/engine/fake-world.ts';
import { foldApprovals, statementOf } from '../../src/records/approvals.ts';

export const SITE: Site = {
  dir: '/nowhere',
  name: 'fake',
  language: 'en',
  timeZone: 'Asia/Shanghai',
  sandbox: true,
  hosts: { box: { connect: 'local' } },
  databases: {},
  redis: {},
  search: {},
  goldengate: {},
  limits: {
    ...LIMITS,
    rows: 1000,
    twoApprovalsAboveRows: 1000,
    statementTimeout: 1000,
    approvalExpires: 3_600_000,
    coverage: 0.8,
  },
  windows: {},
  neighbours: { default: [{ name: 'billing', contact: '0771-000' }] },
  obeys: { default: ['Rule 7'] },
  classification: {},
  owners: {},
  hot: {},
  keys: {},
  parameters: {},
};

const keys = Object.fromEntries(['li', 'chen', 'qin', 'he'].map((name) => [name, generateKeyPairSync('ed25519')]));
const pem = (name: string) => keys[name]?.publicKey.export({ type: 'spki', format: 'pem' }).toString() ?? '';

const OPERATORS: readonly Operator[] = [
  { name: 'li', roles: ['system'], party: 'contractor', key: pem('li') },
  { name: 'chen', roles: ['approver'], party: 'purchaser', key: pem('chen') },
  { name: 'qin', roles: ['owner'], party: 'purchaser', key: pem('qin') },
  { name: 'he', roles: ['security'], party: 'purchaser', key: pem('he') },
];

/** One of the operators of the genesis. */
export function operator(name: string): Operator {
  const found = OPERATORS.find((one) => one.name === name);
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
}

/** An outside whose journal already holds its genesis. */
export function site(over: Partial<Outside> = {}): Outside {
  const out = outside(over);
  void fakeWorld({ ...out, at: () => undefined }).keep.append([
    { type: 'log.genesis', data: { site: 'fake', operators: OPERATORS } },
  ]);
  return out;
}

/** One invocation of gxops over an outside. */
export function session(out: Outside, operator = 'li', over: Partial<Session> = {}): Session {
  return {
    world: fakeWorld(out),
    site: SITE,
    operator,
    signal: new AbortController().signal,
    tell: () => undefined,
    progress: () => undefined,
    ...over,
  };
}

/** What `gxops approve SUBJECT` does: signs the newest open request with the approver's real key. */
export async function approve(out: Outside, subject: string, approver = 'chen', until = 3_600_000): Promise<Entry[]> {
  const quiet = { ...out, at: () => undefined, operator: approver };
  const approval = foldApprovals(out.entries.filter(({ body }) => body.subject === subject)).at(-1);
  if (!approval) throw new Error(`nothing to approve under ${subject}`);
  const wanted = Math.min(out.clock + until, Date.parse(approval.expires));
  const expires = new Date(wanted).toISOString();
  const statement = statementOf(approval, approver, expires);
  const key = keys[approver]?.privateKey;
  if (!key) throw new Error(`no key for ${approver}`);
  const signature = signBytes(null, Buffer.from(statement), key).toString('base64');
  const data = {
    digest: approval.digest,
    approver,
    expires,
    statement,
    signature,
    osAccount: approver,
    sameAccount: false,
  };
  return [...(await fakeWorld(quiet).keep.append([{ type: 'approval.granted', subject, data }]))];
}

export function put(out: Outside, path: string, text: string, mode = 0o644): void {
  out.files.set(`box ${path}`, { bytes: Buffer.from(text), mode, owner: 0, group: 0 });
}

export function text(out: Outside, path: string): string | undefined {
  const file = out.files.get(`box ${path}`);
  return file && Buffer.from(file.bytes).toString();
}

/** Writes `wanted` to a path, planned from what is there; nothing where it is so already. */
export function writes(
  path: string,
  wanted: string | null,
  over: Partial<FileChange> = {},
): (moment: { look: Session['world']['look'] }) => Promise<Change[]> {
  return async ({ look }) => {
    const seen = await look.file('box', path);
    const before = seen.kind === 'file' ? sha256(seen.bytes) : 'absent';
    const after = wanted === null ? 'absent' : sha256(wanted);
    if (before === after) return [];
    return [{ kind: 'file', host: 'box', path, content: wanted === null ? null : { utf8: wanted }, before, ...over }];
  };
}

/** `start NAME` / `stop NAME`, with or without a probe; the fake's services live in `out.files` under /run. */
export function command(verb: 'start' | 'stop', name: string, probe: boolean): Change {
  const back = verb === 'start' ? 'stop' : 'start';
  return {
    kind: 'command',
    host: 'box',
    argv: [verb, name],
    undo: [{ kind: 'command', host: 'box', argv: [back, name], undo: { irreversible: 'it is an undo' } }],
    ...(probe
      ? {
          probe: {
            kind: 'command',
            look: { host: 'box', argv: ['status', name] },
            stdout: verb === 'start' ? 'up' : 'down',
          },
        }
      : {}),
  };
}

/** Services for `command`: counts each start so that a double deed shows. */
export function services(): { outside: Partial<Outside>; up: Map<string, number> } {
  const up = new Map<string, number>();
  return {
    up,
    outside: {
      run: (_host, argv) => {
        const [verb, name = ''] = argv;
        up.set(name, (up.get(name) ?? 0) + (verb === 'start' ? 1 : -1));
        return 0;
      },
      look: (_host, argv) => ({ code: 0, stdout: (up.get(argv[1] ?? '') ?? 0) > 0 ? 'up' : 'down', stderr: '' }),
    },
  };
}

export const approveStep: Step = {
  kind: 'approve',
  id: 'ok',
  title: 'approve',
  seats: () => [{ roles: ['approver'], party: 'purchaser' }],
};

export function book(steps: readonly Step[], name = 'trial'): Runbook {
  return defineRunbook({
    name,
    version: 1,
    title: name,
    purpose: 'a trial',
    risk: 'low',
    inputs: [],
    targets: () => [],
    steps,
  });
}

/** An act step of given Changes with a verify that passes unless told otherwise. */
export function act(
  id: string,
  plan: (moment: { look: Session['world']['look'] }) => Promise<Change[]>,
  over: Partial<Extract<Step, { kind: 'act' }>> = {},
): Step {
  return {
    kind: 'act',
    id,
    title: id,
    plan,
    verify: async () => [{ rule: id, subject: 'box', outcome: 'pass', found: 'ok' }],
    onFail: 'rollback',
    ...over,
  };
}

/** What `gxops operator` and its approval do: a change of the roster, asked for by li and signed by whom it says. */
export async function changeRoster(
  out: Outside,
  proposal: OperatorProposal,
  signer: string,
  id = 'O-20260105-00001',
): Promise<void> {
  const { append } = fakeWorld({ ...out, at: () => undefined }).keep;
  const digest = digestOf(proposal);
  const data = {
    digest,
    plan: { path: `operators/${id}.json`, sha256: '' },
    seats: [{ roles: ['security' as const] }],
  };
  const expires = new Date(out.clock + 3_600_000).toISOString();
  const asked = { ...data, requester: 'li', title: 'roster', expires, kind: 'operator' as const };
  await append([{ type: 'approval.requested', subject: id, data: asked }]);
  await approve(out, id, signer);
  await append([{ type: 'operator.changed', subject: id, data: { ...proposal, by: signer } }]);
}
