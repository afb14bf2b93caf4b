/** The unwind matrix: every shipped runbook with each of its deeds failing in turn, on a real sandbox root, ends byte for byte where it began. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve as absolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseInputs } from '../../src/core/inputs.ts';
import type { Runbook } from '../../src/core/runbook.ts';
import type { Session } from '../../src/core/session.ts';
import { Stop } from '../../src/core/stop.ts';
import type { Keep, World } from '../../src/core/world.ts';
import { resume, start } from '../../src/engine/run.ts';
import { undo } from '../../src/engine/undo.ts';
import { loadSite } from '../../src/main-site.ts';
import { foldApprovals, statementOf } from '../../src/records/approvals.ts';
import { SHIPPED } from '../../src/runbooks/index.ts';
import { openKeep } from '../../src/world/keep.ts';
import { buildWorld } from '../../src/world/world.ts';

let home: string;
let site: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gxops-unwind-'));
  site = join(home, 'site');
  execFileSync(absolute('bin/gxops'), ['site', 'init', site, '--sandbox', '--rows', '10']);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Every path of the sandbox host with its mode and bytes. */
function tree(): Record<string, string> {
  const root = join(site, 'sandbox/host');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: true });
  return Object.fromEntries(
    paths.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) return [path, `link ${readlinkSync(path)}`];
      const { mode, uid, gid } = statSync(path);
      const bytes = entry.isFile() ? readFileSync(path).toString('base64') : '';
      return [path, `${mode.toString(8)} ${uid}:${gid} ${bytes}`];
    }),
  );
}

async function keepOf(operator: string): Promise<Keep> {
  return openKeep({
    dir: site,
    actor: () => ({ operator, uid: 0, user: 'test', via: 'unknown' }),
    appVersion: 'test',
    node: process.version,
    sandbox: true,
    keys: {},
    templates: absolute('templates'),
    rows: async () => {
      throw new Error('no rows here');
    },
    passphrase: async () => '',
    ask: async () => '',
    page: '',
  });
}

/** How the nth deed goes wrong. */
type Fault = 'refused' | 'unknown-before' | 'unknown-after' | 'blind-verify';

/** A real session whose nth deed fails; `hit` says whether it came to that. */
async function session(fault?: Fault, nth = 0): Promise<Session & { hit: () => boolean }> {
  const keep = await keepOf('li');
  const loaded = await loadSite(site);
  const real = buildWorld({ site: loaded, keep, answers: {}, yes: true, input: false, dictionary: {} });
  let [deeds, hit] = [0, false];
  const perform: World['perform'] = async (change, hooks) => {
    if (++deeds !== nth || fault === 'blind-verify') return real.perform(change, hooks);
    hit = true;
    if (fault === 'refused') throw new Stop('failed', 'no space left', { data: { state: 'not-done' } });
    if (fault === 'unknown-after') await real.perform(change, hooks);
    throw new Stop('failed', 'the connection broke');
  };
  const file: World['look']['file'] = async (...words) => {
    if (fault === 'blind-verify' && deeds >= nth && !hit) {
      hit = true;
      throw new Stop('unreachable', 'the host is away');
    }
    return real.look.file(...words);
  };
  const world = { ...real, perform, look: { ...real.look, file } };
  const tell = () => undefined;
  return {
    world,
    site: loaded,
    operator: 'li',
    signal: new AbortController().signal,
    tell,
    progress: tell,
    hit: () => hit,
  };
}

async function approve(run: string): Promise<void> {
  const keep = await keepOf('chen');
  const approval = foldApprovals(await keep.entries({ subject: run })).at(-1);
  if (!approval) return;
  const { digest, expires } = approval;
  const statement = statementOf(approval, 'chen', expires);
  const data = {
    digest,
    approver: 'chen',
    expires,
    statement,
    signature: await keep.sign('chen', statement),
    osAccount: 'test',
    sameAccount: true,
  };
  await keep.append([{ type: 'approval.granted', subject: run, data }]);
}

/** What each shipped runbook is asked to do on the sandbox. A new one must say so here, or the test says that it is missing. */
const ASKED: Record<string, Record<string, string>> = { 'harden-linux': { host: 'sandbox' } };

async function failedOnce(book: Runbook, raw: Record<string, string>, fault: Fault, nth: number): Promise<boolean> {
  const before = tree();
  const inputs = parseInputs(book.inputs, raw, (await loadSite(site)) as never);
  const { run } = await start(book, inputs, await session());
  await approve(run);
  const broken = await session(fault, nth);
  const ended = await resume(run, book, broken);
  if (!broken.hit()) expect(ended.verdict).toBe('done');
  else
    expect(
      ['undone', 'waiting', 'failed', 'half-done', 'done', 'refused', 'unreachable'],
      `${fault} ${nth}: ${ended.verdict}`,
    ).toContain(ended.verdict);
  if (ended.verdict === 'half-done') expect(ended.state.closed?.remaining.length).toBeGreaterThan(0);
  if (!['undone', 'failed'].includes(ended.verdict))
    expect((await undo(run, await session())).verdict, `${fault} ${nth}`).toBe('undone');
  expect(tree(), `${fault} ${nth}`).toEqual(before);
  return broken.hit();
}

describe('unwinding', { timeout: 300_000 }, () => {
  it('every shipped runbook is in the matrix', () => {
    expect(Object.keys(SHIPPED).sort()).toEqual(Object.keys(ASKED).sort());
  });

  it.each(
    Object.entries(ASKED).flatMap(([name, raw]) =>
      (['refused', 'unknown-before', 'unknown-after', 'blind-verify'] as const).map(
        (fault) => [name, fault, raw] as const,
      ),
    ),
  )('%s, each deed %s in turn, is byte for byte where it began', async (name, fault, raw) => {
    const load = SHIPPED[name];
    if (!load) throw new Error(`${name} is not shipped`);
    const book = await load();
    let nth = 1;
    while (await failedOnce(book, raw, fault, nth)) nth++;
    expect(nth - 1).toBeGreaterThanOrEqual(fault === 'blind-verify' ? 1 : 8);
  });
});
