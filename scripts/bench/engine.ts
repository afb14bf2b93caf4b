/** What the engine itself costs: a runbook of 500 steps rehearsed, and run beyond the durable writes it needs. */
import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineRunbook, type Runbook } from '../../src/core/runbook.ts';
import type { Session } from '../../src/core/session.ts';
import type { Site } from '../../src/core/site.ts';
import { rehearse } from '../../src/engine/rehearse.ts';
import { start } from '../../src/engine/run.ts';
import { emptySite } from '../../src/main-site.ts';
import { readActor } from '../../src/world/actor.ts';
import { openKeep } from '../../src/world/keep.ts';
import { buildWorld } from '../../src/world/world.ts';
import type { Figure } from './measure.ts';

const STEPS = 500;

/** Checks only: each looks at nothing and passes, so that what is measured is the engine. */
function longRunbook(): Runbook {
  return defineRunbook({
    name: 'long',
    version: 1,
    title: 'Five hundred checks',
    purpose: 'Measuring',
    risk: 'low',
    inputs: [],
    targets: () => [],
    steps: Array.from({ length: STEPS }, (_, i) => ({
      kind: 'check' as const,
      id: `step-${i}`,
      title: `Check ${i}`,
      blocks: true,
      look: async () => [{ rule: `R-${i}`, subject: 'host:local', outcome: 'pass' as const, found: 'as wanted' }],
    })),
  });
}

function sessionIn(site: Site): { session: Session; appends: { groups: number } } {
  const appends = { groups: 0 };
  const keep = openKeep({
    dir: site.dir,
    actor: () => readActor('li'),
    appVersion: '0',
    node: process.version,
    sandbox: true,
    keys: {},
    templates: site.dir,
    rows: () => Promise.reject(new Error('no database')),
    passphrase: () => Promise.reject(new Error('no passphrase')),
    ask: () => Promise.reject(new Error('nobody to ask')),
    page: '',
  });
  const counted = {
    ...keep,
    append: (drafts: Parameters<typeof keep.append>[0]) => {
      appends.groups += 1;
      return keep.append(drafts);
    },
  };
  const world = buildWorld({ site, keep: counted, answers: {}, yes: false, input: false, dictionary: {} });
  const signal = new AbortController().signal;
  return {
    session: { world, site, operator: 'li', signal, tell: () => undefined, progress: () => undefined },
    appends,
  };
}

/** Milliseconds for the same bytes in as many durable writes: the floor nobody gets below. */
function bareWrites(folder: string, bytes: Buffer, groups: number): number {
  const file = openSync(join(folder, 'floor'), 'a');
  const size = Math.ceil(bytes.length / groups);
  const began = performance.now();
  for (let at = 0; at < bytes.length; at += size) {
    writeSync(file, bytes.subarray(at, at + size));
    fdatasyncSync(file);
  }
  const took = performance.now() - began;
  closeSync(file);
  return took;
}

function journalBytes(dir: string): Buffer {
  const folder = join(dir, 'journal');
  const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return Buffer.concat(names.sort().map((name) => readFileSync(join(folder, name))));
}

export async function engineFigures(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'gxops-bench-'));
  try {
    mkdirSync(join(dir, 'journal'), { mode: 0o700 });
    const { session, appends } = sessionIn({ ...emptySite(dir), sandbox: true });
    await session.world.keep.append([{ type: 'log.genesis', data: { site: 'bench', operators: [] } }]);
    const before = journalBytes(dir).length;
    const rehearsing = performance.now();
    await rehearse(longRunbook(), {}, session);
    const rehearsed = performance.now() - rehearsing;
    appends.groups = 0;
    const running = performance.now();
    const ended = await start(longRunbook(), {}, session);
    const ran = performance.now() - running;
    if (ended.verdict !== 'done') throw new Error(`the run ended ${ended.verdict}`);
    const floor = bareWrites(dir, journalBytes(dir).subarray(before), appends.groups);
    return [
      { what: `rehearsing ${STEPS} steps`, value: rehearsed, unit: 'ms', bound: { atMost: 1000 } },
      {
        what: `a step of a run, beyond its durable writes (${appends.groups} writes, bare ${floor.toFixed(0)} ms)`,
        value: (ran - floor) / STEPS,
        unit: 'ms',
        bound: { atMost: 1 },
      },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
