/**
 * Extractions against the database's own client writing a plain CSV file in the same run. What is bounded is the making of the file, from
 * `artefact.intended` to `artefact.made`; the whole command, whose start, judging and signing take the same for any rows, is told beside it.
 * By itself: `npx tsx scripts/bench/extract.ts [--rows N] [--rounds N] [--only NAME,…] [--profile DIR]`. `--profile` leaves one
 * .cpuprofile for each process (open it in any Chromium's developer tools) and prints the functions that took longest.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BenchSite, bin, gxops, makeBenchSite, psqlPath, root, STATEMENT, TEXT_COLUMNS } from './extract-site.ts';
import { type Figure, HEADS, keeps, median, rowOf } from './measure.ts';
import { type Spent, spent } from './spawned.ts';

/** `atMost` is the ratio to the peer; `megabytes` bounds the memory. */
interface Case {
  readonly name: string;
  readonly what: string;
  readonly database: 'lite' | 'litefree' | 'pg' | 'pgfree';
  readonly clear: readonly string[];
  readonly format: 'csv' | 'xlsx' | 'jsonl';
  readonly atMost?: number;
}

const CODES = ['seller_code', 'buyer_code'];
const REST = TEXT_COLUMNS.filter((name) => !CODES.includes(name));
const CASES: readonly Case[] = [
  { name: 'sqlite', what: 'SQLite, clear', database: 'lite', clear: TEXT_COLUMNS, format: 'csv', atMost: 2.5 },
  { name: 'pg-clear', what: 'PostgreSQL, clear', database: 'pg', clear: TEXT_COLUMNS, format: 'csv', atMost: 1.5 },
  { name: 'pg-two', what: 'PostgreSQL, two columns masked', database: 'pg', clear: REST, format: 'csv', atMost: 2 },
  { name: 'pg-scan', what: 'PostgreSQL, all text scanned', database: 'pgfree', clear: [], format: 'csv', atMost: 5 },
  { name: 'xlsx', what: 'SQLite, XLSX', database: 'lite', clear: TEXT_COLUMNS, format: 'xlsx' },
  { name: 'sqlite-two', what: 'SQLite, two columns masked', database: 'lite', clear: REST, format: 'csv' },
  { name: 'sqlite-scan', what: 'SQLite, all text scanned', database: 'litefree', clear: [], format: 'csv' },
];
/** Not bounded; for finding out where time goes. */
const EXTRA = ['sqlite-two', 'sqlite-scan'];
const MEMORY = { atMost: 150 };

export interface Asked {
  readonly rows: number;
  readonly rounds: number;
  readonly only?: readonly string[];
  readonly profile?: string;
}

/** All figures; what cannot be measured here (no server, a form that is refused) is a figure that does not keep its bound. */
export async function extractFigures(asked: Asked): Promise<Figure[]> {
  const cases = CASES.filter(({ name }) => asked.only?.includes(name) ?? !EXTRA.includes(name));
  const postgres = cases.some(({ database }) => database.startsWith('pg'));
  const site = await makeBenchSite(asked.rows, postgres);
  try {
    const figures: Figure[] = [];
    for (const one of cases) figures.push(...(await figuresOf(one, site, asked)));
    return figures;
  } finally {
    await site.stop();
  }
}

/** What `npm run bench` asks for: all cases, and the memory of a tenth of the rows beside it, for it is to be flat. */
export async function allExtractFigures(quick: boolean): Promise<Figure[]> {
  const rows = quick ? 100_000 : 1_000_000;
  const small = await extractFigures({ rows: rows / 10, rounds: 1, only: ['sqlite', 'pg-clear'] });
  const memory = small.filter(({ unit }) => unit === 'MB');
  return [...(await extractFigures({ rows, rounds: quick ? 1 : 3 })), ...memory];
}

/** `making` in seconds: of the file alone. */
interface Taken extends Spent {
  readonly making: number;
}

/** Ours and the peer in turns, so that a slow moment of the machine hits both. */
async function figuresOf(one: Case, site: BenchSite, { rows, rounds, profile }: Asked): Promise<Figure[]> {
  const what = `${one.what}, ${rows.toLocaleString('en')} rows`;
  if (one.database.startsWith('pg') && site.server === undefined) return unmeasured(`${what} (no server here)`, one);
  const ours: Taken[] = [];
  const peers: number[] = [];
  try {
    for (let i = 0; i < rounds; i++) {
      if (one.atMost !== undefined) peers.push(await peer(one, site));
      ours.push(await extraction(one, site, rows, profile));
    }
  } catch (error) {
    console.error(`${what}: ${error instanceof Error ? error.message.slice(0, 600) : error}`);
    return unmeasured(`${what} (failed)`, one);
  }
  return shown(one, what, ours, peers);
}

function shown(one: Case, name: string, ours: readonly Taken[], peers: readonly number[]): Figure[] {
  const value = median(ours.map(({ making }) => making));
  const whole = median(ours.map(({ seconds }) => seconds));
  const what = `${name}: making the file (whole command ${whole.toFixed(2)} s)`;
  const memory = Math.max(...ours.map(({ megabytes }) => megabytes));
  const floor = { what: one.database.startsWith('pg') ? 'psql \\copy' : 'sqlite3 -csv', value: median(peers) };
  const time: Figure[] =
    one.atMost === undefined
      ? [{ what, value, unit: 's', bound: { atMost: 600 } }]
      : [{ what, value, unit: 's', floor, bound: { atMost: one.atMost } }];
  return [...time, { what: `${name}, peak memory`, value: memory, unit: 'MB', bound: MEMORY }];
}

