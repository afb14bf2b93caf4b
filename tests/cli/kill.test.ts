/** SIGKILL, for real: the engine over a real journal, real files and real processes dies at each named point, and somebody resumes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunState } from '../../src/records/run.ts';

const GXOPS = resolve('bin/gxops');
let home: string;
let site: string;
let made = 0;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'gxops-kill-'));
  site = join(home, 'site');
  execFileSync(GXOPS, ['site', 'init', site, '--sandbox', '--rows', '10']);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Told {
  readonly verdict: string;
  readonly run: string;
  readonly state: RunState;
  readonly text: unknown;
}

/** One process; undefined where it was killed. */
function gxops(deed: string, point: string, what: string, run = ''): Told | undefined {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['tests/worlds/dying.ts', site, deed, point, what, run],
    { encoding: 'utf8', timeout: 30_000 },
  );
  if (signal === 'SIGKILL') return undefined;
  expect(stderr.replace(/.*ExperimentalWarning.*\n.*\n/, ''), `${deed} ${point}`).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Told;
}

function folder(): string {
  const path = join(home, `w${++made}`);
  mkdirSync(path);
  writeFileSync(join(path, 'config'), 'before\n', { mode: 0o640 });
  return path;
}

/** The newest run of a folder, read off the journal; a killed process could not say it. */
function runFor(path: string): string | undefined {
  const opened = readFileSync(join(site, 'journal/000001.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"run.opened"'));
  const bodies = opened.flatMap((line) => {
    try {
      return [JSON.parse(line).body as { run: string; t: string }];
    } catch {
      return [];
    }
  });
  const since = statSync(path).birthtimeMs - 5;
  return bodies.filter(({ t }) => Date.parse(t) >= since).at(-1)?.run;
}

const lines = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean).length : 0);

function settle(run: string, path: string, state: RunState): void {
  for (const change of state.changes.filter(({ phase }) => phase === 'intended' || phase === 'undoing')) {
    const stands = change.summary.includes('ledger')
      ? lines(join(path, 'ledger')) > 0
      : existsSync(join(path, 'slept'));
    const happened = change.phase === 'undoing' ? !stands : stands;
    const words = [change.id, happened ? '--happened' : '--did-not', '--reason', 'looked'];
    execFileSync(GXOPS, ['--site', site, '--as', 'li', 'runbook', 'settle', run, ...words], { stdio: 'pipe' });
  }
}

/** Resumes (or undoes) until the run is closed: approving and settling like a person who looks. */
function bringHome(deed: 'resume' | 'undo', run: string, path: string, what = path): Told {
  for (let tries = 0; tries < 6; tries++) {
    const told = gxops(deed, 'never', what, run);
    if (!told) throw new Error('killed though nobody asked for it');
    expect(['done', 'undone', 'waiting', 'in-doubt', 'findings']).toContain(told.verdict);
    if (['done', 'undone', 'findings'].includes(told.verdict)) return told;
    if (told.verdict === 'waiting') gxops('approve', 'never', what, run);
    else settle(run, path, told.state ?? stateOf(run, what));
  }
  throw new Error('the run never came home');
}

function stateOf(run: string, what: string): RunState {
  const told = gxops('resume', 'never', what, run);
  if (!told?.state) throw new Error('no state');
  return told.state;
}

function expectDone(path: string): void {
  expect(readFileSync(join(path, 'config'), 'utf8')).toBe('after\n');
  expect(statSync(join(path, 'config')).mode & 0o777).toBe(0o640);
  expect(readFileSync(join(path, 'fresh'), 'utf8')).toBe('new\n');
  expect(statSync(join(path, 'fresh')).mode & 0o777).toBe(0o600);
  expect(existsSync(join(path, 'made'))).toBe(true);
  expect(lines(join(path, 'ledger'))).toBe(1);
}

function expectUndone(path: string): void {
  expect(readFileSync(join(path, 'config'), 'utf8')).toBe('before\n');
  expect(statSync(join(path, 'config')).mode & 0o777).toBe(0o640);
  expect(existsSync(join(path, 'fresh'))).toBe(false);
  expect(existsSync(join(path, 'made'))).toBe(false);
  expect(lines(join(path, 'ledger'))).toBe(0);
}

