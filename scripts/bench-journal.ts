/** How fast the journal is: durable appends by one process and by eight, and verifying a million entries. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Draft } from '../src/core/event.ts';
import { lineOf, NO_PREV } from '../src/core/line.ts';
import { type Journal, openJournal } from '../src/world/journal.ts';
import { type Stamps, stamper } from '../src/world/stamp.ts';
import { type Figure, median } from './bench/measure.ts';

const stamps: Stamps = {
  actor: () => ({
    operator: 'li',
    uid: 1001,
    user: 'lixiaoming',
    loginuid: 1001,
    via: 'ssh',
    from: '10.1.2.3',
    tty: 'pts/3',
  }),
  appVersion: '0.1.0',
  node: process.version,
};
const GENESIS: Draft = { type: 'log.genesis', data: { site: 'bench', operators: [] } };

/** One record of a run, about 700 bytes stored: two of ten begin or end the run, the others are intents and outcomes. */
function draftAt(index: number): Draft {
  const run = `R-20261123-${String(Math.floor(index / 10)).padStart(6, '0')}`;
  const side = { path: `runs/${run}/change`, sha256: 'a'.repeat(64) };
  const change = `fix.${Math.floor((index % 10) / 2)}`;
  if (index % 10 === 9) return { type: 'run.closed', run, data: { verdict: 'done' } };
  if (index % 2) return { type: 'change.made', run, step: 'fix', data: { change, made: { code: 0 }, by: 'outcome' } };
  const what = { target: 'host:sandbox', kind: 'file', summary: 'write /etc/ssh/sshd_config', body: side };
  if (index % 10 === 8) return { type: 'audit.read', run, data: { what: 'x'.repeat(200) } };
  return { type: 'change.intended', run, step: 'fix', data: { change, ...what, undo: 'pre-image', probe: true } };
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = fs.mkdtempSync(path.join(tmpdir(), 'gxops-bench-'));
  try {
    return await work(dir);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

const WARM = 200;

async function appendAll(journal: Journal, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await journal.append([draftAt(i)]);
}

async function begin(dir: string): Promise<void> {
  const journal = openJournal({ dir, stamps });
  await journal.append([GENESIS]);
  journal.close();
}

/** Appends a second in one process, against writing and syncing the same bytes bare; in turns, so that both meet the same disk. */
export async function appendFigure(count: number, rounds: number): Promise<Figure> {
  return inFolder(async (dir) => {
    await begin(dir);
    const journal = openJournal({ dir, stamps, bound: Number.POSITIVE_INFINITY });
    await appendAll(journal, WARM);
    const segment = path.join(dir, 'journal', '000001.jsonl');
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const from = fs.statSync(segment).size;
      const started = performance.now();
      await appendAll(journal, count);
      ours.push((count / (performance.now() - started)) * 1000);
      bare.push(bareWrites(path.join(dir, 'bare'), fs.readFileSync(segment).subarray(from)));
    }
    journal.close();
    const floor = { what: 'bare write + fdatasync', value: median(bare) };
    return { what: 'durable appends, one process', value: median(ours), unit: '/s', floor, bound: { atLeast: 0.5 } };
  });
}

function bareWrites(at: string, bytes: Buffer): number {
  const file = fs.openSync(at, 'a', 0o600);
  const started = performance.now();
  let count = 0;
  for (let from = 0, to = bytes.indexOf(10); to >= 0; from = to + 1, to = bytes.indexOf(10, from)) {
    fs.writeSync(file, bytes, from, to + 1 - from);
    fs.fdatasyncSync(file);
    count += 1;
  }
  const took = performance.now() - started;
  fs.closeSync(file);
  return (count / took) * 1000;
}

/** Appends a second of eight processes together, against one of the same kind; each process appends as many. */
export async function crowdFigure(count: number, rounds: number): Promise<Figure> {
  const eight: number[] = [];
  const one: number[] = [];
  for (let round = 0; round < rounds; round++) {
    one.push(await crowd(1, count));
    eight.push(await crowd(8, count));
  }
  const floor = { what: 'one process', value: median(one) };
  return { what: 'durable appends, eight processes', value: median(eight), unit: '/s', floor, bound: { atLeast: 1 } };
}

/** Processes that are all ready before the first may begin. */
async function crowd(size: number, count: number): Promise<number> {
  return inFolder(async (dir) => {
    await begin(dir);
    const workers = Array.from({ length: size }, () => worker(['append', dir, String(count)]));
    await Promise.all(workers.map(({ first }) => first));
    const started = performance.now();
    for (const { child } of workers) child.stdin?.end();
    await Promise.all(workers.map(({ last }) => last));
    return ((size * count) / (performance.now() - started)) * 1000;
  });
}

interface Worker {
  readonly child: ChildProcess;
  /** The first line it prints, and the last. */
  readonly first: Promise<string>;
  readonly last: Promise<string>;
}

function worker(args: readonly string[]): Worker {
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 300_000,
  });
  let out = '';
  const first = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      out += data.toString();
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    child.on('close', () => reject(new Error('the worker ended early')));
  });
  const last = new Promise<string>((resolve, reject) => {
    child.on('close', (code) =>
      code === 0 ? resolve(out.trim().split('\n').at(-1) ?? '') : reject(new Error(`exit ${code}`)),
    );
  });
  return { child, first, last };
}