function unmeasured(what: string, { atMost = 600 }: Case): Figure[] {
  return [{ what, value: Number.NaN, unit: 's', bound: { atMost } }];
}

/** Seconds of the installed client. */
async function peer({ database }: Case, { folder, sqlite, server }: BenchSite): Promise<number> {
  const to = join(folder, 'peer.csv');
  const copy = `\\copy (${STATEMENT}) to '${to}' with (format csv, header)`;
  const pg = ['-X', '-q', '-h', '127.0.0.1', '-p', String(server?.port), '-U', 'gxops_ro', '-c', copy, 'postgres'];
  const took = database.startsWith('pg')
    ? await spent(psqlPath(), pg, { env: { PATH: '/usr/bin:/bin', PGPASSWORD: 'bench', LC_ALL: 'C.UTF-8' } })
    : await spent('sqlite3', ['-csv', '-header', sqlite, STATEMENT], { to });
  rmSync(to, { force: true });
  if (took.code !== 0) throw new Error(`the peer ended ${took.code}: ${took.stderr}`);
  return took.seconds;
}

/** Applied for and approved beforehand; measured is `extract run ID --execute` alone. */
async function extraction(one: Case, { folder, site }: BenchSite, rows: number, profile?: string): Promise<Taken> {
  const file = join(folder, 'statement.sql');
  writeFileSync(file, STATEMENT);
  const asked = ['--database', one.database, '--sql-file', file, '--limit', String(rows), '--recipient', 'zhao'];
  const why = ['--purpose', '测速', '--basis', '测速〔2026〕1号', '--as-file', one.format];
  const clear = one.clear.flatMap((name) => ['--clear', name]);
  const { id, approvals } = gxops(['--site', site, '--as', 'zhang', 'extract', 'apply', ...asked, ...why, ...clear]);
  for (const role of approvals as string[]) approve(site, role === 'owner' ? 'qin' : 'chen', String(id));
  const argv = ['--site', site, '--as', 'zhang', 'extract', 'run', String(id), '--execute', '--json'];
  const took = profile === undefined ? await spent(bin, argv) : await profiled(argv, profile);
  rmSync(join(site, 'exports', String(id)), { recursive: true, force: true });
  if (took.code !== 0) throw new Error(`gxops ended ${took.code}: ${took.stdout.slice(0, 2_000)}${took.stderr}`);
  const { data } = JSON.parse(took.stdout) as { data: { rows: number } };
  if (data.rows !== rows) throw new Error(`${data.rows} rows instead of ${rows}`);
  return { ...took, making: making(site, String(id)) };
}

/** Seconds from `artefact.intended` to `artefact.made`, as the journal has them. */
function making(site: string, id: string): number {
  const folder = join(site, 'journal');
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const at = (type: string): number => {
    const line = lines.findLast((one) => one.includes(`"${type}"`) && one.includes(`exports/${id}/`)) ?? '{}';
    return Date.parse((JSON.parse(line) as { body?: { t?: string } }).body?.t ?? '');
  };
  return (at('artefact.made') - at('artefact.intended')) / 1_000;
}

function approve(site: string, who: string, id: string): void {
  const ran = spawnSync(bin, ['--site', site, '--as', who, 'approve', id, '--yes'], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (ran.status !== 0) throw new Error(`${who} cannot approve ${id}: ${ran.stderr}`);
}

/** The same program without its door, which lets no profiler in. */
function profiled(argv: readonly string[], folder: string): Promise<Spent> {
  mkdirSync(folder, { recursive: true });
  const flags = ['--disable-warning=ExperimentalWarning', '--liftoff-only', '--cpu-prof', `--cpu-prof-dir=${folder}`];
  return spent(process.execPath, [...flags, join(root, 'dist/main.cjs'), ...argv]);
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Self time by function, the longest first. */
function hottest(file: string): string[] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.split('/').at(-1) ?? ''}:${lineNumber + 1}`,
    ]),
  );
  const times = new Map<string, number>();
  for (const [i, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[i] ?? 0));
  }
  const longest = [...times].sort((a, b) => b[1] - a[1]).slice(0, 25);
  return longest.map(([name, time]) => `${(time / 1_000).toFixed(0).padStart(8)} ms  ${name}`);
}

function flag(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

async function main(): Promise<void> {
  const profile = flag('profile');
  const only = flag('only')?.split(',');
  const figures = await extractFigures({
    rows: Number(flag('rows') ?? 1_000_000),
    rounds: Number(flag('rounds') ?? 3),
    ...(only === undefined ? {} : { only }),
    ...(profile === undefined ? {} : { profile: resolve(profile) }),
  });
  for (const figure of figures)
    console.log(
      rowOf(figure)
        .map((cell, i) => (cell ? `${HEADS[i]}: ${cell}` : ''))
        .filter(Boolean)
        .join('   '),
    );
  for (const name of profile === undefined ? [] : readdirSync(profile).filter((one) => one.endsWith('.cpuprofile')))
    console.log(`\n${name}\n${hottest(join(profile ?? '', name)).join('\n')}`);
  process.exitCode = figures.every(keeps) ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
