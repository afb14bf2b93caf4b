/** Two people at once: resumers, approvers, rollbacks. Exactly one of them does it; the others are told who and why. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const GXOPS = resolve('bin/gxops');
let home: string;
let site: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gxops-races-'));
  site = join(home, 'site');
  execFileSync(GXOPS, ['site', 'init', site, '--sandbox', '--rows', '10']);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: { run?: string; verdict?: string };
  readonly err: string;
}

function gxops(...words: string[]): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(
      GXOPS,
      ['--site', site, '--json', ...words],
      { encoding: 'utf8', timeout: 60_000 },
      (_, stdout, stderr) => {
        done({ code: child.exitCode ?? -1, out: stdout ? JSON.parse(stdout) : {}, err: stderr });
      },
    );
  });
}

/** Bodies of the journal's entries of one type. */
function entries(type: string, run: string): unknown[] {
  const lines = readFileSync(join(site, 'journal/000001.jsonl'), 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => JSON.parse(line).body)
    .filter((body) => body.type === type && (body.run === run || body.subject === run));
}

async function waitingRun(): Promise<string> {
  const { code, out } = await gxops(
    'runbook',
    'run',
    'harden-linux',
    '--input',
    'host=sandbox',
    '--input',
    'rule=LNX-ID-05,LNX-ID-07,LNX-SSH-04',
    '--yes',
    '--execute',
  );
  expect(code).toBe(4);
  return out.run ?? '';
}

describe('at once', { timeout: 240_000 }, () => {
  it('two resumers: each change is made once, and the one who came late is refused or told the end', async () => {
    const run = await waitingRun();
    expect((await gxops('--as', 'chen', 'approve', run, '--yes')).code).toBe(0);
    const both = await Promise.all([1, 2, 3].map(() => gxops('runbook', 'resume', run)));
    const codes = both.map(({ code }) => code).sort();
    expect(codes[0]).not.toBe(3);
    for (const { code, err } of both) expect([0, 1, 3], err).toContain(code);
    const intents = entries('change.intended', run) as { data: { change: string } }[];
    expect(new Set(intents.map(({ data }) => data.change)).size).toBe(intents.length);
    expect(entries('run.closed', run)).toHaveLength(1);
    const back = await Promise.all([1, 2].map(() => gxops('rollback', 'run', run, '--execute')));
    for (const { code, err } of back) expect([3, 5], err).toContain(code);
    expect(entries('change.undone', run)).toHaveLength(intents.length);
  });

  it('two approvals of one request: one use, and every signature is recorded', async () => {
    const run = await waitingRun();
    const both = await Promise.all([1, 2].map(() => gxops('--as', 'chen', 'approve', run, '--yes')));
    expect(both.some(({ code }) => code === 0)).toBe(true);
    for (const { code } of both) expect([0, 3]).toContain(code);
    expect((await gxops('runbook', 'resume', run)).code).toBeLessThanOrEqual(1);
    expect(entries('approval.used', run)).toHaveLength(1);
    expect((await gxops('rollback', 'run', run, '--execute')).code).toBe(5);
  });

  it('two runs on one target: the second is refused while the first works, and does its own work afterwards', async () => {
    const [first, second] = [await waitingRun(), await waitingRun()];
    for (const run of [first, second]) await gxops('--as', 'chen', 'approve', run, '--yes');
    const both = await Promise.all([first, second].map((run) => gxops('runbook', 'resume', run)));
    // Whoever comes second finds the lock held, or the files no longer as its plan was approved.
    expect(both.filter(({ code }) => code === 3)).toHaveLength(1);
    expect(both.filter(({ code }) => code <= 1)).toHaveLength(1);
    const winner = both[0]?.code === 3 ? second : first;
    expect((await gxops('rollback', 'run', winner, '--execute')).code).toBe(5);
  });
});