/** Entries a second that `gxops audit verify` judges, its start included, and its peak of memory. Needs the build. */
export async function verifyFigures(count: number): Promise<Figure[]> {
  return inFolder(async (dir) => {
    write(dir, count);
    fs.writeFileSync(path.join(dir, 'site.yml'), '');
    const rates: number[] = [];
    let memory = 0;
    for (let round = 0; round < 3; round++) {
      const started = performance.now();
      const peak = await verifyOnce(dir, count);
      rates.push((count / (performance.now() - started)) * 1000);
      memory = Math.max(memory, peak);
    }
    const many = `${count.toLocaleString('en')} entries`;
    return [
      { what: `audit verify, ${many}`, value: Math.max(...rates), unit: '/s', bound: { atLeast: 250_000 } },
      { what: `audit verify, ${many}, peak memory`, value: memory, unit: 'MB', bound: { atMost: 200 } },
    ];
  });
}

/** Peak of resident memory in MB; throws unless the journal was found whole. */
function verifyOnce(dir: string, count: number): Promise<number> {
  const args = ['--site', dir, 'audit', 'verify', '--json'];
  const child = spawn(fileURLToPath(new URL('../bin/gxops', import.meta.url)), args, { timeout: 300_000 });
  let out = '';
  let peak = 0;
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid));
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === 10 && JSON.parse(out).data.entries === count) resolve(peak);
      else reject(new Error(`audit verify ended ${code}: ${out.slice(0, 500)}`));
    });
  });
}

/** The kernel's own high-water mark of a process, in MB; 0 once it is gone. */
function peakOf(pid: number | undefined): number {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** A journal of so many entries, written without syncs, in segments as the journal itself would make them. */
export function write(dir: string, count: number): void {
  fs.mkdirSync(path.join(dir, 'journal'), { recursive: true, mode: 0o700 });
  const stamp = stamper(stamps);
  let [prev, segment, size] = [NO_PREV, 0, Number.POSITIVE_INFINITY];
  let file = -1;
  let parts: Buffer[] = [];
  const flush = () => void (parts.length && fs.writeSync(file, Buffer.concat(parts.splice(0))));
  for (let seq = 1; seq <= count; seq++) {
    if (size >= 64 << 20) {
      flush();
      if (file >= 0) fs.closeSync(file);
      file = fs.openSync(path.join(dir, 'journal', `${String(++segment).padStart(6, '0')}.jsonl`), 'ax', 0o600);
      size = 0;
    }
    const line = lineOf(stamp(seq === 1 ? GENESIS : draftAt(seq - 2), 'gx-00000001'), prev, seq);
    parts.push(line.bytes, Buffer.from('\n'));
    size += line.bytes.length + 1;
    prev = line.entry.hash;
    if (parts.length > 10_000) flush();
  }
  flush();
  fs.closeSync(file);
  parts = [];
}

/** All figures of the journal; `quick` measures less of each. */
export async function journalFigures(quick: boolean): Promise<Figure[]> {
  return [
    await appendFigure(quick ? 200 : 1000, quick ? 3 : 7),
    await crowdFigure(quick ? 500 : 2000, quick ? 1 : 3),
    ...(await verifyFigures(quick ? 100_000 : 1_000_000)),
  ];
}

async function work(dir: string, count: number): Promise<void> {
  const journal = openJournal({ dir, stamps, patience: 60_000 });
  await appendAll(journal, WARM);
  console.log('ready');
  await new Promise((resolve) => process.stdin.resume().once('end', resolve));
  await appendAll(journal, count);
  return journal.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [mode = '', dir = '', count = '0'] = process.argv.slice(2);
  if (mode === 'append') await work(dir, Number(count));
  else for (const figure of await journalFigures(mode === '--quick')) console.log(JSON.stringify(figure));
}