function expectWholeJournal(): void {
  const { status, stdout } = spawnSync(GXOPS, ['--site', site, 'audit', 'verify', '--json'], { encoding: 'utf8' });
  expect([0, 10], stdout).toContain(status);
}

function approved(path: string, what = path): string {
  const told = gxops('start', 'never', what);
  if (!told) throw new Error('killed');
  gxops('approve', 'never', what, told.run);
  return told.run;
}

const IN_RUN = [
  'before append change.intended',
  'after append change.intended',
  'before perform',
  'before spawned',
  'after spawned',
  'before spawned #2',
  'after spawned #2',

  'after perform',
  'after perform #3',
  'after perform #4',
  'before append change.made #4',
  'before append change.made',
  'after append change.made',
  'before append approval.used',
  'after append step.planned',
  'before append findings.made',
  'before append run.closed',
  'write 1',
  'write 2',
  'write 4',
];

const IN_UNDO = [
  'before append run.unwinding',
  'after append undo.intended',
  'before perform',
  'before spawned',
  'after perform',
  'after append change.undone',
  'write 2',
  'before append run.closed',
];

describe('killed with SIGKILL', { timeout: 120_000 }, () => {
  it.each(IN_RUN)('%s, a resume ends where the run should have ended', (point) => {
    const path = folder();
    const run = approved(path);
    expect(gxops('resume', point, path, run)).toBeUndefined();
    expect(bringHome('resume', run, path).verdict).toBe('done');
    expectDone(path);
    expectWholeJournal();
  });

  it.each(IN_UNDO)('%s of a rollback, another rollback ends at the beginning', (point) => {
    const path = folder();
    const run = approved(path);
    expect(gxops('resume', 'never', path, run)?.verdict).toBe('done');
    expect(gxops('undo', point, path, run)).toBeUndefined();
    expect(bringHome('undo', run, path).verdict).toBe('undone');
    expectUndone(path);
    expectWholeJournal();
  });

  it.each([
    'before append',
    'after append',
    'write 1',
  ])('%s of an approval, it is asked again or it stands', (point) => {
    const path = folder();
    const told = gxops('start', 'never', path);
    expect(gxops('approve', point, path, told?.run)).toBeUndefined();
    expect(bringHome('resume', told?.run ?? '', path).verdict).toBe('done');
    expectDone(path);
  });

  it('with its child alive, it waits for the child and neither repeats nor undoes it', async () => {
    const path = folder();
    const what = `${path} slow`;
    const run = approved(path, what);
    expect(gxops('resume', 'during spawned', what, run)).toBeUndefined();
    const alive = gxops('resume', 'never', what, run);
    expect(alive?.verdict).toBe('in-doubt');
    expect(JSON.stringify(alive?.text)).toContain('still running');
    expect(gxops('undo', 'never', what, run)?.verdict).toBe('in-doubt');
    for (let tries = 0; tries < 100 && !existsSync(join(path, 'slept')); tries++)
      await new Promise((done) => setTimeout(done, 100));
    expect(existsSync(join(path, 'slept'))).toBe(true);
    expect(bringHome('resume', run, path, what).verdict).toBe('done');
  });

  it('at random points by seed, again and again', () => {
    const kills = Number(process.env.GXOPS_REAL_KILLS ?? 24);
    let seed = Number(process.env.GXOPS_SEED ?? 20261123);
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return 1 + (seed % below);
    };
    for (let trial = 0; trial < kills / 3; trial++) {
      const path = folder();
      let run = gxops('start', `nth ${random(12)}`, path)?.run ?? runFor(path);
      run ??= approved(path);
      gxops('approve', 'never', path, run);
      gxops('resume', `nth ${random(60)}`, path, run);
      gxops('resume', `nth ${random(40)}`, path, run);
      expect(bringHome('resume', run, path).verdict, `trial ${trial}`).toBe('done');
      expectDone(path);
    }
    expectWholeJournal();
  });
});
