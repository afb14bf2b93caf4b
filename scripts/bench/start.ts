/** How fast the door opens: `--version` and `--help` against an empty Node, and the home screen over a long journal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { growJournal } from '../../tests/stand-ins/entries.ts';
import { type Figure, median } from './measure.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const bin = join(root, 'bin/gxops');

function timed(file: string, argv: readonly string[]): number {
  const began = performance.now();
  const ran = spawnSync(file, argv, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const took = performance.now() - began;
  if (ran.status !== 0) throw new Error(`${file} ${argv.join(' ')} ended ${ran.status}: ${ran.stderr}`);
  return took;
}

/** Interleaved, so that a slow moment of the machine hits all three alike. */
export function startFigures(rounds: number): Figure[] {
  const times = { floor: [] as number[], version: [] as number[], help: [] as number[] };
  timed(bin, ['--help']);
  for (let i = 0; i < rounds; i++) {
    times.floor.push(timed(process.execPath, ['-e', '0']));
    times.version.push(timed(bin, ['--version']));
    times.help.push(timed(bin, ['--help']));
  }
  const floor = { what: 'node -e 0', value: median(times.floor) };
  return [
    { what: 'gxops --version', value: median(times.version), unit: 'ms', floor, bound: { atMost: 1.5 } },
    { what: 'gxops --help', value: median(times.help), unit: 'ms', floor, bound: { atMost: 2 } },
  ];
}

/** The home screen on a site whose journal holds so many entries; the index was brought up to date by an earlier call. */
export function homeFigure(entries: number, rounds: number): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-bench-'));
  try {
    const site = join(folder, 'site');
    timed(bin, ['site', 'init', site, '--sandbox', '--rows', '50', '--seed', '1']);
    growJournal(site, entries, 200);
    timed(bin, ['--site', site]);
    const times = Array.from({ length: rounds }, () => timed(bin, ['--site', site]));
    const what = `home screen, ${entries.toLocaleString('en')} journal entries`;
    return { what, value: median(times), unit: 'ms', bound: { atMost: 400 } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
